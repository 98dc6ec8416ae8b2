package portingtest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

// readBody gives the body, which has to be a JSON text. An operation that takes
// none gets an empty object, and accepts one.
func readBody(header http.Header, m *message, bad problems) (json.RawMessage, error) {
	body, takes := m.body, m.route.body
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(m.bodyErr, &tooLarge):
		return nil, refuse(http.StatusRequestEntityTooLarge, "the body is over %d bytes", maxBody)
	case m.bodyErr != nil:
		return nil, refuse(http.StatusRequestTimeout, "the body breaks off")
	case len(body) == 0 && takes:
		return nil, refuse(http.StatusBadRequest, "the body is missing")
	case len(body) == 0:
		return json.RawMessage("{}"), nil
	}
	if coding := header.Get("Content-Encoding"); coding != "" && !strings.EqualFold(coding, "identity") {
		return nil, refuse(http.StatusUnsupportedMediaType, "the Content-Encoding %q isn't taken: send the body as it is", cutAt(coding, 64))
	}
	if kind, _, err := mime.ParseMediaType(header.Get("Content-Type")); err != nil || kind != "application/json" {
		was := "and there is none"
		if given := header.Get("Content-Type"); given != "" {
			was = fmt.Sprintf("not %q", cutAt(given, 64))
		}
		return nil, refuse(http.StatusUnsupportedMediaType, "the Content-Type has to be application/json, %s", was)
	}
	if !utf8.Valid(body) || !json.Valid(body) {
		return nil, refuse(http.StatusBadRequest, "the body is not valid JSON: %s", notJSON(body))
	}
	if takes {
		return body, nil
	}
	readObject(body, "", nil, &bad)
	return body, bad.err()
}

// notJSON tells why a body isn't JSON, and where it stops to be.
func notJSON(body []byte) string {
	const space = " \t\r\n"
	starts := func(with string) bool { return bytes.HasPrefix(body, []byte(with)) }
	switch {
	case starts("\xef\xbb\xbf"):
		return "it begins with a byte order mark; leave that out"
	case starts("\x1f\x8b"):
		return "it is compressed with gzip, which no Content-Encoding says, and which isn't taken"
	case starts("\xff\xfe"), starts("\xfe\xff"), starts("{\x00"), starts("\x00{"), starts("[\x00"), starts("\x00["):
		return "it is in UTF-16 or UTF-32; JSON is in UTF-8"
	case len(bytes.Trim(body, space)) == 0:
		return "there is nothing but space in it"
	}
	if at := firstInvalid(body); at >= 0 {
		return position(body, at) + ": not UTF-8"
	}
	decoder := jsontext.NewDecoder(bytes.NewReader(body), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	_, err := decoder.ReadValue()
	syntax, isSyntax := errors.AsType[*jsontext.SyntacticError](err)
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		return fmt.Sprintf("it breaks off after %d bytes, in the middle of a value", len(body))
	case isSyntax:
		return position(body, int(syntax.ByteOffset)) + ": " + syntax.Err.Error()
	case err != nil:
		return err.Error()
	}
	rest := bytes.TrimLeft(body[decoder.InputOffset():], space)
	return position(body, len(body)-len(rest)) + ": more after the end of the value"
}

// firstInvalid gives the place of the first byte that isn't UTF-8, or -1.
func firstInvalid(text []byte) int {
	for i := 0; i < len(text); {
		c, size := utf8.DecodeRune(text[i:])
		if c == utf8.RuneError && size == 1 {
			return i
		}
		i += size
	}
	return -1
}

// position writes a place in a text as people count, from 1.
func position(text []byte, at int) string {
	before := text[:min(at, len(text))]
	line := bytes.Count(before, []byte("\n")) + 1
	column := utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:]) + 1
	return fmt.Sprintf("line %d, column %d", line, column)
}
