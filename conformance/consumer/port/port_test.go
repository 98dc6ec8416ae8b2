// Package port tests a service of a user against the sandbox, from outside of the repository.
package port

import (
	"testing"
	"time"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/portingtest"
	"github.com/numberporting/porting/workflow/bulk"
	"github.com/numberporting/porting/workflow/foc"
)

func TestCheck(t *testing.T) {
	t.Parallel()

	sandbox := portingtest.NewServer()
	t.Cleanup(sandbox.Close)

	client := sandbox.Client()
	checked := 0

	for result, err := range bulk.CheckEach(t.Context(), client.Portability, []string{"+13125550100", "+13125550101"}, nil) {
		if err != nil {
			t.Fatal(err)
		}

		t.Log(result)

		checked++
	}

	if checked != 2 {
		t.Errorf("%d numbers were checked, not 2", checked)
	}

	sandbox.AssertClean(t)
}

func TestEarliest(t *testing.T) {
	t.Parallel()

	start := time.Date(2026, time.November, 19, 15, 0, 0, 0, time.UTC)
	window := porting.FOCWindow{Start: porting.Timestamp{Time: start}, End: porting.Timestamp{Time: start.Add(8 * time.Hour)}}

	choice, err := foc.Earliest([]porting.FOCWindow{window}, foc.NotBefore(start.Add(-48*time.Hour)))
	if err != nil {
		t.Fatal(err)
	}

	t.Log(choice)
}
