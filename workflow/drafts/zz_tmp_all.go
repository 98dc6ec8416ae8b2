package drafts

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"slices"

	"github.com/numberporting/porting"
)

type Document struct {
	Type     porting.DocumentType
	Filename string
	Open     func() (io.ReadCloser, error)
}
type Uploaded struct {
	ID     porting.DocumentID
	Type   porting.DocumentType
	SHA256 string
	New    bool `json:"-"`
}
type UploadOptions struct {
	Known []Uploaded
}

func Upload(ctx context.Context, client *porting.Client, draft porting.DraftID, documents []Document, opts *UploadOptions) ([]Uploaded, error) {
	there, err := client.Documents.List(ctx, draft)
	if err != nil {
		return nil, err
	}
	var out []Uploaded
	for _, d := range documents {
		r, err := d.Open()
		if err != nil {
			return out, err
		}
		b, err := io.ReadAll(r)
		_ = r.Close()
		if err != nil {
			return out, err
		}
		sum := sha256.Sum256(b)
		u := Uploaded{Type: d.Type, SHA256: hex.EncodeToString(sum[:])}
		i := slices.IndexFunc(there, func(x porting.SupportingDocument) bool {
			if x.DocumentType != d.Type {
				return false
			}
			var w bytes.Buffer
			_, err := client.Documents.Download(ctx, draft, x.ID, &w)
			return err == nil && bytes.Equal(w.Bytes(), b)
		})
		if i >= 0 {
			u.ID = there[i].ID
			out = append(out, u)
			continue
		}
		doc, err := client.Documents.Upload(ctx, draft, porting.DocumentUpload{Type: d.Type, Filename: d.Filename, Content: bytes.NewReader(b)})
		if err != nil {
			return out, err
		}
		u.ID, u.New = doc.ID, true
		out = append(out, u)
	}
	return out, nil
}

type SubmitOptions struct{}
type Submitted struct {
	Draft       *porting.DraftPortRequest
	PortRequest *porting.PortRequest
}

func Submit(ctx context.Context, client *porting.Client, draft porting.DraftID, opts *SubmitOptions) (*Submitted, error) {
	d, done, err := client.Drafts.Submitted(ctx, draft)
	if err != nil {
		return nil, err
	}
	if !done {
		if d, err = client.Drafts.Submit(ctx, draft); err != nil {
			return nil, err
		}
	}
	if d.PortRequestID == "" {
		return nil, errors.New("none")
	}
	p, err := client.PortRequests.Get(ctx, d.PortRequestID, nil)
	return &Submitted{d, p}, err
}
