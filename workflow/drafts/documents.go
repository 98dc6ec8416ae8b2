package drafts

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/workflow/internal/wait"
)

// documentsNeeded are the types of the documents that North American numbers need.
var documentsNeeded = []porting.DocumentType{porting.DocumentTypeLOA, porting.DocumentTypeInvoice}

// Needed returns the types of the documents that a draft needs before it is submitted and
// that aren't among those that are there. North American numbers need an LOA and the losing
// carrier's latest invoice. That is documented, but that the type of the latter is
// written "invoice" is inferred. What other numbers need isn't documented, so for them
// Needed returns nothing. The draft must have been read with its numbers.
func Needed(d *porting.DraftPortRequest, there []porting.SupportingDocument) []porting.DocumentType {
	isNANP := func(row SplitRow) bool { return strings.HasPrefix(row.Number, "+1") }
	if !slices.ContainsFunc(SplitDraft(d).Rows, isNANP) {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(documentsNeeded), func(need porting.DocumentType) bool {
		return slices.ContainsFunc(there, func(d porting.SupportingDocument) bool { return isType(d, need) })
	})
}

// isType tells whether a document is of a type, in whatever case the server writes it.
func isType(d porting.SupportingDocument, t porting.DocumentType) bool {
	return strings.EqualFold(string(d.DocumentType), string(t))
}

// A Document is one that [Upload] uploads.
type Document struct {
	Type     porting.DocumentType
	Filename string // its last element goes to the server

	// Open opens the content, of at most 32 MiB. If it is nil, the content is that of the
	// file that Filename names. The context is looked at between two Reads; one that hangs
	// holds [Upload] up.
	Open func() (io.ReadCloser, error)
}

// Uploaded is what is known of one document of a draft. As JSON, it is the state that a
// caller of [Upload] can keep. It holds nothing of the content but its hash.
type Uploaded struct {
	Type   porting.DocumentType `json:"type"`
	SHA256 string               `json:"sha256"` // of the content, in hexadecimal

	// ID is that of the document. If it is empty, an upload has begun, and it isn't known
	// whether the document is there.
	ID porting.DocumentID `json:"id,omitzero"`

	// Key is the file's key in storage, if the answer to the upload's last step was lost: the
	// document is there if one of the draft's documents has the key as its Body (inferred).
	Key string `json:"key,omitzero"`

	// ContentType is the media type that the content itself shows: "application/pdf".
	ContentType string `json:"content_type,omitzero"`

	// Document is what the server says of it. It isn't kept.
	Document *porting.SupportingDocument `json:"-"`

	// New tells whether this run has uploaded the document. It isn't kept.
	New bool `json:"-"`
}

// Advised tells whether the content is a PDF or an image, as the vendor advises. What the
// API makes of other content isn't documented. It can be a page of HTML that says "not
// found", so show it to a person before the draft is submitted.
func (u Uploaded) Advised() bool {
	return u.ContentType == "application/pdf" || strings.HasPrefix(u.ContentType, "image/")
}

// UploadOptions say how [Upload] goes about it. A zero field has its default.
type UploadOptions struct {
	// Known is what earlier runs have found out: what they returned, or what Save was
	// given, in that order. Without it, each document that the draft has of the same type
	// is downloaded and compared.
	Known []Uploaded

	// Save, if it isn't nil, stores what is known of a document for good: when its upload is
	// about to begin, and when its outcome is known. If it fails, Upload ends. With it, a
	// run after a crash knows that the server may still be working on an upload.
	Save func(Uploaded) error

	// LookAgain is how long Upload waits, after the answer to an upload was lost and a
	// first look hasn't found the document, before it looks once more; the default is 10
	// seconds.
	LookAgain time.Duration

	// Sleep waits for that time, or until the context ends, which is an error. The default
	// waits in real time.
	Sleep func(ctx context.Context, d time.Duration) error
}

// An UploadUnknownError says that [Upload] has sent a document, and that it isn't known
// whether the draft has it: the answer was lost, and the document isn't seen yet. It may still
// appear. Run Upload again, after some minutes rather than at once: the server may be working
// on it. To see for yourself, look for the Key among the Bodies of the draft's documents.
type UploadUnknownError struct {
	Draft    porting.DraftID
	Document int // its place among those given, from 0
	Key      string
	Err      error // of Documents.Upload: a *porting.UploadError
	Look     error // why the last look failed; nil if it didn't see the document
}

