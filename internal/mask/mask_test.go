package mask_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"

	"github.com/numberporting/porting/internal/mask"
)

// of returns the mask of a call that sent the values.
func of(values ...string) mask.Mask { return mask.Of(mask.Sent{Values: each(values...)}) }

func each(texts ...string) mask.Texts {
	return func(add func(string)) {
		for _, text := range texts {
			add(text)
		}
	}
}

func TestValues(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, sent, text, want string }{
		{"as it is", "Zoë & Söhne", "no Zoë & Söhne here", "no [value] here"},
		{"in another case", "Zoë & Söhne", "no ZOË & SÖHNE here", "no [value] here"},
		{"with other blanks", "Zoë & Söhne", "no Zoë  &\tSöhne here", "no [value] here"},
		{"with other blanks, sent", "Zoë  &\nSöhne\n", "no Zoë & Söhne here", "no [value] here"},
		{"in the name of a file", "Zoë & Söhne", "no Zoë_&_Söhne here", "no [value] here"},
		{"escaped for JSON", "Zoë & Söhne", `no Zo\u00eb \u0026 S\u00F6hne here`, "no [value] here"},
		{"escaped for JSON, a slash", "AC/48-1", `no AC\/48-1 here`, "no [value] here"},
		{"escaped for JSON, a surrogate pair", "\U00020bb7野", `no \ud842\udfb7\u91ce here`, "no [value] here"},
		{"escaped for HTML", "Zoë & Söhne", "no Zo&euml; &amp; S&#246;hne here", "no [value] here"},
		{"escaped for a URL", "Zoë & Söhne", "no Zo%C3%AB%20%26%20S%c3%b6hne here", "no [value] here"},
		{"escaped for a form", "Zoë & Söhne", "no Zo%C3%AB+%26+S%C3%B6hne here", "no [value] here"},
		{"escaped twice", "Zoë & Söhne", "no Zo%25C3%25AB%2520%2526%2520S%25C3%25B6hne here", "no [value] here"},
		{"that looks escaped", "a%41b&amp;", "no a%41b&amp; here", "no [value] here"},
		{"of several words within a word", "Ada Example", "no xAda Examplex here", "no x[value]x here"},
		{"with a digit within a word", "hunter2", "no xhunter2x here", "no x[value]x here"},
		{"of digits within a word", "7319", "no x7319x here", "no x[value]x here"},
		{"beyond ASCII within a word", "王小明", "no 这王小明的 here", "no 这[value]的 here"},
		{"of three bytes", "731", "no 731 here", "no [value] here"},
		{"of two bytes", "IL", "no IL here", "no IL here"},
		{"and nothing else", "hunter2", "HUNTER2", "[value]"},
		{"at the ends", "hunter2", "hunter2 or hunter2", "[value] or [value]"},
		{"one overlapping itself", "abab1abab1abab", "no abab1abab1abab1abab here", "no [value] here"},
		{"a single word within a word", "Ann", "cannot plan Annual for ann", "cannot plan Annual for [value]"},
		{"a single word within a name", "name", "person_or_company_name of a name", "person_or_company_name of a [value]"},
		{"a word of it", "Ada Example", "no Ada here", "no Ada here"},
		{"in pieces", "Ada Example", "no Ada/Example here", "no Ada/Example here"},
		{"a time", "2026-03-05T15:00:00Z", "no 2026-03-05T15:00:00Z here", "no 2026-03-05T15:00:00Z here"},
		{"a time with an offset", "2026-03-05T15:00:00+01:00", "no 2026-03-05T15:00:00+01:00 here", "no 2026-03-05T15:00:00+01:00 here"},
		{"a UUID", "59b0762a-b274-4f76-ac32-4d5cf0272e66", "no 59b0762a-b274-4f76-ac32-4d5cf0272e66 here", "no 59b0762a-b274-4f76-ac32-4d5cf0272e66 here"},
		{"a part of a UUID", "b274", "b274 of 59b0762a-b274-4f76-ac32-4d5cf0272e66", "[value] of 59b0762a-b274-4f76-ac32-4d5cf0272e66"},
		{"a part of a time", "2026", "2026 of 2026-03-05", "[value] of 2026-03-05"},
		{"a part of an address", "203", "203 of 203.0.113.77", "[value] of 203.0.113.77"},
		{"a part of a size", "1048", "1048 of 1048576 bytes", "[value] of 1048576 bytes"},
		{"the number of a size", "1048576", "no 1048576 bytes here", "no [value] bytes here"},
		{"none", "hunter2", `100% of Ada's \ "AT&T" numbers & more: see Ada`, `100% of Ada's \ "AT&T" numbers & more: see Ada`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, tt.want, of(tt.sent).Text(tt.text))
		})
	}
	t.Run("one within another", func(t *testing.T) {
		t.Parallel()
		m := of("Chicago Widgets", "Chicago", "Widgets 2")
		for _, text := range []string{"Chicago Widgets", "CHICAGO  Widgets", "chicago_widgets", "Chicago Widgets 2"} {
			assert.Equal(t, "no [value] here", m.Text("no "+text+" here"))
		}
	})
	t.Run("one after another", func(t *testing.T) {
		t.Parallel()
		m := of("Ada Example", "hunter2", "Chicago")
		assert.Equal(t, "no [value] [value], [value]", m.Text("no ADA EXAMPLE HUNTER2, CHICAGO"))
	})
	t.Run("but the words", func(t *testing.T) {
		t.Parallel()
		m := mask.Of(mask.Sent{Values: each("FULL", "foc_date", "full moon"), Words: []string{"full", "foc_date"}})
		assert.Equal(t, "foc_date is one of: partial, full, for [value]", m.Text("foc_date is one of: partial, full, for Full Moon"))
	})
}

