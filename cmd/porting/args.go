package main

import "github.com/spf13/cobra"

// wants refuses arguments that the check doesn't take, and says how the command is used.
func wants(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if check(cmd, args) != nil {
			return usagef("usage: %s", cmd.UseLine())
		}
		return nil
	}
}
