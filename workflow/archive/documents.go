package archive

import (
	"context"
	"errors"
	"net/http"

	"github.com/numberporting/porting"
)

// saveDocuments adds the documents that aren't there yet. What fails is noted, and the
// others are saved.
func (r *run) saveDocuments(ctx context.Context, id porting.PortRequestID, owner porting.DocumentOwner, dir string, documents []porting.SupportingDocument) error {
	for i := range documents {
		d := &documents[i]
		err := r.keepOrAdd(dir+documentName(d), d.ID, func(p *part) error { return r.download(ctx, owner, d.ID, p) })
		if err := r.note(ctx, id, d.ID, err); err != nil {
			return err
		}
	}
	return nil
}

// download writes a document to a part, by a link that is made for it. There is a second try,
// with another link, if the storage host answers with a 403, as it does to a link that has ended
// because the host was slow to ask for or clocks differ, and if the connection breaks in the
// middle of the document. Before that, the client itself tries again.
func (r *run) download(ctx context.Context, owner porting.DocumentOwner, id porting.DocumentID, p *part) error {
	n, err := r.downloadOnce(ctx, owner, id, p)
	if isForbiddenByStorage(err) || n > 0 && isBrokenOff(err) && ctx.Err() == nil {
		_, err = r.downloadOnce(ctx, owner, id, p)
	}
	return err
}

// downloadOnce makes a link and uses it. It returns how many bytes it has got.
func (r *run) downloadOnce(ctx context.Context, owner porting.DocumentOwner, id porting.DocumentID, p *part) (int64, error) {
	if err := p.restart(); err != nil {
		return 0, err
	}
	n, err := r.client.Documents.Download(ctx, owner, id, &boundedWriter{p, r.most})
	if failed, isFileError := errors.AsType[*FileError](err); isFileError {
		return n, failed
	}
	if errors.Is(err, errTooLarge) {
		return n, &TooLargeError{id, r.most}
	}
	return n, err
}

// isForbiddenByStorage tells whether the storage host, and not the API, answered with a 403.
func isForbiddenByStorage(err error) bool {
	api, ok := errors.AsType[*porting.APIError](err)
	return ok && api.StatusCode == http.StatusForbidden && api.Operation == "Documents.Download"
}

// isBrokenOff tells whether the connection to the storage host broke.
func isBrokenOff(err error) bool {
	lost, ok := errors.AsType[*porting.ConnectionError](err)
	return ok && lost.Operation == "Documents.Download"
}

// A boundedWriter writes no more than so many bytes.
type boundedWriter struct {
	part *part
	left int64
}

var errTooLarge = errors.New("archive: the document is too large")

func (w *boundedWriter) Write(p []byte) (int, error) {
	if w.left -= int64(len(p)); w.left < 0 {
		return 0, errTooLarge
	}
	return w.part.Write(p)
}
