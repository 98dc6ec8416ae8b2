package drafts_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/workflow/drafts"
	"github.com/numberporting/porting/workflow/foc"
	"github.com/numberporting/porting/workflow/intake/enduser"
)

// TestPlanJSON checks that a plan is read whole, that it is written without its secrets,
// and that what was written is refused.
func TestPlanJSON(t *testing.T) {
	t.Parallel()
	var plan drafts.Plan
	require.NoError(t, json.Unmarshal([]byte(`{
		"sets": [{
			"name": "bakery",
			"numbers": ["+13125550100", "+13125550101"],
			"profiles": {
				"default": {"auth_person_name": "Ada Example", "account_number": "ACC-20451"},
				"carriers": {"Tumbleweed Wireless": {"pin_passcode": "0042"}}
			},
			"foc": {"not_before": "2026-12-01T00:00:00-06:00", "day": "2026-12-02", "zone": "America/Chicago", "common": true},
			"documents": [{"type": "loa", "path": "loa.pdf"}],
			"leave_out": true
		}],
		"submit": true,
		"allow": ["foc_weekend"]
	}`), &plan))
	set := plan.Sets[0]
	assert.Equal(t, porting.Secret("ACC-20451"), set.Profiles.Default.AccountNumber)
	assert.Equal(t, porting.Secret("0042"), set.Profiles.Carriers["Tumbleweed Wireless"].PINPasscode)
	assert.True(t, set.FOC.NotBefore.Equal(time.Date(2026, 12, 1, 6, 0, 0, 0, time.UTC)))
	assert.Equal(t, []drafts.File{{Type: porting.DocumentTypeLOA, Path: "loa.pdf"}}, set.Documents)
	assert.True(t, plan.Submit && set.LeaveOut && set.FOC.Common)

	written, err := json.Marshal(plan)
	require.NoError(t, err)
	assert.NotContains(t, string(written), "0042")
	assert.NotContains(t, string(written), "ACC-")
	var again drafts.Plan
	require.NoError(t, json.Unmarshal(written, &again))
	_, err = drafts.Run(t.Context(), newSandbox(t).Client(), &again, nil)
	requireArgument(t, err, "drafts.Run", "sets.0.profiles.default.account_number")
	again.Sets[0].Profiles.Default.AccountNumber = "ACC-20451"
	_, err = drafts.Run(t.Context(), newSandbox(t).Client(), &again, nil)
	requireArgument(t, err, "drafts.Run", "sets.0.profiles.carriers.Tumbleweed Wireless.pin_passcode")
}

