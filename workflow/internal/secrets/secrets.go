// Package secrets hides the secrets of a port request where people have written them into its
// texts: a carrier's comment, say, names the account number that it refuses. Where the secrets
// have their own fields, they hide themselves.
package secrets

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/numberporting/porting"
)

// A Mask finds secrets in texts.
type Mask []*regexp.Regexp

// Of makes a mask of the PINs, account numbers, tax and business identifiers of a port
// request.
func Of(r *porting.PortRequest) Mask {
	var m Mask
	for i := range r.SubRequests {
		sub := &r.SubRequests[i]
		for _, secret := range []porting.Secret{sub.PINPasscode, sub.AccountNumber, sub.TaxIdentifier, sub.BusinessIdentifier} {
			if form := spellings(secret); form != nil {
				m = append(m, form)
			}
		}
	}
	return m
}

// spellings matches a secret in any case, with blanks, points and dashes between its letters
// or without. It is nil for fewer than three letters, which stand everywhere.
func spellings(secret porting.Secret) *regexp.Regexp {
	const between = `[\s.\-]*`
	letters := strings.FieldsFunc(secret.Reveal(), func(r rune) bool { return unicode.IsSpace(r) || r == '.' || r == '-' })
	text := []rune(strings.Join(letters, ""))
	if len(text) < 3 {
		return nil
	}
	parts := make([]string, len(text))
	for i, letter := range text {
		parts[i] = regexp.QuoteMeta(string(letter))
	}
	return regexp.MustCompile(`(?i)` + strings.Join(parts, between))
}

// Hide hides the secrets in a text, where they aren't a part of a longer word or number.
func (m Mask) Hide(text string) string {
	for _, secret := range m {
		for _, at := range slices.Backward(secret.FindAllStringIndex(text, -1)) {
			before, _ := utf8.DecodeLastRuneInString(text[:at[0]])
			after, _ := utf8.DecodeRuneInString(text[at[1]:])
			if !inWord(before) && !inWord(after) {
				text = text[:at[0]] + porting.Secret(text[at[0]:at[1]]).String() + text[at[1]:]
			}
		}
	}
	return text
}

func inWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }
