package main

import (
	"encoding/csv"
	"fmt"
	"strings"

	"github.com/numberporting/porting/workflow/bulk"
)

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
