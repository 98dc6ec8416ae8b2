package archive

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/numberporting/porting"
)

// maskTexts hides the secrets of a port request where people have written them into its
// texts: a carrier's comment, say, names the account number that it refuses. Where the secrets
// have their own fields, they hide themselves.
func maskTexts(r *porting.PortRequest, comments []porting.Comment) {
	var secrets []*regexp.Regexp
	for i := range r.SubRequests {
		sub := &r.SubRequests[i]
		for _, secret := range []porting.Secret{sub.PINPasscode, sub.AccountNumber, sub.TaxIdentifier, sub.BusinessIdentifier} {
			if form := spellings(secret); form != nil {
				secrets = append(secrets, form)
			}
		}
	}
	for i := range comments {
		comments[i].Body = mask(comments[i].Body, secrets)
	}
	for i := range r.SubRequests {
		sub := &r.SubRequests[i]
		sub.Description = mask(sub.Description, secrets)
		sub.CustomerRatingComment = mask(sub.CustomerRatingComment, secrets)
	}
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

// mask hides secrets in a text, where they aren't a part of a longer word or number.
func mask(text string, secrets []*regexp.Regexp) string {
	for _, secret := range secrets {
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
