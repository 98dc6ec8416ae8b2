package model_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/numberporting/porting/conformance/model"
)

// one is a process with a journal, whose server may act late for as long as Settle and would
// take a second submit.
var one = model.Config{
	Processes: 1, Crashes: 2, Lost: 2, Reruns: 2,
	Late: 3, LookAgain: 1, Settle: 3, TakesSecond: true,
}

// changed is a process whose runs may have another set, with some of the numbers.
var changed = with(one, func(c *model.Config) { c.Changed = true })

// shared are two processes with one journal, which one at a time has open.
var shared = model.Config{
	Processes: 2, Crashes: 2, Lost: 2, Reruns: 1,
	Late: 2, LookAgain: 1, Settle: 2, SharedJournal: true, TakesSecond: true,
}

// two are processes that share a lock and no journal. No lock helps against a crash or an effect
// that comes later than LookAgain, as the documentation of Ensure says. Submit takes no lock: it
// is the server that refuses the second.
var two = model.Config{
	Processes: 2, Lost: 2, Reruns: 1,
	Late: 2, LookAgain: 2, Settle: 2,
}

// with returns a changed configuration.
func with(c model.Config, change func(*model.Config)) model.Config {
	change(&c)
	return c
}

func TestAsBuilt(t *testing.T) {
	t.Parallel()
	for name, config := range map[string]model.Config{
		"one process": one, "changed numbers": changed, "two processes, one journal": shared, "two processes, one lock": two,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := model.Explore(config)
			t.Logf("%d states, %d steps, depth %d", r.States, r.Steps, r.Depth)
			require.Empty(t, r.Fault, strings.Join(r.Trace, "\n"))
			require.Greater(t, r.States, 1000)
		})
	}
}

const (
	twoDrafts  = "two drafts have the numbers"
	twoSubmits = "two submits took effect"
)

// TestLeftOut leaves out each part of the code in turn.
func TestLeftOut(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		config model.Config
		fault  string
		last   string // of the trace
	}{
		"no look again": {with(two, func(c *model.Config) { c.NoLookAgain = true }), twoDrafts, "acts on create"},
		"no look":       {with(one, func(c *model.Config) { c.NoLook = true }), twoDrafts, "acts on create"},
		"no settle":     {with(one, func(c *model.Config) { c.NoSettle = true }), twoDrafts, "acts on create"},
		"no others":     {with(changed, func(c *model.Config) { c.NoOthers = true }), twoDrafts, "acts on create"},
		"no journal":    {with(one, func(c *model.Config) { c.NoJournal = true }), twoDrafts, "acts on create"},
		"no lock":       {with(two, func(c *model.Config) { c.NoLock = true }), twoDrafts, "acts on create"},
		"told done":     {with(one, func(c *model.Config) { c.TellDone = true }), "told that it is there, and it isn't", "is told"},
		"told failed":   {with(one, func(c *model.Config) { c.TellFailed = true }), "told that it failed, and it is there or may still come", "looks again"},

		"no look, submit":    {with(one, func(c *model.Config) { c.Drafted, c.NoLook = true, true }), twoSubmits, "acts on submit"},
		"no settle, submit":  {with(one, func(c *model.Config) { c.Drafted, c.NoSettle = true, true }), twoSubmits, "acts on submit"},
		"no journal, submit": {with(one, func(c *model.Config) { c.Drafted, c.NoJournal = true, true }), twoSubmits, "acts on submit"},

		// What the code can't help, and its documentation says.
		"later than settle":           {with(one, func(c *model.Config) { c.Late++ }), twoDrafts, "acts on create"},
		"lock, later than look again": {with(two, func(c *model.Config) { c.Late++ }), twoDrafts, "acts on create"},
		"lock, and a crash":           {with(two, func(c *model.Config) { c.Crashes = 1 }), twoDrafts, "acts on create"},
		"lock, server takes second":   {with(two, func(c *model.Config) { c.TakesSecond = true }), twoSubmits, "acts on submit"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := model.Explore(test.config)
			t.Logf("%s, after %d states:\n  %s", r.Fault, r.States, strings.Join(r.Trace, "\n  "))
			require.Equal(t, test.fault, r.Fault)
			require.Len(t, r.Trace, r.Depth)
			require.Contains(t, r.Trace[len(r.Trace)-1], test.last)
		})
	}
}
