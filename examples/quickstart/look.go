package main

import (
	"context"
	"fmt"
	"io"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/workflow/bulk"
	"github.com/numberporting/porting/workflow/drafts"
)

// look reads from the real API. Only create makes it change something.
func look(ctx context.Context, out io.Writer, numbers []string, create bool) error {
	client, err := porting.NewClientFromEnv()
	if err != nil {
		return err
	}
	defer client.CloseIdleConnections()
	fmt.Fprintln(out, client)
	if len(numbers) > 0 {
		step(out, "Check whether %d numbers can be ported", len(numbers))
		checked, err := bulk.Check(ctx, client.Portability, numbers, nil)
		if err != nil {
			return err
		}
		printChecked(out, checked)
	}
	if create {
		step(out, "Find or create a draft of %d numbers", len(numbers))
		ensured, err := drafts.Ensure(ctx, client, numbers, nil)
		if err != nil {
			return err
		}
		if ensured.Draft != nil {
			fmt.Fprintf(out, "draft %s, created just now: %t\n", ensured.Draft.ID, ensured.Created)
		}
	}

	step(out, "Drafts")
	latest, err := client.Drafts.List(ctx, nil)
	if err != nil {
		return err
	}
	for _, d := range latest.Items {
		fmt.Fprintf(out, "%s  %s  %d numbers  %s\n", d.ID, d.Status, d.PhoneNumberCount, date(d.CreatedAt))
	}

	step(out, "Port requests")
	requests, err := client.PortRequests.List(ctx, nil)
	if err != nil {
		return err
	}
	for _, r := range requests.Items {
		fmt.Fprintf(out, "%s  %s ", r.SupportKey, date(r.CreatedAt))
		for _, c := range r.PhoneNumberCountsByStatus {
			fmt.Fprintf(out, " %d %s", c.Count, c.Status)
		}
		fmt.Fprintln(out)
	}
	return nil
}
