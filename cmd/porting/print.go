package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"text/tabwriter"

	"charm.land/lipgloss/v2"
	"golang.org/x/term"

	"github.com/numberporting/porting"
)

// isTerminal tells whether a person is at the other end of a stream.
func isTerminal(stream any) bool {
	file, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(file.Fd()))
}

// printJSON prints a value as JSON on a line.
func (t *tool) printJSON(value any) error {
	encoder := json.NewEncoder(t.out)
	encoder.SetEscapeHTML(false)
	return encoder.Encode(value)
}

// A row is a line of a table.
type row struct {
	cells    []string
	needsYou bool
}

// table prints rows below a header. Those that need somebody stand out on a terminal.
func (t *tool) table(header string, rows []row) error {
	var text bytes.Buffer
	w := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, header)
	for _, row := range rows {
		fmt.Fprintln(w, strings.Join(row.cells, "\t"))
	}
	_ = w.Flush()
	red := lipgloss.NewStyle().Foreground(lipgloss.Color("1")).Bold(true)
	for i, line := range strings.Split(strings.TrimRight(text.String(), "\n"), "\n") {
		if line = strings.TrimRight(line, " "); i > 0 && rows[i-1].needsYou {
			line = red.Render(line)
		}
		// It prints no colors but on a terminal, and none with NO_COLOR.
		if _, err := lipgloss.Fprintln(t.out, line); err != nil {
			return err
		}
	}
	return nil
}

// day prints a date with its time in UTC, if it has one.
func day(at porting.Timestamp) string {
	switch {
	case at.IsZero():
		return "-"
	case at.DateOnly():
		return at.Format("2006-01-02")
	}
	return at.UTC().Format("2006-01-02 15:04Z")
}

// plural counts things in words. The endings of one and of several are "" and "s" unless
// they are given.
func plural(n int, thing string, endings ...string) string {
	if len(endings) == 0 {
		endings = []string{"", "s"}
	}
	if n == 1 {
		return "1 " + thing + endings[0]
	}
	return fmt.Sprintf("%d %s%s", n, thing, endings[1])
}

// into has f print to a file, which only its owner can read, if one is named.
func (t *tool) into(path string, f func() error) error {
	if path == "" {
		return f()
	}
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	t.out = file
	return errors.Join(f(), file.Close())
}
