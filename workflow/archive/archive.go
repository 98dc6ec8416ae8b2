package archive

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"time"

	"github.com/numberporting/porting"
)

// Options say how an archive is made. A zero field has its default.
type Options struct {
	// MaxDocument is how many bytes a document may have; the default is 64 MiB. A longer
	// one is a [*TooLargeError].
	MaxDocument int64

	// Now tells the time for the names of files. The default is [time.Now].
	Now func() time.Time
}

// A Report is what a run has done.
type Report struct {
	Added  []File    // in the order in which they were added; none if a zip couldn't be finished
	Kept   []File    // that were there, belong to what was asked for, and are as the manifest says
	Failed []Failure // what couldn't be saved; the other port requests and documents were
}

// A File is a file of an archive.
type File struct {
	Name     string             // in the archive, with slashes
	SHA256   string             // of the content, in hexadecimal
	Document porting.DocumentID // empty if it isn't a document
}

// ToFolder saves port requests to a folder, which it makes if there is none. Nil options are
// the defaults.
//
// What can't be saved of one port request doesn't keep the rest from being saved: the error is
// an [*IncompleteError] then. If the credentials are refused, if a file can't be written (a
// [*FileError]) or if the context ends, the run ends there. The report isn't nil if the
// folder could be opened, whatever the error.
//
// One run at a time can have a folder; a second one gets [ErrInUse]. A port request takes three
// requests, or four if the server doesn't include sub requests, and two more for each document
// that is new. A download that breaks off in the middle is tried once more, with another link.
func ToFolder(ctx context.Context, client *porting.Client, dir string, ids []porting.PortRequestID, opts *Options) (*Report, error) {
	return save(ctx, "archive.ToFolder", client, opts, func() (store, error) { return openFolder(dir) }, evidence(ids))
}

// ToZip does what [ToFolder] does with a zip file. If another run has replaced the file in
// the meantime, the error is [ErrInUse], and the file is the other run's.
func ToZip(ctx context.Context, client *porting.Client, path string, ids []porting.PortRequestID, opts *Options) (*Report, error) {
	now := time.Now
	if opts != nil && opts.Now != nil {
		now = opts.Now
	}
	return save(ctx, "archive.ToZip", client, opts, func() (store, error) { return openZip(path, now) }, evidence(ids))
}

// Documents saves the documents of a port request or a draft to a folder, as [ToFolder]
// does, but without a folder of their own and without JSON files.
func Documents(ctx context.Context, client *porting.Client, owner porting.DocumentOwner, dir string, opts *Options) (*Report, error) {
	return save(ctx, "archive.Documents", client, opts, func() (store, error) { return openFolder(dir) }, func(ctx context.Context, r *run) error {
		documents, err := client.Documents.List(ctx, owner)
		if err != nil {
			return err
		}
		id, _ := owner.(porting.PortRequestID)
		return r.saveDocuments(ctx, id, owner, "", documents)
	})
}

// A store is where an archive is kept: a folder or a zip.
type store interface {
	// files are those that the manifest has.
	files() *manifest
	// check compares a file with the manifest. The error is [fs.ErrNotExist] if the manifest
	// or the store doesn't have it.
	check(name string) error
	// takeUp puts into the manifest what a killed run has left of a folder's JSON files.
	takeUp(dir string) error
	// create begins a file.
	create() (*part, error)
	// put gives a finished file its name. It is in the store, whole, or there is an error.
	put(name string, p *part) error
	// close makes what was put last.
	close() error
}

// A run saves to a store.
type run struct {
	client *porting.Client
	store  store
	most   int64
	now    func() time.Time
	report Report
}

// save opens a store and does a run's work with it.
func save(ctx context.Context, operation string, client *porting.Client, opts *Options, open func() (store, error), work func(context.Context, *run) error) (*Report, error) {
	if opts == nil {
		opts = new(Options)
	}
	switch {
	case client == nil:
		return nil, &porting.ArgumentError{Operation: operation, Field: "client", Reason: "is nil"}
	case opts.MaxDocument < 0:
		return nil, &porting.ArgumentError{Operation: operation, Field: "max_document", Reason: "must not be negative"}
	}
	r := &run{client: client, most: cmp.Or(opts.MaxDocument, 64<<20), now: opts.Now}
	if r.now == nil {
		r.now = time.Now
	}
	var err error
	if r.store, err = open(); err != nil {
		return nil, err
	}
	err = work(ctx, r)
	if closing := r.store.close(); closing != nil {
		r.report.Added = nil
		err = errors.Join(err, closing)
	}
	if err == nil && len(r.report.Failed) > 0 {
		err = &IncompleteError{r.report.Failed}
	}
	return &r.report, err
}