func TestSecrets(t *testing.T) {
	t.Parallel()
	secrets := []string{"59b0762a-b274-4f76-ac32-4d5cf0272e66", "token", "2026-03-05", "2c"}
	m := mask.Of(mask.Sent{Secrets: each(secrets...), Words: secrets})
	assert.Equal(t, "[value], x[value]x and [value] of 2c", m.Text("59B0762A-b274-4f76-ac32-4d5cf0272e66, xtokenx and 2026-03-05 of 2c"))
}

func TestTextsAreInOneLine(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"a\nb\tc\u2028d\u2029e\x1bf  g\x00h": "a b c d e f  g h",
		`a\nb`:                               "a b",
		"bad \xff byte":                      "bad \uFFFD byte",
		"bad %ff byte":                       "bad \uFFFD byte",
		"":                                   "",
	} {
		assert.Equal(t, want, mask.Mask(nil).Text(text))
		assert.Equal(t, want, of("hunter2").Text(text))
		assert.Equal(t, want, of("hunter2").Name(text))
	}
}

func TestQueries(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"see https://a.example.com/b?sig=%2Fx&date=1 or http://a?b=c today":                                        "see https://a.example.com/b?[query] or http://a?[query] today",
		"https://s3.example.com/a?disposition=attachment%3B%20filename%3D%22x.pdf%22&X-Amz-Signature=deadbeefcafe": "https://s3.example.com/a?[query]",
		"HTTPS://s3.example.com/a?X-Amz-Signature=deadbeefcafe.":                                                   "HTTPS://s3.example.com/a?[query]",
		"https%3A%2F%2Fs3.example.com%2Fa%3FX-Amz-Signature%3Ddeadbeefcafe":                                        "https://s3.example.com/a?[query]",
		`https:\/\/s3.example.com\/a?X-Amz-Signature=deadbeefcafe`:                                                 "https://s3.example.com/a?[query]",
		"really? https://example.com/a is it?":                                                                     "really? https://example.com/a is it?",
	} {
		assert.Equal(t, want, mask.Mask(nil).Text(text))
		assert.Equal(t, want, of("hunter2").Name(text))
	}
}

func TestNamesKeepTheirDigits(t *testing.T) {
	t.Parallel()
	assert.Equal(t, "req-1234567890", of("hunter2").Name("req-1234567890"))
	assert.Equal(t, "req-[value]", of("12345678").Name("req-12345678"))
	assert.Equal(t, strings.Repeat("r", 200)+"…", of("hunter2").Name(strings.Repeat("r", 201)))
}

// TestCutTexts has a text end, be cut off, or stop being looked at within a value.
func TestCutTexts(t *testing.T) {
	t.Parallel()
	const secret = "hunter2secret"
	for _, size := range []int{100, 990, 999, 1000, 4090, 4096, 8185, 8192, 20_000} {
		for _, filling := range []string{"x", "é", "hunter2secret ", "%41", "%2541", " ", "&#8364;", "4", "[", "+", "\n"} {
			for _, m := range []mask.Mask{of(secret, strings.Repeat("2y", 100_000), strings.Repeat("hunter2 secret ", 900)), nil} {
				text := strings.Repeat(filling, size/len(filling))
				for _, end := range []string{secret, strings.Repeat("2y", 100_000), strings.Repeat("Hunter2 Secret ", 900), "+1 (312) 555-0100"} {
					shown := strings.ToLower(m.Text(text + end))
					halves := []string{"hunt", "cret", "2y2", "555"}
					if m == nil {
						halves = halves[3:]
					}
					for _, half := range halves {
						if strings.Contains(shown, half) {
							t.Errorf("%q after %d of %q: %.50s…%s", half, size, filling, shown, shown[max(0, len(shown)-50):])
						}
					}
					if len(shown) > 1010 {
						t.Errorf("%d bytes are shown", len(shown))
					}
				}
			}
		}
	}
	assert.NotContains(t, of(secret).Text("&#"+strings.Repeat("0", 8182)+"32;555-0100"), "5", "the first digits of a number")
	word := "" // of letters, and no long part of it comes twice
	for random := rand.New(rand.NewPCG(1, 2)); len(word) < 20_000; {
		word += string(rune('a' + random.IntN(26)))
	}
	assert.Equal(t, "[value]", of(word).Text(word), "a word whose beginning looks like a part of a longer one")
	assert.Equal(t, strings.Repeat("x", 1000), of(secret).Text(strings.Repeat("x", 1000)))
	assert.Equal(t, strings.Repeat("x", 1000)+"…", of(secret).Text(strings.Repeat("x", 1001)))
}

