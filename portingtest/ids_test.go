package portingtest_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/numberporting/porting/portingtest"
)

func TestSeeds(t *testing.T) {
	t.Parallel()
	// run gives what a sandbox says to the same requests, less its hosts.
	run := func(opts ...portingtest.Option) string {
		t.Helper()
		s := open(t, append(opts, portingtest.WithDocumentsOptional())...)
		request, subs := submit(s, "+12065550100", "+18005550100")
		s.Advance(30 * time.Hour)
		return call(t, s, "GET", request, "").Body + call(t, s, "GET", subs[0], "").Body +
			call(t, s, "GET", request+"/comments", "").Body + text(t, newForm(t, s).Fields)
	}
	assert.Equal(t, run(), run(portingtest.WithSeed(1)))
	assert.NotEqual(t, run(), run(portingtest.WithSeed(2)))
}

func TestSupportKeysAreDistinct(t *testing.T) {
	t.Parallel()
	s := open(t, portingtest.WithDocumentsOptional())
	seen := map[any]bool{}
	for i := range 30 {
		request, _ := submit(s, fmt.Sprintf("+120655501%02d", i), fmt.Sprintf("+180055501%02d", i))
		seen[must(t, s, http.StatusOK, "GET", request, "").object(t)["support_key"]] = true
		for _, sub := range must(t, s, http.StatusOK, "GET", request+"/sub_requests", "").list(t) {
			seen[sub["support_key"]] = true
		}
	}
	assert.Len(t, seen, 90)
}
