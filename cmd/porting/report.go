package main

import (
	"errors"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/numberporting/porting/workflow/report"
)

func (t *tool) report() *cobra.Command {
	return &cobra.Command{
		Use:   "report FILE.html",
		Short: "Write one page about all ports: what needs you, and when what moves",
		Long: "Report writes a page of HTML that needs no network. It has phone numbers, names and addresses\n" +
			"in it, and no PINs or account numbers.",
		Example: "  porting report ports.html",
		Args:    wants(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			if ending := filepath.Ext(args[0]); ending != ".html" && ending != ".htm" {
				return usagef("%s must end in .html: it will be a page", args[0])
			}
			w, err := t.connect()
			if err != nil {
				return err
			}
			defer w.close()
			opts := &report.Options{Now: w.now, Title: w.title()}
			ports, err := report.Collect(cmd.Context(), w.Client, opts)
			if len(ports) == 0 && err != nil {
				return err
			}
			opts.Incomplete = err
			out := t.out
			written := t.into(args[0], func() error { return report.Write(t.out, ports, opts) })
			if t.out = out; t.json && written == nil {
				written = t.printJSON(map[string]any{"file": args[0], "ports": len(ports)})
			} else if written == nil {
				_ = t.say("%s in %s", plural(len(ports), "port"), args[0])
			}
			return errors.Join(written, err)
		},
	}
}