// Error tells what is unknown, and what to do.
func (e *UploadUnknownError) Error() string {
	look := "it isn't seen yet"
	if e.Look != nil {
		look = "looking for it failed: " + e.Look.Error()
	}
	return fmt.Sprintf("drafts: Upload: documents.%d: whether the draft %s has the document is unknown, and %s; run Upload again in some minutes, or list the draft's documents: %v", e.Document, e.Draft, look, e.Err)
}

// Format prints the error's text.
func (e UploadUnknownError) Format(f fmt.State, verb rune) { formatError(f, verb, &e) }

// MarshalText returns the error's text.
func (e UploadUnknownError) MarshalText() ([]byte, error) { return []byte(e.Error()), nil }

// Unwrap returns what Documents.Upload failed with, and the last look.
func (e *UploadUnknownError) Unwrap() []error { return callAndLook(e.Err, e.Look) }

// Upload adds documents to a draft, each once: those that the draft has already are left
// alone. It returns one result for each document, in their order, up to the first that failed.
// The results before that are good, and so is one whose outcome is unknown: keep
// them, whatever the error, and give them to the next run. Nil options are the defaults.
//
// Before anything is sent, all contents are read and hashed. An empty one is a
// [*porting.ArgumentError]. The media type is told from the content; see
// [Uploaded.Advised].
//
// The draft has a document already if the options' Known says so and the document is still
// there, or if one of the same type has the same content. The API doesn't tell the content's
// hash, its size or its file name. So documents of the same type that Known doesn't know are
// downloaded, those with the file's name at the end of their Body first. None is read further
// than the longest of the documents given. If one can't be downloaded, that is an error and
// nothing is sent: with the document's hash and ID in Known, it needn't be.
//
// If the answer to the last step of an upload is lost or can't be read, Upload looks for the
// document at once and, unless it is there, a second time a little later
// ([UploadOptions].LookAgain). If that finds nothing either, the error is an
// [*UploadUnknownError]. The next run looks, waits and looks again in the same way before
// it uploads the document once more. A run that is killed while it uploads is as good as a
// lost answer: without [UploadOptions].Save, start the next one some minutes later. All
// other errors are those of the client, with the document's place.
//
// Two runs that upload the same document to the same draft in the same moment can both do
// it: the API has no means to prevent that.
func Upload(ctx context.Context, client *porting.Client, draft porting.DraftID, documents []Document, opts *UploadOptions) ([]Uploaded, error) {
	if opts == nil {
		opts = new(UploadOptions)
	}
	switch {
	case client == nil:
		return nil, badUpload("client", "is nil")
	case opts.LookAgain < 0:
		return nil, badUpload("look_again", "must not be negative")
	case len(documents) == 0:
		return nil, nil
	}
	u := &uploading{
		client: client,
		draft:  draft,
		known:  slices.Clone(opts.Known),
		save:   opts.Save,
		later:  cmp.Or(opts.LookAgain, 10*time.Second),
		sleep:  opts.Sleep,
		hashes: map[porting.DocumentID]string{},
	}
	if u.sleep == nil {
		u.sleep = wait.For
	}
	files := make([]*file, len(documents))
	for i, document := range documents {
		f, err := document.read(ctx, i)
		if err != nil {
			return nil, err
		}
		files[i] = f
		u.longest = max(u.longest, int64(len(f.data)))
	}
	if err := u.list(ctx); err != nil {
		return nil, err
	}
	results := make([]Uploaded, 0, len(files))
	for _, f := range files {
		result, err := u.upload(ctx, f)
		if err == nil || result.SHA256 != "" {
			results = append(results, result)
		}
		if err != nil {
			return results, err
		}
	}
	return results, nil
}

func badUpload(field, reason string) error {
	return &porting.ArgumentError{Operation: "drafts.Upload", Field: field, Reason: reason}
}

// A file is a document that was read.
type file struct {
	place    int
	name     string
	kind     porting.DocumentType
	data     []byte
	sha256   string
	mimeType string
}

// maxDocument is far more than a scan of some pages needs.
const maxDocument = 32 << 20

