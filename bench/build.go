package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// buildAll measures what a small program costs that uses a contender: the CPU time of
// building it and everything it needs with an empty cache, and its stripped size.
func (b *bench) buildAll(ctx context.Context) error {
	t := &table{base: floor.name, all: b.all}
	base, err := buildCold(ctx, floor.name)
	if err != nil {
		return err
	}
	var times, sizes []string
	for _, c := range b.all {
		p, err := buildCold(ctx, c.name)
		if err != nil {
			return err
		}
		times = append(times, fmt.Sprintf("%.2f", float64(p.cpu)/float64(base.cpu)))
		sizes = append(sizes, fmt.Sprintf("%.2f", float64(p.size)/float64(base.size)))
	}
	t.add("cold build of a small program: CPU time", rounded(base.cpu).String(), times)
	t.add("… size of the stripped program", human(float64(base.size))+"B", sizes)
	t.print(os.Stdout)
	printVersions(os.Stdout, b.all)
	return nil
}

// A program is what building one has cost.
type program struct {
	cpu  time.Duration
	size int64
}

// buildCold builds a program of the folder programs.
func buildCold(ctx context.Context, name string) (program, error) {
	fmt.Fprintln(os.Stderr, "building", name)
	dir, err := os.MkdirTemp("", "porting-bench-")
	if err != nil {
		return program{}, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	binary := filepath.Join(dir, "program")
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags=-s -w", "-o", binary, "./programs/"+name)
	cmd.Env = append(os.Environ(), "GOCACHE="+filepath.Join(dir, "cache"), "CGO_ENABLED=0")
	cmd.Stderr = os.Stderr
	if err := cmd.Run(); err != nil {
		return program{}, fmt.Errorf("building %s: %w", name, err)
	}
	info, err := os.Stat(binary)
	if err != nil {
		return program{}, err
	}
	return program{cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(), info.Size()}, nil
}
