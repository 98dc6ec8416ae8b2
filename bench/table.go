package main

import (
	"fmt"
	"io"
	"runtime"
	"runtime/debug"
	"strings"
	"time"

	"golang.org/x/perf/benchmath"
)

// A table is what is printed: a row for each figure of each work, a column for what
// the contenders are compared to, and one for each of them.
type table struct {
	base string // the first column's name
	all  []contender
	rows [][]string
}

// add adds a row: its title, the base's own figure, and a cell for each contender.
func (t *table) add(title, base string, cells []string) {
	t.rows = append(t.rows, append([]string{title, base}, cells...))
}

// addTimes adds a row of ratios with their spreads.
func (t *table) addTimes(title string, m *measurement) {
	t.add(title+": time", rounded(m.time).String(), cells(m.ratios[1:], figure.String))
}

// addCosts adds a row of what is allocated, as ratios.
func (t *table) addCosts(title, unit string, costs []cost, of func(cost) benchmath.Summary) {
	base := of(costs[0]).Center
	t.add("… "+title, human(base)+unit, cells(costs[1:], func(c cost) string {
		cell := fmt.Sprintf("%.2f", of(c).Center/base)
		if spread := of(c).PctRangeString(); spread != "0%" {
			cell += " ±" + spread
		}
		return cell
	}))
}

func cells[T any](values []T, format func(T) string) []string {
	var out []string
	for _, v := range values {
		out = append(out, format(v))
	}
	return out
}

// addMeasurement adds the rows of one work.
func (t *table) addMeasurement(w *work, m *measurement) {
	t.addTimes(w.title, m)
	if w.allocs {
		t.addCosts("allocations", "", m.costs, func(c cost) benchmath.Summary { return c.allocs })
	}
	if w.bytes {
		t.addCosts("bytes allocated", "B", m.costs, func(c cost) benchmath.Summary { return c.bytes })
	}
}

// addParallel adds the rows of many goroutines: connections are no ratios.
func (t *table) addParallel(p *parallel) {
	count := cells(p.connections, func(f figure) string { return fmt.Sprintf("%.0f", f.median) })
	t.addTimes(poolTitle, &p.measurement)
	t.add("… connections opened", count[0], count[1:])
}

// print writes the table as markdown.
func (t *table) print(w io.Writer) {
	if len(t.rows) == 0 {
		return
	}
	head := []string{"work", t.base}
	for _, c := range t.all {
		head = append(head, c.name)
	}
	fmt.Fprintf(w, "| %s |\n|---|%s\n", strings.Join(head, " | "), strings.Repeat("--:|", len(head)-1))
	for _, row := range t.rows {
		fmt.Fprintf(w, "| %s |\n", strings.Join(row, " | "))
	}
	fmt.Fprintln(w)
}

// printNotes writes what is to be known of some contenders.
func printNotes(w io.Writer, all []contender) {
	for _, c := range all {
		if c.note != "" {
			fmt.Fprintf(w, "- %s %s.\n", c.name, c.note)
		}
	}
	fmt.Fprintln(w)
}

// printVersions writes when, where and of what the figures are.
func printVersions(w io.Writer, all []contender) {
	versions := map[string]string{}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, m := range info.Deps {
			versions[m.Path] = m.Version
		}
	}
	facts := []string{
		time.Now().Format(time.DateOnly),
		runtime.Version(), runtime.GOOS + "/" + runtime.GOARCH, fmt.Sprintf("%d cores", runtime.NumCPU()),
	}
	for _, c := range all {
		if c.name != ours.name {
			facts = append(facts, c.name+" "+versions[c.module])
		}
	}
	fmt.Fprintln(w, strings.Join(facts, ", "))
}

// rounded keeps three digits of a duration.
func rounded(d time.Duration) time.Duration {
	unit := time.Duration(1)
	for d/unit >= 1000 {
		unit *= 10
	}
	return d.Round(unit)
}

// human writes a number with three digits and a unit prefix.
func human(n float64) string {
	for _, prefix := range []string{"", " k", " M"} {
		if n < 999.5 {
			return fmt.Sprintf("%.3g%s", n, prefix)
		}
		n /= 1000
	}
	return fmt.Sprintf("%.3g G", n)
}
