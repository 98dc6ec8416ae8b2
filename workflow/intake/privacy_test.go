package intake_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/numberporting/porting/workflow/intake"
)

// TestRawTextStaysHidden prints and logs what was refused in every way there is.
func TestRawTextStaysHidden(t *testing.T) {
	t.Parallel()
	report := collectCSV(t, "tn,PIN,city\n+1 312 555 010,,\"a\"\n+13125550100,1.7E+42,\n+1 (312) 555-0100,0042,\n+13125550101,,Caf\xe9\n+13125550103,4\"2,Chicago\n", nil)
	require.Len(t, report.Rejected, 4)
	require.Len(t, report.Duplicates, 1)
	duplicate := report.Duplicates[0]

	var text bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%x"} {
		fmt.Fprintf(&text, verb+" "+verb+" "+verb+"\n", report.Rejected, &report.Rejected[0], duplicate)
	}
	timeless := &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{} // its digits can be those of a PIN
		}
		return a
	}}
	for _, log := range []*slog.Logger{slog.New(slog.NewTextHandler(&text, timeless)), slog.New(slog.NewJSONHandler(&text, timeless))} {
		log.Info("x", "rejection", report.Rejected[0], "all", report.Rejected, "duplicate", duplicate, "pointer", &report.Rejected[1])
	}
	require.NoError(t, json.NewEncoder(&text).Encode(report.Rejected))
	for _, private := range []string{"1 312", "555", "1.7E", "0042", "Caf", "Chicago"} {
		assert.NotContains(t, text.String(), private)
	}
	assert.Contains(t, text.String(), "line 2, column 1 (phone_number): it has too few digits")

	text.Reset()
	fmt.Fprintf(&text, "%v %+v %#v %s", report.Numbers, report, report.Numbers[0], report.Numbers)
	require.NoError(t, json.NewEncoder(&text).Encode(report))
	assert.NotContains(t, text.String(), "0042")
	assert.NotContains(t, text.String(), "(312)", "the raw text of a number")
}

func TestErrorsHoldNothingPrivate(t *testing.T) {
	t.Parallel()
	var all []error
	_, err := intake.ParseNumber("(312) 555-01", nil)
	all = append(all, err)
	for _, input := range []string{"Ada Example,+13125550100\n", "tn,name\n+13125550100,\"Ada\n+13125550101,\n", "tn,Ada\"\n"} {
		_, err := intake.Collect(intake.CSV(strings.NewReader(input), nil))
		all = append(all, err)
	}
	for _, err := range all {
		require.Error(t, err)
		text := fmt.Sprintf("%v %+v %#v %v", err, err, err, errors.Unwrap(err))
		assert.NotContains(t, text, "555")
		assert.NotContains(t, text, "Ada")
	}
}
