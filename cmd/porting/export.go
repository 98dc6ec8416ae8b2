package main

import (
	"io"
	"iter"
	"strings"

	"github.com/spf13/cobra"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/workflow/export"
)

// What the flags pick by name.
type (
	rowsOf    func(iter.Seq2[*porting.PortRequest, error]) iter.Seq2[export.Row, error]
	rowWriter func(io.Writer, iter.Seq2[export.Row, error], *export.Options) (int, error)
)

func (t *tool) export() *cobra.Command {
	var format, by, output string
	var open bool
	opts := &export.Options{}
	cmd := &cobra.Command{
		Use:   "export",
		Short: "Write all ports as a table: CSV, JSON lines or Markdown",
		Long: "Export writes all ports as a table. In CSV, cells that a spreadsheet takes for a formula, such as\n" +
			"+1…, begin with an apostrophe; in JSON lines they don't. The columns are\n  " + strings.Join(export.Columns(), "\n  "),
		Example: "  porting export -o ports.csv\n  porting export --open --format markdown --by sub-request",
		Args:    wants(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			if t.json {
				format = "jsonl"
			}
			rows, byOK := map[string]rowsOf{"number": export.ByNumber, "sub-request": export.BySubRequest}[by]
			write, formatOK := map[string]rowWriter{"csv": export.CSV, "jsonl": export.JSONLines, "markdown": export.Markdown}[format]
			if !byOK || !formatOK {
				return usagef("--by is number or sub-request, and --format is csv, jsonl or markdown")
			}
			w, err := t.connect()
			if err != nil {
				return err
			}
			defer w.close()
			var status porting.PortRequestListStatus
			if open {
				status = porting.PortRequestListStatusIncomplete
			}
			return t.into(output, func() error {
				n, err := write(t.out, rows(w.all(cmd.Context(), status)), opts)
				if is[*porting.ArgumentError](err) {
					return usagef("--columns are some of %s", strings.Join(export.Columns(), ", "))
				}
				_ = t.say("%s written", plural(n, "row"))
				return err
			})
		},
	}
	cmd.Flags().StringVar(&format, "format", "csv", "csv, jsonl or markdown")
	cmd.Flags().StringVar(&by, "by", "number", "what a row is: a number or a sub-request")
	cmd.Flags().StringSliceVar(&opts.Columns, "columns", nil, "the `columns`, by their keys")
	cmd.Flags().BoolVar(&open, "open", false, "leave out the complete ones")
	cmd.Flags().StringVarP(&output, "output", "o", "", "write to this `file`")
	return cmd
}
