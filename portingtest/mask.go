package portingtest

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strings"
)

// masked stands for a secret in the record.
const masked = "[masked]"

// secretKeys are the keys of bodies and queries whose values are masked. The
// last two are those of a signed URL.
var secretKeys = []string{
	"pin_passcode", "account_number", "tax_identifier", "business_identifier",
	"X-Amz-Signature", "X-Amz-Credential",
}

// maskText masks the token and the key.
func maskText(c config, text string) string {
	for _, secret := range []string{c.token, c.key} {
		if secret != "" {
			text = strings.ReplaceAll(text, secret, masked)
		}
	}
	return text
}

// maskBody masks the token, the key, and the values of secret keys but null. It
// keeps nothing of a body that isn't JSON but may have such a key.
func maskBody(c config, body []byte) []byte {
	for _, secret := range []string{c.token, c.key} {
		if secret != "" && bytes.Contains(body, []byte(secret)) {
			body = bytes.ReplaceAll(body, []byte(secret), []byte(masked))
		}
	}
	suspect := func(key string) bool { return bytes.Contains(body, []byte(key)) }
	if !suspect(`\u`) && !slices.ContainsFunc(secretKeys, suspect) {
		return body
	}
	values, err := secretValues(body)
	if err != nil {
		return []byte("[not JSON]")
	}
	var kept bytes.Buffer
	end := 0
	for _, value := range values {
		kept.Write(body[end:value.start])
		kept.WriteString(`"` + masked + `"`)
		end = value.end
	}
	kept.Write(body[end:])
	return kept.Bytes()
}

type span struct{ start, end int }

// secretValues tells where a JSON text has the values of secret keys.
func secretValues(text []byte) ([]span, error) {
	var found []span
	var open []byte // what the decoder is in: '[', '{' before a key, ':' after one
	decoder := json.NewDecoder(bytes.NewReader(text))
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			return found, nil
		}
		if err != nil {
			return nil, err
		}
		switch t := token.(type) {
		case json.Delim:
			if t == '{' || t == '[' {
				open = append(open, byte(t))
				continue
			}
			open = open[:len(open)-1]
		case string:
			if len(open) == 0 || open[len(open)-1] != '{' {
				break
			}
			if !slices.Contains(secretKeys, t) {
				open[len(open)-1] = ':'
				continue
			}
			var value json.RawMessage
			if err := decoder.Decode(&value); err != nil {
				return nil, err
			}
			if end := int(decoder.InputOffset()); !isNull(value) {
				found = append(found, span{end - len(value), end})
			}
			continue
		}
		if len(open) > 0 && open[len(open)-1] == ':' { // a member is over
			open[len(open)-1] = '{'
		}
	}
}