// TestSpeed has texts and requests that could take long.
func TestSpeed(t *testing.T) {
	t.Parallel()
	for name, test := range speeds() {
		began := time.Now()
		of(test.sent...).Text(test.text)
		assert.Less(t, time.Since(began), 5*time.Second, "%s, with the race detector on a busy machine", name)
	}
}

// BenchmarkText measures the first text of an error: what was sent is read, too.
func BenchmarkText(b *testing.B) {
	for name, test := range speeds() {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				of(test.sent...).Text(test.text)
			}
		})
	}
}

type speed struct {
	text string
	sent []string
}

func speeds() map[string]speed {
	numbers := make([]string, 100_000)
	lines := make([]string, 40_000)
	for i := range numbers {
		numbers[i] = fmt.Sprintf("+1312%07d", i)
	}
	for i := range lines {
		lines[i] = fmt.Sprintf("%x", 1000+i)
	}
	runs := make([]string, 560)
	for i := range runs {
		runs[i] = strings.Repeat("a", i)
	}
	few := []string{"Ada Example", "311 W Superior St", "hunter2", "Chicago"}
	big := 40_000
	return map[string]speed{
		"100,000 numbers, echoed":       {strings.Join(numbers[:4000], ", "), numbers},
		"100,000 numbers, a short text": {"no " + numbers[7], numbers},
		"40,000 short lines, echoed":    {strings.Join(lines[:8000], " "), lines},
		"560 lines of one letter":       {strings.Repeat("a", big), runs},
		"digits":                        {strings.Repeat("5", big), few},
		"digits in groups":              {strings.Repeat("5 ", big), few},
		"times":                         {strings.Repeat("2026-01-07T15:00:00Z ", big/20), few},
		"addresses":                     {strings.Repeat("203.0.113.77 ", big/10), few},
		"hex":                           {strings.Repeat("ab12", big/4), few},
		"URLs":                          {strings.Repeat("https://a.b/c?d=e ", big/10), few},
		"question marks":                {strings.Repeat("https:?", big/7), few},
		"escapes":                       {strings.Repeat("%25", big/3), few},
		"escapes for JSON":              {strings.Repeat(`\u0041`, big/6), few},
		"escapes for HTML":              {strings.Repeat("&amp;", big/5), few},
		"words":                         {strings.Repeat("lorem ipsum ", big/12), few},
		"one value again and again":     {strings.Repeat("hunter2 ", big/8), few},
	}
}

func TestNumbers(t *testing.T) {
	t.Parallel()
	for _, number := range []string{
		"+13125550100", "312 - 555 - 0100", "+1\t312\t555\t0100", "312\n555\n0100", "312\u00a0555\u00a00100",
		"312\u2011555\u20110100", "312\u2013555\u20130100", "312/555/0100", "+49 30/1234567", "312_555_0100", "3,125,550,100",
		"(312) 555-0100", "+(312) 555-0100", "312.555.0100", "033.142.685.300", "33.1.42.68.53.00", "+12.34.56.78", "5550100", "12345678901234567890",
		"\uff13\uff11\uff12\uff15\uff15\uff15\uff10\uff11\uff10\uff10", "%2B13125550100", "&#43;1&nbsp;312&nbsp;555&nbsp;0100",
		"312 555 0100 bytes", "1234-5678-9012", "2026-01-078", "20260107",
	} {
		want := strings.TrimSuffix("no [number] here", " here")
		if strings.HasSuffix(number, " bytes") {
			want += " bytes"
		}
		assert.Equal(t, want+" here", mask.Mask(nil).Text("no "+number+" here"), "%q", number)
	}
	for text, want := range map[string]string{
		"13125550100,+44 and 5550100":            "[number],+44 and [number]",
		"++13125550100+":                         "+[number]+",
		"2024-03-14 5550100":                     "2024-03-14 [number]",
		"5550100 2024-03-14 5550100":             "[number] 2024-03-14 [number]",
		"from 2024-03-14T15:04:05Z 312-555-0100": "from 2024-03-14T15:04:05Z [number]",
		"203.0.113.77 called 3125550100":         "203.0.113.77 called [number]",
		"312-555-0100 B":                         "[number] B",
		"call 555010, +":                         "call 555010, +",
		"":                                       "",
	} {
		assert.Equal(t, want, mask.Numbers(text))
	}
}

