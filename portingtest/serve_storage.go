package portingtest

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"strings"
	"time"
)

// The bounds of an upload: the whole request, and each field of the form but
// the file.
const (
	maxUpload = 16 << 20
	maxField  = 64 << 10
	maxFields = 64
	maxKey    = 1024
)

// storageError is an answer of the storage host other than success. The storage
// speaks XML.
type storageError struct {
	XMLName xml.Name `xml:"Error"`
	Status  int      `xml:"-"`
	Code    string   `xml:"Code"`
	Message string   `xml:"Message"`
	Breach  bool     `xml:"-"` // of the form that a request must have
}

func (e *storageError) Error() string { return e.Message }

// storageRefusal is for what a right request can meet.
func storageRefusal(status int, code, message string) error {
	return &storageError{Status: status, Code: code, Message: message}
}

// storageBreach is for a request that isn't as it must be.
func storageBreach(status int, code, message string) error {
	return &storageError{Status: status, Code: code, Message: message, Breach: true}
}

// serveStorage answers a request to the storage host: an upload by form, or a
// download by link.
func (s *Server) serveStorage(w http.ResponseWriter, r *http.Request) {
	s.serve(w, r, exchange{storage: true, operation: storageOperations[r.Method]}, s.storage)
}

// storageOperations name what the storage host does, by method.
var storageOperations = map[string]string{
	http.MethodPost: StorageUpload,
	http.MethodGet:  StorageDownload,
	http.MethodHead: StorageDownload,
}

func (s *Server) storage(w http.ResponseWriter, r *http.Request) {
	err := refuseCredential(credentialIn(s.config, r.Header, r.URL.Query()))
	switch {
	case err != nil:
	case r.Method == http.MethodPost:
		err = s.store(w, r)
	case r.Method == http.MethodGet || r.Method == http.MethodHead:
		err = s.download(w, r)
	default:
		w.Header().Set("Allow", "GET, HEAD, POST")
		err = storageBreach(http.StatusMethodNotAllowed, "MethodNotAllowed", "The method is not allowed.")
	}
	if refusal, ok := errors.AsType[*storageError](err); ok {
		s.judge(r.Method+" to the storage host", err)
		w.Header().Set("Content-Type", "application/xml")
		w.WriteHeader(refusal.Status)
		_ = xml.NewEncoder(w).Encode(refusal) // a client that went away
	}
}

// refuseCredential refuses a request that brought a credential of the API, if it
// is said where.
func refuseCredential(where string) error {
	if where == "" {
		return nil
	}
	return storageBreach(http.StatusBadRequest, "InvalidArgument", "The storage host takes no credentials of the API: "+where)
}

