package main

import (
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"
)

// wants refuses arguments that the check doesn't take, and says how the command is used.
func wants(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if check(cmd, args) != nil {
			return usagef("usage: %s", cmd.UseLine())
		}
		return nil
	}
}

// readable returns the absolute path of a file that a flag or an argument names, unless it names none.
func readable(path string) (string, error) {
	if path == "" {
		return "", nil
	}
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return "", &exitError{codeUsage, err}
	case info.IsDir():
		return "", usagef("%s is a folder, and not a file", path)
	}
	return filepath.Abs(path)
}

// duration reads a time such as 90m or 7d.
func duration(text string) (time.Duration, error) {
	days, isDays := strings.CutSuffix(text, "d")
	if isDays {
		text = days + "h"
	}
	d, err := time.ParseDuration(text)
	if isDays {
		d *= 24
	}
	if err != nil || d < 0 {
		return 0, usagef("%q is no time such as 90m, 12h or 7d", text)
	}
	return d, nil
}
