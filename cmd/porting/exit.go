package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/workflow/drafts"
	"github.com/numberporting/porting/workflow/exceptions"
	"github.com/numberporting/porting/workflow/foc"
	"github.com/numberporting/porting/workflow/intake"
)

// A code is what the command exits with.
type code int

const (
	codeDone code = iota
	codeFailed
	codeUsage
	codeNeedsYou
	codeUnknown
	codeInterrupted
)

const exitCodes = `Exit codes:
  0  done
  1  failed
  2  the command line, a file or an environment variable is wrong
  3  something needs you: an exception, a draft with problems, a line that wasn't read
  4  the outcome of a change is unknown: look before you repeat it
  5  interrupted; what was done by then is said`

// An exitError is an error with a code of its own.
type exitError struct {
	code code
	err  error
}

func (e *exitError) Error() string { return e.err.Error() }
func (e *exitError) Unwrap() error { return e.err }

func usagef(format string, args ...any) error {
	return &exitError{codeUsage, fmt.Errorf(format, args...)}
}

func needsYouf(format string, args ...any) error {
	return &exitError{codeNeedsYou, fmt.Errorf(format, args...)}
}

// explain prints the error on a line of its own and returns its code.
func (t *tool) explain(ctx context.Context, err error) code {
	if err == nil {
		return codeDone
	}
	if ctx.Err() != nil {
		fmt.Fprintln(t.errOut, "porting: interrupted")
	}
	text := strings.TrimPrefix(err.Error(), "porting: ")
	if run, ok := errors.AsType[*drafts.RunError](err); ok { // what each set failed with is said already
		text = fmt.Sprintf("%d of %s not done", run.Failed, plural(run.Total, "set"))
	}
	fmt.Fprintln(t.errOut, "porting:", text)
	switch {
	case !t.started:
		fmt.Fprintln(t.errOut, "porting: -h shows how it is used")
		return codeUsage
	case is[*intake.HeaderError](err):
		fmt.Fprintln(t.errOut, "porting: the first row names the columns; porting plan -h lists the names")
		return codeUsage
	case isUnknown(err): // before an interrupt, which can be its cause
		return codeUnknown
	case ctx.Err() != nil:
		return codeInterrupted
	}
	return codeOf(err)
}

func isUnknown(err error) bool {
	return is[*porting.OutcomeUnknownError](err) || is[*drafts.UnknownError](err) || is[*drafts.SubmitUnknownError](err) ||
		is[*drafts.UploadUnknownError](err) || is[*exceptions.UnknownError](err)
}

// codeOf returns the code of an error that isn't an unknown outcome.
func codeOf(err error) code {
	if exit, ok := errors.AsType[*exitError](err); ok {
		return exit.code
	}
	needsYou := []bool{
		is[*drafts.PreflightError](err), is[*drafts.NotPortableError](err), is[*drafts.WindowsMovedError](err),
		is[*drafts.ConflictError](err), is[*drafts.NotTakenError](err), is[*drafts.UnresolvedError](err), is[*foc.NoFitError](err),
		is[*porting.ValidationError](err),
	}
	usage := []bool{is[*porting.ArgumentError](err), is[*intake.OptionError](err), is[*intake.ReadError](err)}
	switch {
	case slices.Contains(needsYou, true):
		return codeNeedsYou
	case slices.Contains(usage, true):
		return codeUsage
	}
	return codeFailed
}

func is[E error](err error) bool {
	_, ok := errors.AsType[E](err)
	return ok
}
