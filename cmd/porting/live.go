package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"
	"charm.land/lipgloss/v2/table"

	"github.com/numberporting/porting/workflow/watch"
)

// live shows the port requests as a table, and below it what has changed last.
func (t *tool) live(ctx context.Context, w *world, opts *watch.Options, to *notifier) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	screen := tea.NewProgram(&liveModel{}, tea.WithContext(ctx), tea.WithInput(t.in), tea.WithOutput(t.out), tea.WithoutSignalHandler())
	followed := make(chan error, 1)
	opts.Clock = &clock{world: w, store: opts.Store, pause: 500 * time.Millisecond, polled: func() {
		records, _ := opts.Store.Load(ctx)
		screen.Send(polled{w.now(), records})
	}}
	go func() {
		followed <- t.follow(ctx, w, opts, to, func(e watch.Event) error {
			screen.Send(e)
			return nil
		})
		screen.Quit()
	}()
	_, err := screen.Run()
	interrupted := errors.Is(err, tea.ErrProgramKilled) || errors.Is(err, context.Canceled)
	cancel() // q was pressed, or there is nothing to follow any more
	failed := <-followed
	if !interrupted && errors.Is(failed, context.Canceled) {
		failed = needs(context.WithoutCancel(ctx), opts.Store)
	}
	return cmp.Or(failed, err)
}

// polled is the state after a poll.
type polled struct {
	at      time.Time
	records []watch.Record
}

// A liveModel is what is on the screen.
type liveModel struct {
	polled

	last []watch.Event
}

func (m *liveModel) Init() tea.Cmd { return nil }

func (m *liveModel) Update(message tea.Msg) (tea.Model, tea.Cmd) {
	switch message := message.(type) {
	case polled:
		m.polled = message
	case watch.Event:
		m.last = append(m.last, message)
		m.last = m.last[max(0, len(m.last)-5):]
	case tea.KeyPressMsg:
		if key := message.String(); key == "q" || key == "ctrl+c" || key == "esc" {
			return m, tea.Quit
		}
	}
	return m, nil
}

// View draws the table: exceptions first, and no more than fits a screen.
func (m *liveModel) View() tea.View {
	const most = 20
	rows := table.New().Border(lipgloss.NormalBorder()).Headers("PORT REQUEST", "SUB REQUEST", "STATUS", "MOVE", "FOC DATE", "NUMBERS")
	shown, all := 0, 0
	for _, wanted := range []watch.Turn{watch.Ours, watch.Unknown, watch.Theirs, watch.Ported, watch.Cancelled} {
		for i := range m.records {
			for _, sub := range m.records[i].SubRequests {
				if turn := watch.TurnOf(sub.Status); turn == wanted {
					if all++; shown < most {
						shown++
						rows.Row(m.records[i].SupportKey, sub.SupportKey, string(sub.Status), whose(turn), day(sub.FOCDate), strconv.Itoa(len(sub.Numbers)))
					}
				}
			}
		}
	}
	if m.at.IsZero() {
		return tea.NewView("reading; q ends it\n")
	}
	text := &strings.Builder{}
	fmt.Fprintf(text, "%s\n%d of %s, at %s; q ends it\n", rows, shown, plural(all, "sub request"), m.at.UTC().Format(time.DateTime+"Z"))
	for _, e := range m.last {
		fmt.Fprintln(text, line(e))
	}
	return tea.NewView(text.String())
}
