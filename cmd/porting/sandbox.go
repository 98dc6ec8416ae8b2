package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/portingtest"
)

func (t *tool) sandbox() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "sandbox",
		Short: "Steer the sandbox that is used without credentials",
		Long: "The sandbox is the porting API on this machine, with a clock of its own. Its state is in a\n" +
			"file, so that one command sees what another has done. The last two digits of a number\n" +
			"+1 NPA 555 01xx decide what becomes of it: 00 is ported, 82 can't be, 85 has an exception.",
		Example: "  porting sandbox advance 7d\n  porting sandbox move SUB_REQUEST exception",
		Args:    wants(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return t.steer(cmd, func(*portingtest.Server) error { return nil })
		},
	}
	cmd.AddCommand(&cobra.Command{
		Use: "advance TIME", Short: "Move the clock, by a time such as 90m, 12h or 7d", Example: "  porting sandbox advance 7d",
		Args: wants(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			d, err := duration(args[0])
			if err != nil {
				return err
			}
			return t.steer(cmd, func(s *portingtest.Server) error { s.Advance(d); return nil })
		},
	}, &cobra.Command{
		Use: "add NUMBER...", Short: "Put in a port request that has just been submitted", Example: "  porting sandbox add +13125550185",
		Args: wants(cobra.MinimumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			return t.steer(cmd, func(s *portingtest.Server) error { s.AddPortRequest(args...); return nil })
		},
	}, &cobra.Command{
		Use: "move SUB_REQUEST STATUS", Short: "Move a sub request to a status", Example: "  porting sandbox move SUB_REQUEST exception",
		Args: wants(cobra.ExactArgs(2)),
		RunE: func(cmd *cobra.Command, args []string) error {
			return t.steer(cmd, func(s *portingtest.Server) error {
				s.Move(porting.SubRequestID(args[0]), porting.SubRequestStatus(args[1]))
				return nil
			})
		},
	}, &cobra.Command{
		Use: "reset", Short: "Begin with an empty sandbox", Example: "  porting sandbox reset", Args: wants(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return t.steer(cmd, func(s *portingtest.Server) error {
				fresh := portingtest.NewServer()
				defer fresh.Close()
				return s.Restore(fresh.Snapshot())
			})
		},
	})
	return cmd
}

// steer does something with the sandbox and says what time it is there. The sandbox
// panics at what makes no sense, which is an error here.
func (t *tool) steer(cmd *cobra.Command, f func(*portingtest.Server) error) (err error) {
	if hasCredentials() {
		return usagef("there are credentials in the environment: unset them to use the sandbox")
	}
	w, err := t.connect()
	if err != nil {
		return err
	}
	defer w.close()
	err = w.box.do(cmd.Context(), func(s *portingtest.Server) (err error) {
		defer func() {
			if wrong := recover(); wrong != nil {
				err = usagef("%v", wrong)
			}
		}()
		return f(s)
	})
	if err != nil {
		return err
	}
	at := w.now().UTC().Format(time.RFC3339)
	if t.json {
		return t.printJSON(map[string]string{"file": w.box.path, "clock": at})
	}
	_, err = fmt.Fprintf(t.out, "the sandbox in %s: it is %s there\n", w.box.path, at)
	return err
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
