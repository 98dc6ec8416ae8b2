package main

import (
	"bufio"
	"fmt"
	"strings"
)

// say prints a line on standard error.
func (t *tool) say(format string, args ...any) error {
	_, err := fmt.Fprintf(t.errOut, "porting: "+format+"\n", args...)
	return err
}

// ask asks before something is changed. Where nobody can answer, it takes --yes.
func (t *tool) ask(yes bool, format string, args ...any) error {
	if yes {
		return nil
	}
	if !isTerminal(t.in) {
		return usagef("standard input isn't a terminal, so nobody can be asked: give --yes")
	}
	fmt.Fprintf(t.errOut, format+" [y/N] ", args...)
	answer, _ := bufio.NewReader(t.in).ReadString('\n')
	switch strings.ToLower(strings.TrimSpace(answer)) {
	case "y", "yes":
		return nil
	}
	return &exitError{codeInterrupted, fmt.Errorf("nothing was changed")}
}
