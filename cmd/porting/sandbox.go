package main

import (
	"github.com/spf13/cobra"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/portingtest"
	"github.com/numberporting/porting/workflow/intake"
)

func (t *tool) sandbox() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "sandbox",
		Short: "Steer the sandbox that is used without credentials",
		Long: "The sandbox is the porting API on this machine, with a clock of its own. Its state is in a\n" +
			"file, so that one command sees what another has done. The last two digits of a number\n" +
			"+1 NPA 555 01xx decide what becomes of it: 00 is ported, 82 can't be, 85 has an exception.",
		Example: "  porting sandbox advance 7d\n  porting sandbox move +13125550185 exception",
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
			source := numberSource{opts: intake.Options{Region: "US"}}
			read, err := source.parse(args)
			if err == nil {
				err = t.rejected(read)
			}
			if err != nil {
				return err
			}
			return t.steer(cmd, func(s *portingtest.Server) error {
				id, _ := s.AddPortRequest(read.E164()...)
				return t.say("added port request %s", id)
			})
		},
	}, &cobra.Command{
		Use: "move ID|SUPPORT_KEY|NUMBER STATUS", Short: "Move a sub request to a status", Example: "  porting sandbox move +13125550185 exception",
		Args: wants(cobra.ExactArgs(2)),
		RunE: func(cmd *cobra.Command, args []string) error {
			var sub *porting.SubRequest
			find := func(w *world) error {
				found, err := w.target(cmd.Context(), args[0])
				if err == nil {
					sub, err = found.one(func(*porting.SubRequest) bool { return true })
				}
				return err
			}
			return t.steer(cmd, func(s *portingtest.Server) error {
				s.Move(sub.ID, porting.SubRequestStatus(args[1]))
				return nil
			}, find)
		},
	}, &cobra.Command{
		Use: "reset", Short: "Begin with an empty sandbox", Example: "  porting sandbox reset", Args: wants(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return t.steer(cmd, func(s *portingtest.Server) error {
				fresh := portingtest.NewServer()
				defer fresh.Close()
				_ = t.say("journals and stores of the sandbox before (.sandbox) are of no use any more: delete them")
				return s.Restore(fresh.Snapshot())
			})
		},
	})
	return cmd
}
