// Command bench measures the porting package side by side with other Go API clients
// and with a floor: net/http, one pooled buffer and encoding/json. It prints ratios
// to the floor. See README.md.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"time"
)

const timeLimit = 45 * time.Minute

func main() {
	serveIfAsked()
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run() error {
	var (
		rounds = flag.Int("rounds", 15, "how often each contender's batch is run")
		quick  = flag.Bool("quick", false, "few rounds, for a first impression")
		names  = flag.String("contender", "", "only contenders whose name contains this")
		only   = flag.String("work", "", "only works whose name contains this")
		builds = flag.Bool("build", false, "measure cold builds instead; takes minutes")
	)
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	ctx, cancel := context.WithTimeout(ctx, timeLimit)
	defer cancel()

	b := &bench{rounds: *rounds, only: *only}
	if *quick {
		b.rounds, b.quick = 3, true
	}
	for _, c := range contenders {
		if strings.Contains(c.name, *names) {
			b.all = append(b.all, c)
		}
	}
	if len(b.all) == 0 || b.rounds < 1 {
		return errors.New("nothing to measure")
	}
	if *builds {
		return b.buildAll(ctx)
	}
	return b.measureAll(ctx)
}

// A bench is one run of the command.
type bench struct {
	all    []contender // without the floor
	rounds int
	only   string
	quick  bool
}

// measureAll measures every work and prints the tables.
func (b *bench) measureAll(ctx context.Context) error {
	e, err := newEnv(ctx)
	if err != nil {
		return err
	}
	defer e.close()

	compared := append([]contender{floor}, b.all...)
	t := &table{base: floor.name, all: b.all}
	for i := range works {
		w := &works[i]
		if !b.wanted(w.name) {
			continue
		}
		m, err := b.measure(ctx, w, compared, e)
		if err != nil {
			return err
		}
		t.addMeasurement(w, m)
	}
	if b.wanted(poolName) {
		p, err := measureParallel(ctx, compared, b.limit(poolRounds))
		if err != nil {
			return err
		}
		t.addParallel(p)
	}
	t.print(os.Stdout)

	if b.wanted(watchedWork.name) {
		t := &table{base: "nothing set", all: watched}
		m, err := b.measure(ctx, &watchedWork, append([]contender{ours}, watched...), e)
		if err != nil {
			return err
		}
		t.addMeasurement(&watchedWork, m)
		t.print(os.Stdout)
	}
	printNotes(os.Stdout, b.all)
	printVersions(os.Stdout, b.all)
	return nil
}

// measure opens the contenders for one work and compares them.
func (b *bench) measure(ctx context.Context, w *work, compared []contender, e *env) (*measurement, error) {
	fmt.Fprintln(os.Stderr, w.name)
	var clients []client
	for _, c := range compared {
		opened, err := w.open(c, e)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", c.name, err)
		}
		clients = append(clients, opened)
	}
	return measure(ctx, w, clients, b.limit(w.rounds), wallClock)
}

// limit is how many rounds a work gets that gets no more than most (0: as asked for).
func (b *bench) limit(most int) int {
	switch {
	case most == 0:
		return b.rounds
	case b.quick:
		return 1
	}
	return min(b.rounds, most)
}

func (b *bench) wanted(name string) bool { return strings.Contains(name, b.only) }