// TestPlanKeys checks that a key that is misspelt is an error, at any depth.
func TestPlanKeys(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"plan":    `{"sets": [], "sumbit": true}`,
		"set":     `{"sets": [{"number": ["+13125550100"]}]}`,
		"wish":    `{"sets": [{"foc": {"not_befor": "2026-12-01T00:00:00Z"}}]}`,
		"profile": `{"sets": [{"profiles": {"default": {"pin": "4711"}}}]}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var plan drafts.Plan
			err := json.Unmarshal([]byte(text), &plan)
			require.ErrorContains(t, err, "unknown")
			assert.NotContains(t, err.Error(), "4711")
			assert.Empty(t, plan)
		})
	}
}

// TestBadPlans checks that a plan that can't work is refused before anything is sent.
func TestBadPlans(t *testing.T) {
	t.Parallel()
	dated := customer()
	dated.FOCDateRequestedByUser = time.Date(2026, 12, 1, 15, 0, 0, 0, time.UTC)
	for field, spoil := range map[string]func(*drafts.Plan){
		"sets":                                 func(p *drafts.Plan) { p.Sets = nil },
		"sets.1.numbers":                       func(p *drafts.Plan) { p.Sets[1].Numbers = nil },
		"sets.1.numbers.1":                     func(p *drafts.Plan) { p.Sets[1].Numbers = []string{"+13125550102", ""} },
		"sets.1.numbers.0":                     func(p *drafts.Plan) { p.Sets[1].Numbers = p.Sets[0].Numbers[:1] },
		"sets.0.foc.zone":                      func(p *drafts.Plan) { p.Sets[0].FOC = &drafts.Wish{Zone: "Chicago", Day: "2026-12-01"} },
		"sets.1.foc.zone":                      func(p *drafts.Plan) { p.Sets[1].FOC = &drafts.Wish{Zone: "America/Chicago"} },
		"sets.0.foc.day":                       func(p *drafts.Plan) { p.Sets[0].FOC = &drafts.Wish{Day: "1 December"} },
		"sets.0.foc":                           func(p *drafts.Plan) { p.Sets[0].Profiles.Carriers = map[string]enduser.Profile{"any": dated} },
		"sets.0.documents.1.type":              func(p *drafts.Plan) { p.Sets[0].Documents[1].Type = "" },
		"sets.0.documents.0.path":              func(p *drafts.Plan) { p.Sets[0].Documents[0].Path = "" },
		"sets.0.documents.1":                   func(p *drafts.Plan) { p.Sets[0].Documents[1] = p.Sets[0].Documents[0] },
		"sets.0.profiles.default.pin_passcode": func(p *drafts.Plan) { p.Sets[0].Profiles.Default.PINPasscode = "[redacted]" },
		"sets.0.foc.not_after": func(p *drafts.Plan) {
			p.Sets[0].FOC = &drafts.Wish{NotBefore: dated.FOCDateRequestedByUser, NotAfter: dated.FOCDateRequestedByUser.Add(-1)}
		},
	} {
		t.Run(field, func(t *testing.T) {
			t.Parallel()
			sandbox := newSandbox(t)
			plan := planned(mixed, []string{"+12065550100"})
			spoil(plan)
			outcome, err := drafts.Run(t.Context(), sandbox.Client(), plan, onSandbox(sandbox))
			requireArgument(t, err, "drafts.Run", field)
			assert.NotContains(t, err.Error(), "55501")
			assert.Len(t, outcome.Sets, len(plan.Sets))
			assert.Empty(t, sandbox.Requests())
		})
	}
	sandbox := newSandbox(t)
	_, err := drafts.Run(t.Context(), sandbox.Client(), nil, nil)
	requireArgument(t, err, "drafts.Run", "plan")
	_, err = drafts.Run(t.Context(), nil, planned(mixed), onSandbox(sandbox))
	requireArgument(t, err, "drafts.Run", "client")
	plan := planned(mixed)
	plan.Sets[0].Documents[0].Path = "lost, of Ada Example.pdf"
	_, err = drafts.Run(t.Context(), sandbox.Client(), plan, onSandbox(sandbox))
	require.ErrorContains(t, err, "sets.0.documents.0")
	assert.ErrorIs(t, err, fs.ErrNotExist)
	assert.NotContains(t, err.Error(), "Ada")
	assert.Empty(t, sandbox.Requests())
}

// TestWishes checks which dates the sub requests of a draft get.
func TestWishes(t *testing.T) {
	t.Parallel()
	// The sandbox's clock stands at Monday 2 March 2026, 09:00 UTC. Its windows are on
	// business days from 5 March on, from 15:00 to 23:00 UTC.
	at := func(day, hour int) time.Time { return time.Date(2026, time.March, day, hour, 0, 0, 0, time.UTC) }
	for name, test := range map[string]struct {
		wish  drafts.Wish
		want  time.Time
		cause foc.Cause
	}{
		"earliest":           {want: at(5, 15)},
		"not before":         {wish: drafts.Wish{NotBefore: at(6, 16)}, want: at(6, 16)},
		"nearest":            {wish: drafts.Wish{Nearest: at(10, 20)}, want: at(10, 20)},
		"nearest on Sunday":  {wish: drafts.Wish{Nearest: at(8, 23)}, want: at(9, 15)},
		"nearest, bounded":   {wish: drafts.Wish{Nearest: at(8, 23), NotAfter: at(7, 0)}, want: at(6, 23)},
		"on a day":           {wish: drafts.Wish{Day: "2026-03-10"}, want: at(10, 15)},
		"on a day in a zone": {wish: drafts.Wish{Day: "2026-03-10", Zone: "Pacific/Auckland"}, want: at(9, 15)},
		"common":             {wish: drafts.Wish{Common: true}, want: at(5, 15)},
		"common and nearest": {wish: drafts.Wish{Common: true, Nearest: at(7, 0)}, want: at(6, 23)},
		"on a Sunday":        {wish: drafts.Wish{Day: "2026-03-08"}, cause: foc.CauseDay},
		"too late":           {wish: drafts.Wish{NotBefore: at(31, 0)}, cause: foc.CauseBefore},
		"common, too early":  {wish: drafts.Wish{Common: true, NotAfter: at(4, 0)}, cause: foc.CauseAfter},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sandbox := newSandbox(t)
			plan := planned(mixed)
			plan.Sets[0].FOC = &test.wish
			outcome, err := drafts.Run(t.Context(), sandbox.Client(), plan, onSandbox(sandbox))
			if test.cause != "" {
				var noFit *foc.NoFitError
				require.ErrorAs(t, err, &noFit)
				assert.Equal(t, test.cause, noFit.Cause)
				assert.Equal(t, drafts.StepFill, outcome.Sets[0].Step)
				assert.Zero(t, changes(sandbox)["Drafts.UpdateSubRequest"])
				return
			}
			require.NoError(t, err)
			require.Len(t, outcome.Sets[0].Choices, 4)
			for _, choice := range outcome.Sets[0].Choices {
				assert.Equal(t, test.want, choice.Time)
			}
			draft, err := sandbox.Client().Drafts.Get(t.Context(), outcome.Sets[0].Draft.ID, &porting.GetOptions{IncludeSubRequests: porting.Set(true)})
			require.NoError(t, err)
			for _, sub := range draft.SubRequests {
				assert.Equal(t, test.want, sub.FOCDateRequestedByUser.UTC())
			}
		})
	}
}

// TestPrints checks that nothing that is printed or logged of a run has a number, a name or
// a secret.
func TestPrints(t *testing.T) {
	t.Parallel()
	sandbox := newSandbox(t)
	plan := planned(append([]string{"+13125550182"}, mixed...), []string{"+13125550181"})
	plan.Sets[0].LeaveOut = true
	outcome, err := drafts.Run(t.Context(), sandbox.Client(), plan, onSandbox(sandbox))
	require.Error(t, err)
	var log bytes.Buffer
	logger := slog.New(slog.NewTextHandler(&log, nil))
	for _, value := range []any{plan, *plan, plan.Sets[0], outcome, outcome.Sets[0], outcome.Sets[1], err} {
		logger.Info("test", "value", value)
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
			fmt.Fprintf(&log, verb+"\n", value)
			fmt.Fprintf(&log, verb+"\n", []any{value})
		}
	}
	for _, private := range []string{"3125550", "8005550", "0042-pin", "ACC-", "Bakery", "Ada"} {
		assert.NotContains(t, log.String(), private)
	}
	assert.Contains(t, log.String(), "a plan of 2 sets, 7 numbers")
	assert.Contains(t, log.String(), "1 of 2 sets done")
	assert.Contains(t, log.String(), "1 of 1 numbers can't be ported")
}
