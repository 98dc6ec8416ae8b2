package portingtest_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/numberporting/porting/portingtest"
)

// TestInvariants breaks states that the sandbox itself never comes to.
func TestInvariants(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		before, after string
		places        int
		want          string // empty: it holds
	}{
		"nothing":           {`"loa"`, `"loa"`, 1, ""},
		"a number twice":    {`"+12065550101"`, `"+12065550100"`, 2, "a number is there twice"},
		"another number":    {`"+12065550101"`, `"+12065550109"`, 1, "has other numbers"},
		"another request's": {`"+12065550140"`, `"+12065550100"`, 3, "a number is also in the unfinished port request"},
		"a file is gone":    {`"key": "`, `"key": "gone/`, 1, "has no file"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t, portingtest.WithDocumentsOptional())
			draft, subs := createDraft(t, s, "+12065550100", "+12065550101", "+12065550150")
			fillIn(t, s, subs...)
			uploadDocument(t, s, draft, "loa", "x")
			must(t, s, http.StatusCreated, "POST", draft+"/submit", "")
			submit(s, "+12065550140")
			require.NoError(t, s.CheckInvariants())
			restore(t, s, test.before, test.after, test.places)
			if test.want == "" {
				assert.NoError(t, s.CheckInvariants())
			} else {
				assert.ErrorContains(t, s.CheckInvariants(), test.want)
			}
		})
	}
}

func firstOf(path string, _ []string) string { return path }
