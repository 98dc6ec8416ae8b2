package bulk_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/workflow/bulk"
)

// FuzzCheck checks that any numbers have exactly one outcome each, the right one and in
// order, whatever the server makes of them. The bytes of data say what that is: the first
// four are the slices and the server's limits, the fifth how calls fail, each that
// follows is a number and what becomes of it.
func FuzzCheck(f *testing.F) {
	f.Add([]byte("\x03\x02\x00\x00\x00abcdefgh"))
	f.Add([]byte("\x64\x09\x05\x01\x01AAbbCCddEEff\x00\x01\x02"))
	f.Add([]byte("\x01\x00\x01\x02\x07"))
	f.Add(slices.Concat([]byte{10, 3, 4, 3, 3}, slices.Repeat([]byte{0x41}, 50)))
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 300 {
			data = data[:300]
		}
		synctest.Test(t, func(t *testing.T) { checkScenario(t, data) })
	})
}

// TestAnyScenario does the same with random data.
func TestAnyScenario(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	for range 500 {
		data := make([]byte, 5+random.IntN(200))
		for i := range data {
			data[i] = byte(random.IntN(256))
		}
		if random.IntN(3) > 0 {
			data[4] = 0 // no failures: each outcome is known beforehand
		}
		synctest.Test(t, func(t *testing.T) { checkScenario(t, data) })
		if t.Failed() {
			t.Logf("%q", data)
			return
		}
	}
}

// What becomes of a number, by its byte.
const (
	good = iota
	alsoGood
	spelled // good, but sent in a spelling that the answer doesn't repeat
	bad
	missing
	doubled
	contradictory
	pending
	fates
)

func checkScenario(t *testing.T, data []byte) {
	t.Helper()
	for len(data) < 5 {
		data = append(data, 0)
	}
	setting, data := data[:5], data[5:]
	opts := &bulk.Options{SliceSize: int(setting[0]) % 40, Parallel: int(setting[1]) % 8, MaxFailures: 3, Patience: 1 << 62}
	limit := int(setting[2]) % 40
	order, failing := setting[3], setting[4]%8

	list := make([]string, len(data))
	fate := map[string]int{}
	for i, b := range data {
		list[i] = fmt.Sprintf("+1312555%04d", b)
		if int(b)%fates == spelled {
			list[i] = fmt.Sprintf("+1 (312) 555-%04d", b)
		}
		fate[list[i]] = int(b) % fates
	}
	answered := map[string]int{}
	var mutex sync.Mutex
	c := &checker{limit: limit, bad: map[string]bool{}}
	for number, fate := range fate {
		c.bad[number] = fate == bad
	}
	var final bool
	limited := 0
	c.err = func(call int, numbers []string) error {
		kind := (call * 7 * int(failing+1)) % 11
		switch {
		case failing == 0:
		case failing > 0 && kind == 4:
			mutex.Lock()
			defer mutex.Unlock()
			limited++
			return status(http.StatusTooManyRequests)
		case failing > 1 && kind == 1:
			return errLost
		case failing > 2 && kind == 2:
			return status(http.StatusInternalServerError)
		case failing > 6 && kind == 3 && call > 5:
			mutex.Lock()
			defer mutex.Unlock()
			final = true
			return status(http.StatusUnauthorized)
		}
		return nil
	}
	c.answer = func(numbers []string, results []porting.PortabilityResult) []porting.PortabilityResult {
		mutex.Lock()
		defer mutex.Unlock()
		var made []porting.PortabilityResult
		for i, number := range numbers {
			answered[number]++
			result := results[i]
			switch fate[number] {
			case spelled:
				result = portable("+" + strings.NewReplacer("+", "", "(", "", ")", "", "-", "", " ", "").Replace(number))
			case missing:
				result = portable("+442079460" + number[len(number)-3:])
			case doubled:
				made = append(made, result)
			case contradictory:
				made = append(made, result)
				result.Portable, result.NonPortableReason = false, porting.NonPortableReasonNoCoverage
			case pending:
				result.PortabilityStatus = porting.PortabilityStatusPending
			}
			made = append(made, result)
		}
		switch order % 3 {
		case 1:
			slices.Reverse(made)
		case 2:
			rand.New(rand.NewPCG(uint64(order), 0)).Shuffle(len(made), func(i, j int) { made[i], made[j] = made[j], made[i] })
		}
		return made
	}

	report, err := bulk.Check(t.Context(), c, list, opts)
	requireOutcomes(t, list, report.Results)
	if report.Count(bulk.NotAnswered) == 0 {
		require.NoError(t, err)
	} else {
		var incomplete *bulk.IncompleteError
		require.ErrorAs(t, err, &incomplete)
		requireIncomplete(t, err, report, incomplete.Ended && failing > 1)
		if final { // by that, or by the failures before
			require.True(t, incomplete.Ended)
		}
	}
	for _, result := range report.Results {
		var want bulk.Outcome
		switch fate[result.Number] {
		case bad:
			want = bulk.Refused
		case missing, contradictory:
			want = bulk.NotAnswered
		case pending:
			want = bulk.NotKnownYet
		default:
			want = bulk.Portable
		}
		if failing <= 1 || result.Outcome != bulk.NotAnswered {
			require.Equal(t, want, result.Outcome, result.Number)
		}
		if failing <= 1 && want == bulk.NotAnswered {
			wrong := map[int]error{missing: bulk.ErrNotInAnswer, contradictory: bulk.ErrContradictory}[fate[result.Number]]
			require.ErrorIs(t, result.Err, wrong)
		}
	}
	for number, times := range answered {
		require.Equal(t, 1, times, number)
	}
	for _, call := range c.calls {
		require.NotEmpty(t, call)
		if opts.SliceSize > 0 {
			require.LessOrEqual(t, len(call), opts.SliceSize)
		}
	}
	require.LessOrEqual(t, len(c.calls)-limited, 2*len(fate)+1)
	if opts.Parallel > 0 {
		require.LessOrEqual(t, c.most, opts.Parallel)
	}
}