// evidence saves port requests, one after the other.
func evidence(ids []porting.PortRequestID) func(context.Context, *run) error {
	return func(ctx context.Context, r *run) error {
		for _, id := range ids {
			if err := r.note(ctx, id, "", r.savePortRequest(ctx, id)); err != nil {
				return err
			}
		}
		return nil
	}
}

// note keeps an error that concerns one port request or document, and returns any other.
func (r *run) note(ctx context.Context, id porting.PortRequestID, document porting.DocumentID, err error) error {
	if err == nil {
		return nil
	}
	_, isFileError := errors.AsType[*FileError](err)
	if isFileError || ctx.Err() != nil || errors.Is(err, porting.ErrUnauthorized) {
		return err
	}
	r.report.Failed = append(r.report.Failed, Failure{id, document, err})
	return nil
}

// savePortRequest saves all that there is of a port request.
func (r *run) savePortRequest(ctx context.Context, id porting.PortRequestID) error {
	request, err := r.client.PortRequests.Get(ctx, id, &porting.GetOptions{IncludePhoneNumbers: porting.Set(true), IncludeSubRequests: porting.Set(true)})
	if err != nil {
		return err
	}
	if request.SubRequests == nil {
		if request.SubRequests, err = r.client.SubRequests.List(ctx, id); err != nil {
			return err
		}
	}
	comments, err := r.client.Comments.List(ctx, id)
	if err != nil {
		return err
	}
	documents, err := r.client.Documents.List(ctx, id)
	if err != nil {
		return err
	}
	maskTexts(request, comments)

	dir := cleanID(string(id)) + "/"
	if err := r.store.takeUp(dir); err != nil {
		return err
	}
	for _, file := range []struct {
		kind string
		what any
	}{{"port_request", request}, {"comments", comments}, {"documents", documents}} {
		if err := r.saveJSON(dir+file.kind, file.what); err != nil {
			return err
		}
	}
	return r.saveDocuments(ctx, id, id, dir, documents)
}

// saveJSON adds a JSON file unless the newest of its kind is the same.
func (r *run) saveJSON(kind string, what any) error {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(what); err != nil {
		return fmt.Errorf("archive: %s: %w", kind, err)
	}
	newest := r.store.files().newest[kind]
	if newest != "" && r.store.files().sums[newest] == sumOf(text.Bytes()) {
		return r.keepOrAdd(newest, "", func(w *part) error { return w.copy(&text) })
	}
	name := r.nameFor(kind)
	return r.keepOrAdd(name, "", func(w *part) error { return w.copy(&text) })
}

// nameFor returns a name that isn't used yet for the next JSON file of a kind.
func (r *run) nameFor(kind string) string {
	at := kind + "-" + r.now().UTC().Format("20060102T150405Z")
	name := at + ".json"
	for n := 2; ; n++ {
		if _, used := r.store.files().sums[name]; !used {
			return name
		}
		name = fmt.Sprintf("%s.%d.json", at, n)
	}
}

// keepOrAdd adds a file that write makes, unless it is there.
func (r *run) keepOrAdd(name string, document porting.DocumentID, write func(*part) error) error {
	err := r.store.check(name)
	if err == nil {
		r.report.Kept = append(r.report.Kept, File{name, r.store.files().sums[name], document})
		return nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	p, err := r.store.create()
	if err != nil {
		return err
	}
	defer p.discard()
	if err := write(p); err != nil {
		return err
	}
	if err := r.store.put(name, p); err != nil {
		return err
	}
	r.report.Added = append(r.report.Added, File{name, p.sum(), document})
	return nil
}

// copy writes a text to a part.
func (p *part) copy(text io.Reader) error {
	_, err := io.Copy(p, text)
	return err
}
