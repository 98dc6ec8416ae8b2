package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"strings"
)

// say prints a line on standard error.
func (t *tool) say(format string, args ...any) error {
	_, err := fmt.Fprintf(t.errOut, "porting: "+format+"\n", args...)
	return err
}

// ask asks before something is changed. Where nobody can answer, it takes --yes.
func (t *tool) ask(ctx context.Context, yes bool, format string, args ...any) error {
	if yes {
		return nil
	}
	if !isTerminal(t.in) {
		return usagef("standard input isn't a terminal, so nobody can be asked: give --yes")
	}
	fmt.Fprintf(t.errOut, format+" [y/N] ", args...)
	answered := make(chan string, 1)
	go func() { // a read can't be interrupted; the process ends soon
		answer, _ := bufio.NewReader(t.in).ReadString('\n')
		answered <- strings.ToLower(strings.TrimSpace(answer))
	}()
	select {
	case <-ctx.Done():
		fmt.Fprintln(t.errOut)
	case answer := <-answered:
		if answer == "y" || answer == "yes" {
			return nil
		}
	}
	return &exitError{codeInterrupted, errors.New("nothing was changed")}
}
