package main

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"unicode"

	"github.com/spf13/pflag"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/workflow/bulk"
	"github.com/numberporting/porting/workflow/intake"
)

// A numberSource reads numbers from files and arguments.
type numberSource struct{ opts intake.Options }

func (s *numberSource) flags(flags *pflag.FlagSet) {
	flags.StringVar(&s.opts.Region, "region", "US", "where numbers without a country code are at home: a `country` of two letters")
	flags.IntVar(&s.opts.Ranges, "ranges", 0, "take ranges such as +13125550100-0119 of up to so many `numbers`")
}

// read reads one file, or arguments that are numbers themselves.
func (s *numberSource) read(in io.Reader, args []string) (*intake.Report, error) {
	if len(args) > 1 || isNumber(args[0]) {
		return s.parse(args), nil
	}
	if args[0] == "-" {
		return intake.Collect(intake.Text(in, &s.opts))
	}
	file, err := os.Open(args[0])
	if err != nil {
		return nil, &exitError{codeUsage, err}
	}
	defer func() { _ = file.Close() }()
	if strings.EqualFold(filepath.Ext(args[0]), ".csv") {
		return intake.Collect(intake.CSV(file, &s.opts))
	}
	return intake.Collect(intake.Text(file, &s.opts))
}

// isNumber tells a number from the name of a file: it has a digit and no letter.
func isNumber(text string) bool {
	return strings.ContainsAny(text, "0123456789") && !strings.ContainsFunc(text, unicode.IsLetter)
}

// parse reads arguments, each of which is a number. Their places are lines.
func (s *numberSource) parse(args []string) *intake.Report {
	read, seen := &intake.Report{}, map[string]intake.Place{}
	for i, text := range args {
		place := intake.Place{Line: i + 1, Column: 1}
		number, err := intake.ParseNumber(text, &s.opts)
		number.Place = place
		first, twice := seen[number.E164]
		if wrong, ok := errors.AsType[*intake.NumberError](err); ok {
			read.Rejected = append(read.Rejected, intake.Rejection{Place: place, Reason: wrong.Reason, Raw: porting.Secret(text)})
		} else if twice {
			read.Duplicates = append(read.Duplicates, intake.Duplicate{Number: number, First: first})
		} else {
			seen[number.E164] = place
			read.Numbers = append(read.Numbers, number)
		}
	}
	return read
}

// rejected says which lines weren't taken, without what stands in them.
func (t *tool) rejected(read *intake.Report) error {
	for _, d := range read.Duplicates {
		fmt.Fprintln(t.errOut, "porting: twice:", d)
	}
	for _, r := range read.Rejected {
		fmt.Fprintln(t.errOut, "porting: not taken:", r)
	}
	if n := len(read.Rejected); n > 0 {
		return needsYouf("%s not taken", plural(n, "entr", "y was", "ies were"))
	}
	return nil
}

// checkPrinter returns what prints a result in the format that was asked for.
func (t *tool) checkPrinter(asCSV bool) func(bulk.Result) error {
	const columns = "%-16s  %-14s  %-20s  %s\n"
	table := func(cells ...any) error {
		line := strings.TrimRight(fmt.Sprintf(columns, cells...), " \n")
		_, err := fmt.Fprintln(t.out, line)
		return err
	}
	switch {
	case t.json:
		return func(r bulk.Result) error {
			return t.printJSON(map[string]string{"number": r.Number, "outcome": string(r.Outcome), "carrier": r.Answer.CarrierName, "reason": r.Reason()})
		}
	case asCSV:
		w := csv.NewWriter(t.out)
		_ = w.Write([]string{"phone_number", "outcome", "carrier", "reason"})
		return func(r bulk.Result) error {
			_ = w.Write([]string{cell(r.Number), string(r.Outcome), cell(r.Answer.CarrierName), cell(r.Reason())})
			w.Flush()
			return w.Error()
		}
	}
	_ = table("NUMBER", "OUTCOME", "CARRIER", "REASON")
	return func(r bulk.Result) error { return table(r.Number, r.Outcome, r.Answer.CarrierName, r.Reason()) }
}

// cell marks what a spreadsheet would take for a formula as a text.
func cell(text string) string {
	if strings.IndexAny(text, "=+-@\t\r") == 0 {
		return "'" + text
	}
	return text
}
