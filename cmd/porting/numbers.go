package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"unicode"

	"github.com/spf13/pflag"

	"github.com/numberporting/porting"
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
		return s.parse(args)
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
func (s *numberSource) parse(args []string) (*intake.Report, error) {
	read, seen := &intake.Report{}, map[string]intake.Place{}
	for i, text := range args {
		place := intake.Place{Line: i + 1, Column: 1}
		number, err := intake.ParseNumber(text, &s.opts)
		number.Place = place
		first, twice := seen[number.E164]
		wrong, isNumbers := errors.AsType[*intake.NumberError](err)
		switch {
		case isNumbers:
			read.Rejected = append(read.Rejected, intake.Rejection{Place: place, Reason: wrong.Reason, Raw: porting.Secret(text)})
		case err != nil:
			return nil, err
		case twice:
			read.Duplicates = append(read.Duplicates, intake.Duplicate{Number: number, First: first})
		default:
			seen[number.E164] = place
			read.Numbers = append(read.Numbers, number)
		}
	}
	return read, nil
}

// rejected says which lines weren't taken, without what stands in them.
func (t *tool) rejected(read *intake.Report) error {
	for _, d := range read.Duplicates {
		fmt.Fprintln(t.errOut, "porting: twice:", d)
	}
	n := 0
	for _, r := range read.Rejected {
		if r.Reason == intake.ReasonColumn {
			fmt.Fprintf(t.errOut, "porting: the column %q isn't read; plan -h lists the names of columns\n", r.Raw.Reveal())
			continue
		}
		n++
		where := r.Place.String()
		if r.Place.Key != "" { // a cell, which its column tells better than how far it is from the line's begin
			where = fmt.Sprintf("line %d, %s", r.Place.Line, r.Place.Key)
		}
		fmt.Fprintf(t.errOut, "porting: not taken: %s: %s\n", where, r.Reason)
	}
	if n > 0 {
		return needsYouf("%s not taken", plural(n, "entr", "y was", "ies were"))
	}
	return nil
}
