package intake_test

import (
	"bytes"
	"encoding/csv"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/numberporting/porting/workflow/intake"
)

// TestMessyRows reads a file of which each row is messy in a way of its own. What is
// expected stands in the file: the number, the reasons of what is refused.
func TestMessyRows(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("testdata/messy.csv")
	require.NoError(t, err)
	expected, kinds := expectations(t, data)
	require.GreaterOrEqual(t, len(expected), 40)

	rows, at := intake.CSV(bytes.NewReader(data), &intake.Options{
		Region:  "US",
		Columns: map[string]string{"kind": "", "expected": ""},
	}), 0
	for row, err := range rows {
		require.NoError(t, err)
		var got []string
		for _, n := range row.Numbers {
			got = append(got, n.E164)
		}
		for _, d := range row.Duplicates {
			got = append(got, "duplicate of "+d.Number.E164)
		}
		for _, r := range row.Rejected {
			why := string(r.Reason)
			if r.Place.Key != "" && r.Place.Key != "phone_number" {
				why = r.Place.Key + ":" + why
			}
			got = append(got, why)
		}
		require.Less(t, at, len(expected))
		assert.Equal(t, expected[at], strings.Join(got, " "), kinds[at])
		at++
	}
	assert.Equal(t, len(expected), at)
}

// expectations reads the first two columns of the file.
func expectations(t *testing.T, data []byte) (expected, kinds []string) {
	t.Helper()
	r := csv.NewReader(bytes.NewReader(data))
	r.LazyQuotes = true
	r.FieldsPerRecord = -1
	records, err := r.ReadAll()
	require.NoError(t, err)
	for _, record := range records[1:] {
		kinds = append(kinds, record[0])
		expected = append(expected, record[1])
	}
	return expected, kinds
}