// store takes the form of an upload.
func (s *Server) store(w http.ResponseWriter, r *http.Request) error {
	r.Body = http.MaxBytesReader(w, body{r.Body}, maxUpload)
	fields, filename, data, err := readForm(r)
	if err != nil {
		return err
	}
	for name, value := range fields {
		if secretIn(s.config, []string{value}) {
			return refuseCredential("form field " + name)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.box.tick()
	prefix, err := s.box.checkForm(fields)
	if err != nil {
		return err
	}
	key := strings.ReplaceAll(fields["key"], "${filename}", filename)
	if len(key) > maxKey {
		return storageRefusal(http.StatusBadRequest, "KeyTooLongError", "The key is too long.")
	}
	s.box.Objects[key] = object{ContentType: s.box.Uploads[prefix].ContentType, StoredAt: s.box.Clock, Data: data}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// readForm gives the fields of a form and the file at its end.
func readForm(r *http.Request) (fields map[string]string, filename string, data []byte, err error) {
	form, err := r.MultipartReader()
	if err != nil {
		return nil, "", nil, storageBreach(http.StatusPreconditionFailed, "PreconditionFailed", "The body must be multipart/form-data.")
	}
	fields = map[string]string{}
	for {
		part, err := form.NextPart()
		switch {
		case errors.Is(err, io.EOF):
			return nil, "", nil, storageBreach(http.StatusBadRequest, "InvalidArgument", "The form has no field named file.")
		case err != nil:
			return nil, "", nil, formError(err)
		case part.FormName() == "file":
			data, err := io.ReadAll(part)
			if err != nil {
				return nil, "", nil, formError(err)
			}
			if _, err := form.NextPart(); !errors.Is(err, io.EOF) {
				return nil, "", nil, storageBreach(http.StatusBadRequest, "InvalidArgument", "The field named file must be the last.")
			}
			return fields, valid(part.FileName()), data, nil
		}
		if err := readField(part, fields); err != nil {
			return nil, "", nil, err
		}
	}
}

// readField adds a part of a form to its fields. The names have no case.
func readField(part *multipart.Part, fields map[string]string) error {
	name := strings.ToLower(part.FormName())
	value, err := io.ReadAll(io.LimitReader(part, maxField+1))
	_, repeated := fields[name]
	switch {
	case err != nil:
		return formError(err)
	case len(value) > maxField || len(fields) == maxFields:
		return storageBreach(http.StatusBadRequest, "MaxPostPreDataLengthExceeded", "The fields before the file are too large.")
	case repeated:
		return storageBreach(http.StatusBadRequest, "InvalidArgument", "A field is there more than once.")
	}
	fields[name] = valid(string(value))
	return nil
}

func formError(err error) error {
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return storageRefusal(http.StatusBadRequest, "EntityTooLarge", "The upload is too large.")
	}
	if errors.Is(err, errBrokenOff) {
		return storageRefusal(http.StatusBadRequest, "IncompleteBody", "The body breaks off.")
	}
	return storageBreach(http.StatusBadRequest, "MalformedPOSTRequest", "The body is not well-formed multipart/form-data.")
}

// checkForm holds the fields of a form to its policy, and gives the prefix of
// the key.
func (b *sandbox) checkForm(fields map[string]string) (prefix string, err error) {
	denied := func(why string) (string, error) {
		return "", storageBreach(http.StatusForbidden, "AccessDenied", "Invalid according to policy: "+why)
	}
	if fields["policy"] == "" {
		return denied("there is none.")
	}
	if fields["x-amz-signature"] != b.sign(fields["policy"]) {
		return "", storageBreach(http.StatusForbidden, "SignatureDoesNotMatch", "The signature is not that of the policy.")
	}
	var policy struct {
		Expiration time.Time         `json:"expiration"`
		Conditions []json.RawMessage `json:"conditions"`
	}
	text, err := base64.StdEncoding.DecodeString(fields["policy"])
	if err != nil || json.Unmarshal(text, &policy) != nil {
		return denied("it can't be read.")
	}
	if !b.Clock.Before(policy.Expiration) {
		return "", storageRefusal(http.StatusForbidden, "AccessDenied", "Invalid according to policy: it expired.")
	}

	covered := map[string]bool{"policy": true, "x-amz-signature": true}
	for _, condition := range policy.Conditions {
		var exact map[string]string
		var rule []string
		if json.Unmarshal(condition, &exact) == nil {
			for name, want := range exact {
				covered[name] = true
				if value, sent := fields[name]; value != want && (sent || name != "bucket") {
					return denied(name + " is not what it says.")
				}
			}
		} else if json.Unmarshal(condition, &rule) == nil && len(rule) == 3 && rule[0] == "starts-with" {
			name := strings.TrimPrefix(rule[1], "$")
			covered[name] = true
			if rest, ok := strings.CutPrefix(fields[name], rule[2]); !ok || rest == "" {
				return denied(name + " must start with what it says, and go on.")
			}
			prefix = rule[2]
		}
	}
	for name := range fields {
		if !covered[name] {
			return denied("extra field " + name + ".")
		}
	}
	return prefix, nil
}

// download gives the file of a link.
func (s *Server) download(w http.ResponseWriter, r *http.Request) error {
	key := strings.TrimPrefix(r.URL.Path, "/")
	query := r.URL.Query()
	date := query.Get("X-Amz-Date")
	minted, err := time.Parse(amzTime, date)

	s.mu.Lock()
	s.box.tick()
	signed := err == nil && query.Get("X-Amz-Signature") == s.box.signLink(key, date)
	expired := s.box.Clock.Sub(minted) >= s.box.linkLife()
	file, stored := s.box.Objects[key]
	s.mu.Unlock()

	switch {
	case !signed:
		return storageBreach(http.StatusForbidden, "SignatureDoesNotMatch", "The signature is not that of the link.")
	case expired:
		return storageRefusal(http.StatusForbidden, "AccessDenied", "Request has expired")
	case !stored:
		return storageRefusal(http.StatusNotFound, "NoSuchKey", "The key does not exist.")
	}
	w.Header().Set("Content-Type", file.ContentType)
	http.ServeContent(w, r, "", file.StoredAt, bytes.NewReader(file.Data))
	return nil
}
