package intake_test

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/require"

	"github.com/numberporting/porting/workflow/intake"
)

var e164 = regexp.MustCompile(`^\+[1-9]\d{1,14}$`)

// digitsOf returns the digits of a text, full-width ones as plain ones.
func digitsOf(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case '０' <= r && r <= '９':
			return r - '０' + '0'
		case '0' <= r && r <= '9':
			return r
		}
		return -1
	}, text)
}

// checkNumber checks that what was accepted is E.164 and came from the text: of its
// digits, all behind the calling code stand in the text in one piece, and the calling
// code does, too, unless there is a default region.
func checkNumber(t *testing.T, n intake.Number, opts *intake.Options) {
	t.Helper()
	raw := digitsOf(n.Raw.Reveal())
	require.Regexp(t, e164, n.E164)
	require.LessOrEqual(t, len(n.Extension), 7)
	number := strings.TrimSuffix(raw, n.Extension)
	if opts.Ranges > 0 || opts.Vanity {
		return // the digits come from elsewhere, too
	}
	for code := 1; code <= 3; code++ {
		if len(n.E164) <= 1+code {
			break
		}
		before, ok := strings.CutSuffix(number, n.E164[1+code:])
		if !ok {
			continue
		}
		// What comes before is the calling code, a prefix of calls, or nothing.
		if len(before) > 8 {
			continue
		}
		if opts.Region == "" && !strings.HasPrefix(before, n.E164[1:1+code]) {
			continue
		}
		return
	}
	t.Fatalf("%q became %s", n.Raw.Reveal(), n.E164)
}

// options are all the kinds there are.
var options = []intake.Options{
	{}, {Region: "US"}, {Region: "GB"}, {Region: "DE"}, {Region: "IT"}, {Region: "BR"}, {Region: "AR"}, {Region: "RU"}, {Region: "BB"},
	{Region: "US", Ranges: 10}, {Region: "US", Vanity: true}, {Region: "DE", Ranges: 100, Vanity: true},
}

var seeds = []string{
	"+13125550100", "(312) 555-0100 ext. 12", "tel:+1-312-555-0100;ext=7", "1-800-FLOWERS", "+44 (0)20 7946 0018", "020 7946 0018",
	"1.31255E+10", "13125550100.0", "+13125550100-0119", "312-555-0100 to 312-555-0119", "+13125550100 x10 consecutive numbers", "＋１３１２５５５０１００",
	`="13125550100"`, "'+13125550100", "+01312555010", "0111523456789", "1. 312-555-0100\n2) 312-555-0101", "3125550100 3125550101", "+44 (UK) 2079460018", "\xff+1312\u200b5550100", "00 44 20 7946 0018",
	"+7 495 123-45-67", "+390649501234", "+39 (0)6 4950 1234",
}

func FuzzParseNumber(f *testing.F) {
	for i, seed := range seeds {
		f.Add(seed, uint8(i%len(options)))
	}
	f.Fuzz(func(t *testing.T, text string, kind uint8) {
		opts := options[int(kind)%len(options)]
		opts.Ranges = 0 // it reads no ranges
		n, err := intake.ParseNumber(text, &opts)
		if err != nil {
			require.Zero(t, n)
			return
		}
		checkNumber(t, n, &opts)
	})
}

// FuzzText checks that nothing is lost: each digit of the text is in a number, in a
// duplicate, in a rejection or in the number of a list's line.
func FuzzText(f *testing.F) {
	for i, seed := range seeds {
		f.Add(seed, uint8(i%len(options)))
	}
	f.Fuzz(func(t *testing.T, text string, kind uint8) {
		checkText(t, text, &options[int(kind)%len(options)])
	})
}

var listNumber = regexp.MustCompile(`^[^0-9A-Za-z+]*[0-9]{1,3}[.)]\pZ`)

