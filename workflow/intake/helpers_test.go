package intake_test

import (
	"io"
	"iter"

	"github.com/numberporting/porting/workflow/intake"
)

// A reader is one of the package's two functions that read.
type reader func(io.Reader, *intake.Options) iter.Seq2[intake.Row, error]
