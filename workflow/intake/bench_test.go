package intake_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/numberporting/porting/workflow/intake"
)

const thousands = 10_000

// list is ten thousand numbers in several national spellings.
func list() string {
	var b strings.Builder
	for i := range thousands {
		format := []string{"(312) 555-%04d\n", "312.556.%04d\n", "1-312-557-%04d\n", "+1312558%04d\n", "312 559 %04d ext. 7\n"}[i%5]
		fmt.Fprintf(&b, format, i)
	}
	return b.String()
}

// file is ten thousand rows with a profile each.
func file(format string) string {
	var b strings.Builder
	b.WriteString("Phone Number,Company,Authorized Person,BTN,Address,City,State,ZIP,Country,Account #,PIN\n")
	for i := range thousands {
		fmt.Fprintf(&b, format+",Example Bakery %d,Ada Example,+13125550100,%d Main Street,Chicago,IL,60601,US,0017-%d,0042\n", i, i/10, i/10, i/10)
	}
	return b.String()
}

func BenchmarkText(b *testing.B) { benchmark(b, list(), "US", intake.Text) }

func BenchmarkCSV(b *testing.B) {
	b.Run("national", func(b *testing.B) { benchmark(b, file("(312) 555-%04d"), "US", intake.CSV) })
	b.Run("E.164", func(b *testing.B) { benchmark(b, file("+1312555%04d"), "", intake.CSV) })
	b.Run("abroad E.164", func(b *testing.B) { benchmark(b, file("+44207946%04d"), "US", intake.CSV) })
	b.Run("abroad national", func(b *testing.B) { benchmark(b, file("020 7946 %04d"), "GB", intake.CSV) })
}

func benchmark(b *testing.B, input, region string, read reader) {
	b.Helper()
	b.ReportAllocs()
	b.SetBytes(int64(len(input)))
	for b.Loop() {
		report, err := intake.Collect(read(strings.NewReader(input), &intake.Options{Region: region}))
		require.NoError(b, err)
		require.NotEmpty(b, report.Numbers)
	}
}
