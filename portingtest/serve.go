package portingtest

import (
	"errors"
	"io"
	"net/http"
)

// The operations of the storage host. The others have the names of
// [github.com/numberporting/porting.Operations].
const (
	StorageUpload   = "Storage.Upload"   // the POST of a form
	StorageDownload = "Storage.Download" // the GET of a download link
)

// exchange is what a request is to the sandbox before it is handled.
type exchange struct {
	storage   bool              // it came to the storage host
	operation string            // empty: none
	ids       map[string]string // in the path
	body      []byte            // of a request to the API

	postpone func(late) // keeps a request to the API for later
}

// serve takes a request through the sandbox: it gets an id, goes into the
// record, and is handled, unless a fault has it otherwise.
func (s *Server) serve(w http.ResponseWriter, r *http.Request, x exchange, handle http.HandlerFunc) {
	e := newEntry(s.config, r, x)
	faults, call := s.faultsFor(r, x)
	s.lock()
	s.box.countDown()
	e.ID = s.box.newRequestID()
	e.At = s.box.Clock
	fault := faults.hit()
	if fault != nil {
		e.Fault = fault.fault.Effect.String()
	}
	s.record.add(e)
	s.mu.Unlock()

	w.Header().Set("X-Request-Id", e.ID)
	w = &watcher{w, e}
	if fault != nil {
		if late := fault.fault.Effect.late; late != nil {
			x.postpone(*late)
		}
		fault.fault.Effect.serve(w, r, call, s.quit, handle)
		return
	}
	handle(w, r)
}

// watcher notes the status of an answer before it is sent, so that the record
// has it once the client has.
type watcher struct {
	http.ResponseWriter
	entry *entry
}

func (w *watcher) WriteHeader(status int) {
	w.entry.answered(status)
	w.ResponseWriter.WriteHeader(status)
}

func (w *watcher) Write(p []byte) (int, error) {
	w.entry.answered(http.StatusOK)
	return w.ResponseWriter.Write(p)
}

// Unwrap is for [http.ResponseController].
func (w *watcher) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// body is a request's. A client that gives up halfway breaks no rule: what its
// form or its JSON lacks then is told apart by the error.
type body struct{ io.ReadCloser }

var errBrokenOff = errors.New("the body breaks off")

func (b body) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err != nil && err != io.EOF {
		err = errBrokenOff
	}
	return n, err
}
