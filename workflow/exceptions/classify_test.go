package exceptions_test

import (
	"fmt"
	"log/slog"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/workflow/exceptions"
)

// A score is how many of the hints that were given are right, and how many of the causes
// were found.
type score struct{ right, given, found, causes int }

// judge classifies the comments of a file. Each line has the causes and a comment.
func judge(t *testing.T, file string) (s score) {
	t.Helper()
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	for line := range strings.Lines(string(text)) {
		causes, comment, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		require.True(t, ok, line)
		want := strings.FieldsFunc(causes, func(r rune) bool { return r == ',' })
		reading := exceptions.Classify(comment)
		assert.Equal(t, comment, reading.Raw)
		s.causes += len(want)
		for _, hint := range reading.Hints {
			s.given++
			if slices.Contains(want, string(hint.Cause)) {
				s.right++
				s.found++
			} else {
				t.Logf("%s: wrong: %v; it is %v: %s", file, hint.Cause, want, comment)
			}
		}
		for _, cause := range want {
			if !slices.ContainsFunc(reading.Hints, func(h exceptions.Hint) bool { return string(h.Cause) == cause }) {
				t.Logf("%s: not found: %s: %s", file, cause, comment)
			}
		}
	}
	return s
}

// TestPrecision tries the rules on the comments that they were written with (seen, and lists,
// which are after the reasons that carriers publish), and on those that no rule was ever
// changed for: kept by the author of the rules, and apart by another author.
func TestPrecision(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		file            string
		precise, recall float64 // at least
	}{
		{"testdata/seen.tsv", 1, 1},
		{"testdata/lists.tsv", 1, 1},
		{"testdata/kept.tsv", 0.96, 0.96},
		{"testdata/apart.tsv", 0.96, 0.94},
	} {
		s := judge(t, test.file)
		precise, recall := float64(s.right)/float64(s.given), float64(s.found)/float64(s.causes)
		t.Logf("%s: %d of %d hints are right (%.0f%%), %d of %d causes are found (%.0f%%)", test.file, s.right, s.given, 100*precise, s.found, s.causes, 100*recall)
		assert.GreaterOrEqual(t, precise, test.precise, test.file)
		assert.GreaterOrEqual(t, recall, test.recall, test.file)
	}
}

func TestNoHint(t *testing.T) {
	t.Parallel()
	for _, comment := range []string{
		"", " ", "Thank you.", "We have your order.", "Your FOC date is confirmed.", "\xff\xfe", "1234",
		"The account number matches.", "Please see the attached bill.",
		"The LOA is signed, thank you.", "Please sign in to see the open request form.", "The DDD is confirmed.", "No. 4 is next.", strings.Repeat("a ", 10_000),
	} {
		assert.Empty(t, exceptions.Classify(comment).Hints, comment)
		assert.Equal(t, comment, exceptions.Classify(comment).Raw)
	}
}

func TestEachCauseHasARemedy(t *testing.T) {
	t.Parallel()
	reading := exceptions.Classify("Zip code wrong. PIN invalid\nLine has DSL; no response from the OSP.")
	require.Len(t, reading.Hints, 4)
	for i, want := range []exceptions.Hint{
		{Cause: "POSTAL_CODE_MISMATCH", Fields: []string{"postal_code"}, Move: exceptions.MoveOurs},
		{Cause: "PASSCODE_PIN_INVALID", Fields: []string{"pin_passcode"}, Move: exceptions.MoveOurs},
		{Cause: "PHONE_NUMBER_HAS_SPECIAL_FEATURE", Move: exceptions.MoveEndUser},
		{Cause: "OSP_IRRESPONSIVE", Move: exceptions.MoveTheirs},
	} {
		assert.Equal(t, want, reading.Hints[i])
	}
}

func TestFind(t *testing.T) {
	t.Parallel()
	at := func(hour int) porting.Timestamp {
		return porting.Timestamp{Time: time.Date(2026, time.March, 2, hour, 0, 0, 0, time.UTC)}
	}
	comments := []porting.Comment{
		{Body: "all", CreatedAt: at(9)},
		{Body: "newer", SubRequestID: "a", CreatedAt: at(8)},
		{Body: "older", SubRequestID: "a", CreatedAt: at(7)},
		{Body: "ours", SubRequestID: "a", CreatedAt: at(10), UserID: "u"},
		{Body: "another's", SubRequestID: "b", CreatedAt: at(11)},
	}
	for sub, want := range map[porting.SubRequestID]string{"a": "newer", "b": "another's", "c": "all", "": "all"} {
		reading, ok := exceptions.Find(comments, sub)
		assert.True(t, ok)
		assert.Equal(t, want, reading.Raw, sub)
	}
	_, ok := exceptions.Find(comments[3:4], "a")
	assert.False(t, ok)
}

func TestReadingsHideTheComment(t *testing.T) {
	t.Parallel()
	reading := exceptions.Classify("Acct # 4711 wrong for Ada Example")
	var b strings.Builder
	fmt.Fprintf(&b, "%v %+v %#v %s %q %v", reading, reading, reading, reading, reading, []exceptions.Reading{reading})
	slog.New(slog.NewTextHandler(&b, nil)).Info("x", "reading", reading)
	slog.New(slog.NewJSONHandler(&b, nil)).Info("x", "reading", reading)
	assert.NotContains(t, b.String(), "4711")
	assert.NotContains(t, b.String(), "Ada")
	assert.Contains(t, b.String(), "ACCOUNT_NUMBER_MISMATCH")
}