func TestPlainDigitsStay(t *testing.T) {
	t.Parallel()
	for _, plain := range []string{
		"2026-01-07T15:00:00.123456Z", "2026-01-07t15:00:00.123456789z", "2026-01-07T15:00:00,5+01:00", "2026-01-07 15:00:00 +0000", "2026-01-07T15:00Z",
		"2024-03-14 15:04:05", "2026-01-07/2026-01-14", "20260107T150000Z", "01/07/2026 15:00", "1/7/2026", "07.01.2026, 15:00:30", "2026/01/07 15:00", "2026.01.07",
		"Wed Jan  7 2026 15:00:00", "Jan 7, 2026, 15:00:00", "Wed, 07 Jan 2026 15:00:00 GMT", "15:00:00.123456",
		"203.0.113.77", "12.34.56.78", "10.20.130.240:443", "203.0.113.0/24", "(203.0.113.77)", "2001:db8:1234:5678::1234:5678",
		"larger than 1048576 bytes", "larger than 1,048,576 bytes", "of 1234567890 B", "of 12345678 kB", "12345.678 MiB", "1048576bytes", "after 1.2345678s", "12.345678ms", "12.345678µs",
		"59b0762a-b274-4f76-ac32-4d5cf0272e66", "12345678-1234-1234-1234-123456789012", "pr_59b0762a-b274-4f76-ac32-4d5cf0272e66", "report-2026-01-07.pdf",
	} {
		assert.Equal(t, "it is "+plain+".", mask.Mask(nil).Text("it is "+plain+"."))
		assert.Equal(t, "it is "+plain+".", of("hunter2").Text("it is "+plain+"."))
	}
}

// FuzzValues has a text repeat a value: what is shown doesn't.
func FuzzValues(f *testing.F) {
	for _, value := range []string{
		"Ada Example", "Zoë & Söhne", "hunter2", "731", "+13125550100", "a%41b", `\u0041da`, "&amp;&#38;", "one line\nand another",
		`t&k/"n+=`, "   ", "aaaa", "[value]", "İstanbul", "https://example.com/a?b=c", "000", "+++++++", "a_b", "_AAA", "AAA__", "\x00\xff",
	} {
		f.Add("refused: ", value, " is wrong", "Ada")
		f.Add("", value, "", value+" Example")
	}
	f.Fuzz(func(t *testing.T, before, value, after, other string) {
		bare := strings.Map(func(r rune) rune {
			if strings.ContainsRune("+_", r) || unicode.IsSpace(r) || unicode.IsControl(r) {
				return -1
			}
			return r
		}, value)
		const ours = "«[value]»[number][query]…"
		if !utf8.ValidString(value) || len(strings.ToLower(bare)) < 3 || strings.Contains(ours, strings.ToLower(value)) || strings.ContainsAny(value, `\&%?«»`) {
			return // too short, or looks like something else
		}
		// What stands for a value can end as another value begins: [value]00 has no ]00.
		shown := strings.NewReplacer("[value]", "«»", "[number]", "«»", "[query]", "«»").Replace
		secret := mask.Of(mask.Sent{Secrets: each(value, other)})
		assert.NotContains(t, shown(secret.Text(before+value+after)), value)
		assert.NotContains(t, shown(secret.Name(before+value+after)), value)
		text := of(value, other).Text(before + "«" + value + "»" + after)
		if plain := mask.Numbers("«" + value + "»"); !strings.ContainsAny(value, ".:-/") || plain != "«"+value+"»" {
			assert.NotContains(t, text, "«"+value+"»")
		}
	})
}

// FuzzNumbers has a text with a number in it: it isn't shown.
func FuzzNumbers(f *testing.F) {
	f.Add("call ", "3125550100", " now")
	f.Add("2026-01-07 15:00", "0123456", "-01-02")
	f.Add("203.0.113.7", "7654321", " bytes")
	f.Fuzz(func(t *testing.T, before, number, after string) {
		if len(number) < 7 || len(number) > 15 || strings.Trim(number, "0123456789") != "" {
			return
		}
		text := mask.Mask(nil).Text(before + " +" + number + " " + after)
		assert.NotContains(t, text, "+"+number)
	})
}
