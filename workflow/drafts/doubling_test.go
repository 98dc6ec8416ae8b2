package drafts_test

import (
	"cmp"
	"errors"
	"math/rand/v2"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/portingtest"
	"github.com/numberporting/porting/workflow/drafts"
)

// What a create can meet. The fast ones are over, one way or the other, when Ensure looks
// for the second time, a second of the sandbox's clock later; the slow ones act after that.
var (
	fastFaults = []func(*rand.Rand) portingtest.Effect{
		func(*rand.Rand) portingtest.Effect { return portingtest.DropBefore() },
		func(*rand.Rand) portingtest.Effect { return portingtest.DropAfter() },
		func(*rand.Rand) portingtest.Effect { return portingtest.Truncate() },
		func(*rand.Rand) portingtest.Effect { return portingtest.Empty() },
		func(*rand.Rand) portingtest.Effect { return portingtest.NullArrays() },
		func(*rand.Rand) portingtest.Effect { return portingtest.WrongLength(7) },
		func(*rand.Rand) portingtest.Effect { return portingtest.RateLimit("0") },
		func(r *rand.Rand) portingtest.Effect { return portingtest.Respond(500+r.IntN(5), "") },
		func(r *rand.Rand) portingtest.Effect { return portingtest.Respond(500+r.IntN(5), "").AfterHandling() },
		func(*rand.Rand) portingtest.Effect { return portingtest.BadGateway().ThenAct(time.Second) },
		func(r *rand.Rand) portingtest.Effect {
			return portingtest.DropThenAct(time.Duration(r.IntN(1001)) * time.Millisecond)
		},
		func(r *rand.Rand) portingtest.Effect { return portingtest.DropBefore().ThenActAfter(1 + r.IntN(2)) },
	}
	slowFaults = []func(*rand.Rand) portingtest.Effect{
		func(r *rand.Rand) portingtest.Effect {
			return portingtest.DropThenAct(time.Duration(2+r.IntN(60)) * time.Second)
		},
		func(*rand.Rand) portingtest.Effect { return portingtest.Respond(504, "").ThenAct(time.Minute) },
		func(r *rand.Rand) portingtest.Effect { return portingtest.DropBefore().ThenActAfter(4 + r.IntN(20)) },
	}
	hangs = []func(*rand.Rand) portingtest.Effect{
		func(*rand.Rand) portingtest.Effect { return portingtest.Hang() },
		func(*rand.Rand) portingtest.Effect { return portingtest.Hang().AfterHandling() },
		func(*rand.Rand) portingtest.Effect { return portingtest.Hang().ThenAct(time.Second) },
	}
)

// Whatever happens to the answers, and however often and by how many Ensure is run, there is
// one draft in the end. After an UnknownError, the next run comes some minutes later, as its
// comment says.
func TestEnsureNeverDoubles(t *testing.T) {
	t.Parallel()
	var outcomes outcomes
	underSeeds(t, shorter(1000, 100), map[string]*atomic.Int64{
		"created": &outcomes.created, "found": &outcomes.found, "found submitted": &outcomes.submitted, "unknown": &outcomes.unknown, "failed": &outcomes.failed,
	}, func(t seeded) { ensureUnderFaults(t, &outcomes) })
}

// outcomes count what runs of Ensure have come to.
type outcomes struct{ created, found, submitted, unknown, failed atomic.Int64 }

