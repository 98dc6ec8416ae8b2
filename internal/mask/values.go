package mask

import (
	"iter"
	"strings"
)

// sentValues are the folded texts that a call sent, the secrets first. There can be 100,000.
// So they are kept one after another, in memory that the garbage collector needn't look into.
type sentValues struct {
	texts   []byte
	ends    []int // of each text
	secrets int   // how many of them are secrets
}

// valuesOf folds what was sent.
func valuesOf(sent Sent) sentValues {
	words := map[string]bool{}
	for _, word := range sent.Words {
		words[string(appendFolded(nil, word))] = true
	}
	var v sentValues
	add := func(texts Texts, but map[string]bool) {
		if texts == nil {
			return
		}
		texts(func(text string) {
			start := len(v.texts)
			v.texts = appendFolded(v.texts, text)
			if folded := v.texts[start:]; len(folded) < fewest || but[string(folded)] {
				v.texts = v.texts[:start]
				return
			}
			v.ends = append(v.ends, len(v.texts))
		})
	}
	add(sent.Secrets, nil)
	v.secrets = len(v.ends)
	add(sent.Values, words)
	return v
}

// all yields each text, and whether it is a secret.
func (v sentValues) all() iter.Seq2[[]byte, bool] {
	return func(yield func([]byte, bool) bool) {
		start := 0
		for i, end := range v.ends {
			if !yield(v.texts[start:end:end], i < v.secrets) {
				return
			}
			start = end
		}
	}
}

// appendFolded appends what [fold] makes of a value within a text.
func appendFolded(b []byte, value string) []byte {
	start := len(b)
	for i := range len(value) {
		folded := foldedBytes[value[i]]
		switch {
		case folded == 0:
			value = value[:min(len(value), 4*examined)] // more of a value isn't found in a text
			words := strings.Fields(strings.Map(foldRune, oneLine(value)))
			return append(b[:start], strings.Join(words, " ")...)
		case folded == ' ' && (len(b) == start || b[len(b)-1] == ' '):
		default:
			b = append(b, folded)
		}
	}
	if len(b) > start && b[len(b)-1] == ' ' {
		b = b[:len(b)-1]
	}
	return b
}

// foldedBytes has what each byte is folded to, if that doesn't depend on the bytes around it.
var foldedBytes = func() (folded [256]byte) {
	for b := byte('!'); b <= '~'; b++ {
		folded[b] = b
	}
	for b := byte('A'); b <= 'Z'; b++ {
		folded[b] = b - 'A' + 'a'
	}
	for _, b := range []byte(`\&%`) { // they may begin an escape
		folded[b] = 0
	}
	for _, b := range []byte(" +_\t\n\r") {
		folded[b] = ' '
	}
	return folded
}()