func checkText(t *testing.T, text string, opts *intake.Options) {
	t.Helper()
	covered := map[string]bool{} // line:column of each byte
	cover := func(place intake.Place, raw string) {
		for i := range len(raw) {
			covered[fmt.Sprint(place.Line, ":", place.Column+i)] = true
		}
	}
	accepted := map[string]bool{}
	for row, err := range intake.Text(strings.NewReader(text), opts) {
		require.NoError(t, err)
		for _, n := range row.Numbers {
			require.False(t, accepted[n.E164], "%s is accepted twice", n.E164)
			accepted[n.E164] = true
			checkNumber(t, n, opts)
			cover(n.Place, n.Raw.Reveal())
		}
		for _, d := range row.Duplicates {
			require.True(t, accepted[d.Number.E164])
			cover(d.Number.Place, d.Number.Raw.Reveal())
		}
		for _, r := range row.Rejected {
			require.NotEmpty(t, r.Reason)
			cover(r.Place, r.Raw.Reveal())
		}
	}
	if strings.HasPrefix(text, "\xff\xfe") || strings.HasPrefix(text, "\xfe\xff") {
		return // UTF-16
	}
	text = strings.TrimPrefix(text, "\ufeff")
	lines := strings.Split(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(text), "\n")
	for l, line := range lines {
		start := len(listNumber.FindString(line))
		for i, r := range line {
			if i >= start && unicode.IsDigit(r) {
				require.True(t, covered[fmt.Sprint(l+1, ":", i+1)], "line %d, column %d of %q is lost", l+1, i+1, text)
			}
		}
	}
}

// FuzzCSV checks that any file is read to its end or to an error, and that what is
// accepted is E.164.
func FuzzCSV(f *testing.F) {
	for i, seed := range seeds {
		f.Add("tn,city,zip,pin,foc,country,porttype,btn\n"+seed+",Chicago,2134,\"0042\",2026-12-01,us,full,"+seed+"\n", uint8(i%len(options)))
	}
	f.Fuzz(func(t *testing.T, text string, kind uint8) {
		opts := options[int(kind)%len(options)]
		accepted := map[string]bool{}
		for row, err := range intake.CSV(strings.NewReader(text), &opts) {
			if err != nil {
				require.Empty(t, row.Numbers)
				continue // if it were not the last, the next would be nil
			}
			require.False(t, len(row.Numbers)+len(row.Duplicates)+len(row.Rejected) == 0 && row.Profile == nil && row.Line > 1)
			for _, n := range row.Numbers {
				require.False(t, accepted[n.E164])
				accepted[n.E164] = true
				checkNumber(t, n, &opts)
				require.Same(t, row.Profile, n.Profile)
			}
			if p := row.Profile; p != nil && p.BillingPhoneNumber != "" {
				require.Regexp(t, e164, p.BillingPhoneNumber)
			}
		}
	})
}

// TestRandomTexts puts parts of numbers together, which a fuzzer of bytes seldom does.
func TestRandomTexts(t *testing.T) {
	t.Parallel()
	parts := []string{
		"+", "1", "+1", "+44", "(0)", "0", "00", "011", "20", "312", "(312)", "555", "0100", "0119", "7946", "0018", "3125550100", "+13125550101", "4930123456",
		" ", " ", " ", "-", " - ", "–", ".", "/", ",", ";", "\t", "\n", "\r\n", "x10", " x10 consecutive", " to ", " ext. 7", ";ext=12", "tel:", "1. ", "2) ", "and", " UK ",
		"\u200b", "\u00a0", "５", "٣", "FLOWERS", "E+10", ".0", "'", "=\"", "\"", "(", ")", "\xff", "é",
	}
	const seed = 20261126
	random := rand.New(rand.NewPCG(seed, 0))
	rounds := 5_000
	if testing.Short() {
		rounds /= 10
	}
	for range rounds {
		var b strings.Builder
		for range 1 + random.IntN(12) {
			b.WriteString(parts[random.IntN(len(parts))])
		}
		opts := options[random.IntN(len(options))]
		checkText(t, b.String(), &opts)
		opts.Ranges = 0
		if n, err := intake.ParseNumber(b.String(), &opts); err == nil {
			checkNumber(t, n, &opts)
		}
	}
}