// ensureUnderFaults runs Ensure for one set of numbers some times, in a row and at once.
func ensureUnderFaults(t seeded, outcomes *outcomes) {
	t.Helper()
	server := portingtest.NewServer(portingtest.WithSeed(uint64(t.seed)), portingtest.WithDocumentsOptional())
	defer server.Close()
	random := rand.New(rand.NewPCG(uint64(t.seed), 1))
	numbers := chicago(2000, 1+random.IntN(5))
	for _, other := range chicago(3000, random.IntN(4)) {
		server.AddDraft(other)
	}
	for _, other := range chicago(4000, random.IntN(4)) {
		server.AddPortRequest(other)
	}

	faults, most := fastFaults, 3
	var opts []porting.Option
	switch {
	case t.seed%100 == 0:
		faults = hangs
		opts = append(opts, porting.WithTryTimeout(500*time.Millisecond))
	case random.IntN(4) == 0: // no lock helps those that come while the server is still at it
		faults, most = slowFaults, 1
	}
	effect := faults[random.IntN(len(faults))](random)
	server.Inject(portingtest.Fault{Operation: "Drafts.Create", Times: 1 + random.IntN(2), Effect: effect})
	for _, operation := range []string{"Drafts.List", "PortRequests.List", "Drafts.Get"} {
		server.Inject(portingtest.Fault{Operation: operation, Chance: 0.1, Effect: portingtest.DropBefore()})
		server.Inject(portingtest.Fault{Operation: operation, Chance: 0.05, Effect: portingtest.Truncate()})
		server.Inject(portingtest.Fault{Operation: operation, Chance: 0.03, Effect: portingtest.Respond(http.StatusForbidden, "")})
	}
	client := wiredClient(server, nil, opts...)
	options := onSandboxClock(server)
	options.Lock = new(drafts.LocalLocker)
	options.Find.PerPage = 2 + random.IntN(3)
	settle := func() { // some minutes later
		server.Advance(10 * time.Minute)
		for len(server.Pending()) > 0 {
			_, _ = client.Portability.Check(t.Context(), numbers[0])
		}
	}

	var mutex sync.Mutex
	var id porting.DraftID // of the one draft, once it is known
	run := func() (ok, unknown bool) {
		found, err := drafts.Ensure(t.Context(), client, numbers, options)
		mutex.Lock()
		defer mutex.Unlock()
		switch {
		case errors.As(err, new(*drafts.UnknownError)):
			outcomes.unknown.Add(1)
			return false, true
		case errors.As(err, new(*drafts.ConflictError)):
			assert.NoError(t, err)
			return false, false
		case err != nil:
			outcomes.failed.Add(1)
			return false, false
		case found.Created:
			outcomes.created.Add(1)
		case found.PortRequest != nil:
			outcomes.submitted.Add(1)
		default:
			outcomes.found.Add(1)
		}
		if assert.NotNil(t, found.Draft) {
			id = cmp.Or(id, found.Draft.ID)
			assert.Equal(t, id, found.Draft.ID)
		}
		return true, false
	}
	for range 1 + random.IntN(3) {
		var runs sync.WaitGroup
		var isUnknown atomic.Bool
		for range 1 + random.IntN(most) {
			runs.Go(func() {
				if _, unknown := run(); unknown {
					isUnknown.Store(true)
				}
			})
		}
		runs.Wait()
		if isUnknown.Load() {
			settle()
		}
		if id != "" && random.IntN(3) == 0 {
			submitFilled(t, server, id)
		}
	}
	settle()
	isFound := false
	for tries := 0; !isFound && tries < 100; tries++ {
		isFound, _ = run()
		settle()
	}
	assert.True(t, isFound, "there is a draft in the end")
	server.AssertClean(t)
}

// submitFilled fills in a draft and submits it, unless it is submitted.
func submitFilled(t seeded, server *portingtest.Server, id porting.DraftID) {
	t.Helper()
	ctx, client := t.Context(), wiredClient(server, nil)
	subs, err := client.Drafts.ListSubRequests(ctx, id)
	assert.NoError(t, err)
	for _, sub := range subs {
		windows, err := client.Drafts.AllowedFOCDates(ctx, id, sub.ID)
		if !assert.NoError(t, err) {
			return
		}
		_, err = client.Drafts.UpdateSubRequest(ctx, id, sub.ID, porting.DraftSubRequestUpdate{
			FOCDateRequestedByUser: porting.Set(windows[0].Start.Time),
			AuthPersonName:         porting.Set("Ada Example"),
			BillingPhoneNumber:     porting.Set("+13125550100"),
			StreetAddress:          porting.Set("1 Example Street"),
			Locality:               porting.Set("Chicago"),
			AdministrativeArea:     porting.Set("IL"),
			PostalCode:             porting.Set("60601"),
			CountryCode:            porting.Set("US"),
			DefaultConnectionID:    porting.Set("1234567890"),
		})
		if errors.Is(err, porting.ErrUnprocessable) {
			return // submitted before
		}
		assert.NoError(t, err)
	}
	_, err = client.Drafts.Submit(ctx, id)
	assert.NoError(t, err)
}