// read reads a document's content, so that what is hashed is what is sent.
func (d Document) read(ctx context.Context, place int) (f *file, err error) {
	field := fmt.Sprintf("documents.%d", place)
	switch {
	case d.Type == "":
		return nil, badUpload(field+".type", "is empty")
	case d.Filename == "":
		return nil, badUpload(field+".filename", "is empty")
	}
	open := d.Open
	if open == nil {
		open = func() (io.ReadCloser, error) { return os.Open(d.Filename) }
	}
	content, err := open()
	if err != nil {
		return nil, fmt.Errorf("drafts: Upload: %s: opening it (nothing was sent): %w", field, withoutPath(err))
	}
	defer func() { _ = content.Close() }() // it was only read
	data, err := io.ReadAll(io.LimitReader(until(ctx, content), maxDocument+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("drafts: Upload: %s: reading it (nothing was sent): %w", field, withoutPath(err))
	case len(data) == 0:
		return nil, badUpload(field+".content", "is empty")
	case len(data) > maxDocument:
		return nil, badUpload(field+".content", "is larger than 32 MiB")
	}
	sum := sha256.Sum256(data)
	return &file{place, d.Filename, d.Type, data, hex.EncodeToString(sum[:]), mediaType(data)}, nil
}

// withoutPath hides the path of a file in an error: its name can be a customer's.
func withoutPath(err error) error {
	if failed, ok := errors.AsType[*fs.PathError](err); ok {
		return &fs.PathError{Op: failed.Op, Path: "(the path)", Err: failed.Err}
	}
	return err
}

// until returns a reader that fails once the context has ended.
func until(ctx context.Context, r io.Reader) io.Reader {
	return readerFunc(func(p []byte) (int, error) {
		if ctx.Err() != nil {
			return 0, context.Cause(ctx)
		}
		return r.Read(p)
	})
}

type readerFunc func(p []byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

// mediaType tells what a content is by how it begins. Of what offices scan, net/http
// doesn't know TIFF.
func mediaType(data []byte) string {
	for _, start := range []string{"II*\x00", "MM\x00*"} {
		if bytes.HasPrefix(data, []byte(start)) {
			return "image/tiff"
		}
	}
	return http.DetectContentType(data)
}

// An uploading is one run of [Upload].
type uploading struct {
	client  *porting.Client
	draft   porting.DraftID
	known   []Uploaded
	save    func(Uploaded) error
	later   time.Duration
	sleep   func(ctx context.Context, d time.Duration) error
	longest int64 // of the contents
	there   []porting.SupportingDocument
	hashes  map[porting.DocumentID]string // of what was downloaded; empty: it is longer than all contents
}

// list reads which documents the draft has.
func (u *uploading) list(ctx context.Context) (err error) {
	u.there, err = u.client.Documents.List(ctx, u.draft)
	return err
}

// upload sees to it that the draft has a document. A result with an error is what is known
// in spite of it.
func (u *uploading) upload(ctx context.Context, f *file) (Uploaded, error) {
	result := Uploaded{Type: f.kind, SHA256: f.sha256, ContentType: f.mimeType}
	found, err := u.find(ctx, f)
	if err == nil && found == nil && u.isBegun(f) {
		found, err = u.lookLater(ctx, f)
	}
	switch {
	case err != nil:
		return Uploaded{}, fmt.Errorf("drafts: Upload: documents.%d: whether the draft has it can't be told, so it wasn't sent: %w", f.place, err)
	case found != nil:
		return u.done(result, found)
	}
	if err := u.note(result); err != nil {
		return Uploaded{}, err
	}
	result.New = true
	created, err := u.client.Documents.Upload(ctx, u.draft, porting.DocumentUpload{
		Type: f.kind, Filename: f.name, ContentType: f.mimeType, Content: bytes.NewReader(f.data),
	})
	if err == nil {
		u.there = append(u.there, *created)
		return u.done(result, created)
	}
	failed, isUploadError := errors.AsType[*porting.UploadError](err)
	if !isUploadError || failed.Step != porting.UploadStepDocument {
		return Uploaded{}, fmt.Errorf("drafts: Upload: documents.%d: %w", f.place, err)
	}
	result.Key = failed.Key
	if err := u.note(result); err != nil {
		return result, err
	}
	found, look := u.look(ctx, f)
	if found == nil && isOutcomeUnknown(err) {
		found, look = u.lookLater(ctx, f)
	}
	switch {
	case found != nil:
		return u.done(result, found)
	case isOutcomeUnknown(err):
		result.New = false
		return result, &UploadUnknownError{Draft: u.draft, Document: f.place, Key: failed.Key, Err: err, Look: look}
	}
	return Uploaded{}, fmt.Errorf("drafts: Upload: documents.%d: %w", f.place, err)
}

// done completes a result with the document.
func (u *uploading) done(result Uploaded, document *porting.SupportingDocument) (Uploaded, error) {
	result.ID, result.Key, result.Document = document.ID, "", document
	return result, u.note(result)
}

// note saves what is known of a document, unless it is known already.
func (u *uploading) note(entry Uploaded) error {
	kept := entry
	kept.Document, kept.New = nil, false
	if slices.Contains(u.known, kept) && kept.ID != "" {
		return nil
	}
	u.known = append(u.known, kept)
	if u.save == nil {
		return nil
	}
	if err := u.save(kept); err != nil {
		return fmt.Errorf("drafts: Upload: saving what is known: %w", err)
	}
	return nil
}

// isBegun tells whether the last that is known of a document is that its upload has begun.
func (u *uploading) isBegun(f *file) bool {
	for _, k := range slices.Backward(u.known) {
		if k.Type == f.kind && k.SHA256 == f.sha256 {
			return k.ID == ""
		}
	}
	return false
}

// look lists the documents anew and looks for one.
func (u *uploading) look(ctx context.Context, f *file) (*porting.SupportingDocument, error) {
	if err := u.list(ctx); err != nil {
		return nil, err
	}
	return u.find(ctx, f)
}

func (u *uploading) lookLater(ctx context.Context, f *file) (*porting.SupportingDocument, error) {
	if err := u.sleep(ctx, u.later); err != nil {
		return nil, err
	}
	return u.look(ctx, f)
}

// find returns the document that has the type and the content of a file, or nil if none of
// those listed has.
func (u *uploading) find(ctx context.Context, f *file) (*porting.SupportingDocument, error) {
	var candidates []*porting.SupportingDocument
	for i := range u.there {
		d := &u.there[i]
		if !isType(*d, f.kind) {
			continue
		}
		if sum, known := u.hashOf(d); !known {
			candidates = append(candidates, d)
		} else if sum == f.sha256 {
			return d, nil
		}
	}
	slices.SortStableFunc(candidates, func(a, b *porting.SupportingDocument) int {
		return cmp.Compare(otherName(a, f), otherName(b, f))
	})
	for _, d := range candidates {
		sum, err := u.download(ctx, d.ID)
		if err != nil {
			return nil, err
		}
		u.hashes[d.ID] = sum
		if sum == f.sha256 {
			return d, nil
		}
	}
	return nil, nil //nolint:nilnil // as the comment says
}

// otherName is 0 if a document's key in storage ends with the name of a file, else 1.
func otherName(d *porting.SupportingDocument, f *file) int {
	if path.Base(d.Body) == path.Base(strings.ReplaceAll(f.name, `\`, "/")) {
		return 0
	}
	return 1
}

// hashOf returns the hash of a listed document, if it is known.
func (u *uploading) hashOf(d *porting.SupportingDocument) (sum string, known bool) {
	for _, k := range slices.Backward(u.known) {
		if k.ID != "" && k.ID == d.ID || k.Key != "" && k.Key == d.Body {
			return k.SHA256, true
		}
	}
	sum, known = u.hashes[d.ID]
	return sum, known
}

// download returns the hash of a document, or nothing if it is longer than all contents.
func (u *uploading) download(ctx context.Context, id porting.DocumentID) (sum string, err error) {
	content := &boundedHash{hash: sha256.New(), left: u.longest}
	_, err = u.client.Documents.Download(ctx, u.draft, id, content)
	switch {
	case errors.Is(err, errLonger):
		return "", nil
	case err != nil:
		return "", err
	}
	return hex.EncodeToString(content.hash.Sum(nil)), nil
}

// A boundedHash hashes what is written to it, up to a length.
type boundedHash struct {
	hash hash.Hash
	left int64
}

var errLonger = errors.New("drafts: the document is longer")

func (b *boundedHash) Write(p []byte) (int, error) {
	b.left -= int64(len(p))
	if b.left < 0 {
		return 0, errLonger
	}
	return b.hash.Write(p)
}
