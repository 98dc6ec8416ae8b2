package main

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/workflow/archive"
)

func (t *tool) archive() *cobra.Command {
	var to string
	var all bool
	cmd := &cobra.Command{
		Use:   "archive [ID|SUPPORT_KEY|NUMBER...]",
		Short: "Keep what the API says of port requests, their comments and documents",
		Long: "Archive saves port requests with their comments and documents to a folder, or to a zip\n" +
			"file, with the hashes of all files. A later run adds what is new. PINs and account numbers are\n" +
			"masked; names, addresses and documents are not.",
		Example: "  porting archive --all --to evidence\n  porting archive +13125550185 --to evidence.zip",
		RunE: func(cmd *cobra.Command, args []string) error {
			if all == (len(args) > 0) || to == "" {
				return usagef("name port requests or give --all, and say with --to where they shall be kept")
			}
			w, err := t.connect()
			if err != nil {
				return err
			}
			defer w.close()
			ids, err := w.ids(cmd.Context(), args)
			if err != nil {
				return err
			}
			save := archive.ToFolder
			if strings.HasSuffix(to, ".zip") {
				save = archive.ToZip
			}
			report, err := save(cmd.Context(), w.Client, to, ids, &archive.Options{Now: w.now})
			if report == nil {
				return err
			}
			for _, file := range report.Added {
				if t.json {
					_ = t.printJSON(map[string]string{"file": file.Name, "sha256": file.SHA256})
				}
			}
			_ = t.say("%s of %s: %d added to %s, %d kept, %d failed", plural(len(report.Added)+len(report.Kept), "file"),
				plural(len(ids), "port request"), len(report.Added), to, len(report.Kept), len(report.Failed))
			return err
		},
	}
	cmd.Flags().BoolVar(&all, "all", false, "all port requests")
	cmd.Flags().StringVar(&to, "to", "", "the `folder`, or a file that ends in .zip")
	return cmd
}

// ids returns the port requests that arguments mean, or all if there are none.
func (w *world) ids(ctx context.Context, args []string) (ids []porting.PortRequestID, err error) {
	for _, argument := range args {
		found, err := w.target(ctx, argument)
		if err != nil {
			return nil, err
		}
		ids = append(ids, found.request.ID)
	}
	if len(args) > 0 {
		return ids, nil
	}
	for request, err := range w.all(ctx, "") {
		if err != nil {
			return nil, err
		}
		ids = append(ids, request.ID)
	}
	return ids, nil
}
