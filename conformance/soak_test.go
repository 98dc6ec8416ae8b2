package conformance

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"path"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/portingtest"
)

var soakTime = flag.Duration("soak", 3*time.Second, "how long TestSoak lasts")

// mishaps are what goes wrong in TestSoak, each as often as the others.
var mishaps = []portingtest.Effect{
	portingtest.DropBefore(),
	portingtest.DropAfter(),
	portingtest.RateLimit(""),
	portingtest.RateLimit("0"),
	portingtest.BadGateway(),
	portingtest.BadGateway().AfterHandling(),
	portingtest.Respond(408, `{}`),
	portingtest.Respond(500, `{"message":"oops"}`).AfterHandling(),
	portingtest.Respond(503, ``, "Retry-After: 0"),
	portingtest.Redirect(""),
	portingtest.Redirect("https://example.com/"),
	portingtest.Delay(20 * time.Millisecond),
	portingtest.Delay(20 * time.Millisecond).AfterHandling(),
	portingtest.Truncate(),
	portingtest.WrongLength(7),
	portingtest.WrongLength(-1),
	portingtest.ContentType("text/html"),
	portingtest.Drip(20 * time.Millisecond),
	portingtest.Huge(1 << 20),
	portingtest.NullArrays(),
	portingtest.Empty(),
}

// TestSoak has 16 callers use every kind of call while one request in twenty goes wrong, and one call in a hundred is
// given up. Each has to end well or in an error that is the package's own. In the end the sandbox must have what the
// callers were told, once, and nothing else.
func TestSoak(t *testing.T) { //nolint:paralleltest // it counts the goroutines of the whole process
	const callers, chance = 16, 0.05
	before := goleak.IgnoreCurrent()
	server := portingtest.NewServer(portingtest.WithDocumentsOptional())
	var faults []*portingtest.Injected
	for _, operation := range []string{"", portingtest.StorageUpload, portingtest.StorageDownload} {
		for _, effect := range mishaps {
			fault := portingtest.Fault{Operation: operation, Chance: chance / float64(len(mishaps)), Effect: effect}
			faults = append(faults, server.Inject(fault))
		}
	}
	client := server.Client(porting.WithRetry(porting.RetryPolicy{MinWait: time.Millisecond, MaxWait: 10 * time.Millisecond}))
	serving := goleak.IgnoreCurrent()

	s := &soak{t: t, client: client, endings: map[string]int{}}
	started := time.Now()
	var group sync.WaitGroup
	for i := range uint64(callers) {
		group.Go(func() {
			c := &caller{soak: s, rand: rand.New(rand.NewPCG(*walkSeed, i))}
			for time.Since(started) < *soakTime && !t.Failed() {
				c.live()
			}
		})
	}
	group.Wait()
	client.CloseIdleConnections()
	goleak.VerifyNone(t, serving) // so that nothing is under way any more

	calls, fired := 0, 0
	for _, ending := range slices.Sorted(maps.Keys(s.endings)) {
		t.Logf("%6d %s", s.endings[ending], ending)
		calls += s.endings[ending]
	}
	for i, fault := range faults {
		if *soakTime >= time.Minute { // in less, chance may leave one out
			assert.Positive(t, fault.Fired(), "%v", mishaps[i%len(mishaps)])
		}
		fired += fault.Fired()
	}
	assert.Greater(t, fired, calls/50, "mishaps")
	t.Logf("%6d calls, %d of them changes; %d mishaps", calls, len(s.asked), fired)
	s.compare(effects(t, server))
	require.NoError(t, server.CheckInvariants())
	assert.Empty(t, server.Duplicates())
	assert.Empty(t, server.Violations())

	server.Close()
	goleak.VerifyNone(t, before)
}

// A soak is what the callers share.
type soak struct {
	t      *testing.T
	client *porting.Client
	names  atomic.Int64 // given out

	mu      sync.Mutex
	endings map[string]int // of calls, by kind
	asked   []change
}

// A change is something that was asked for once.
type change struct {
	effect  effect
	outcome outcome
}

// An effect is what a change leaves behind. No two changes ask for the same.
type effect struct{ kind, name string }

// An outcome is what a call says of its effect.
type outcome int

const (
	no outcome = iota
	yes
	unknown
)

// outcomeOf tells what the error of a call that changes something says of the change.
func outcomeOf(err error) outcome {
	if e, ok := errors.AsType[*porting.UploadError](err); ok && e.Step != porting.UploadStepDocument {
		return no // whatever became of the file
	}
	if _, ok := errors.AsType[*porting.OutcomeUnknownError](err); ok {
		return unknown
	}
	if _, ok := errors.AsType[*porting.DecodeError](err); ok || err == nil {
		return yes
	}
	return no
}

// ending names the kind of an error that a call may end in; of any other it is empty.
func ending(err error) string {
	if err == nil {
		return "succeeded"
	}
	if errors.Is(err, porting.ErrListChanges) || errors.Is(err, porting.ErrRepeatedPage) { // others change the lists all the time
		return "found a list that keeps changing"
	}
	if _, ok := errors.AsType[*porting.OutcomeUnknownError](err); ok {
		return "ended in an OutcomeUnknownError"
	}
	if _, ok := errors.AsType[*porting.DecodeError](err); ok {
		return "ended in a DecodeError"
	}
	if _, ok := errors.AsType[*porting.ConnectionError](err); ok {
		return "ended in a ConnectionError"
	}
	if e, ok := errors.AsType[*porting.APIError](err); ok && slices.Contains([]int{307, 408, 429, 500, 502, 503}, e.StatusCode) {
		return fmt.Sprintf("ended in an APIError with %d", e.StatusCode)
	}
	return ""
}

// A caller does one thing after the other.
type caller struct {
	*soak

	rand *rand.Rand
}

// live takes a draft as far as it goes.
func (c *caller) live() {
	n := c.names.Add(1)
	number := fmt.Sprintf("+1312%07d", 2_000_000+n)
	var draft *porting.DraftPortRequest
	err := c.change(effect{"draft", number}, func(ctx context.Context) (err error) {
		draft, err = c.client.Drafts.Create(ctx, number)
		return err
	})
	c.look(number)
	if err != nil || !c.fill(draft.ID) {
		return
	}
	for i := range c.rand.IntN(3) {
		c.upload(draft.ID, fmt.Sprintf("%d-%d.pdf", n, i))
	}
	port := c.submit(draft.ID, number)
	if port == "" {
		return
	}
	for i := range c.rand.IntN(4) {
		body := fmt.Sprintf("comment %d-%d", n, i)
		_ = c.change(effect{"comment", body}, func(ctx context.Context) error {
			_, err := c.client.Comments.Create(ctx, port, porting.CommentCreate{Body: body})
			return err
		})
	}
	c.follow(port, number)
}

// call makes a call, and gives up on one in a hundred.
func (c *caller) call(do func(ctx context.Context) error) error {
	ctx := c.t.Context()
	if c.rand.IntN(100) == 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, rand.N(5*time.Millisecond))
		defer cancel()
	}
	err := do(ctx)
	kind := ending(err)
	if kind == "" {
		c.t.Errorf("a call ended in %T: %v", err, err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.endings[kind]++
	return err
}

// change makes a call that changes something.
func (c *caller) change(e effect, do func(ctx context.Context) error) error {
	err := c.call(do)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.asked = append(c.asked, change{e, outcomeOf(err)})
	return err
}

// look asks for what doesn't change anything.
func (c *caller) look(number string) {
	for _, do := range []func(ctx context.Context) error{
		func(ctx context.Context) error {
			_, err := c.client.Portability.Check(ctx, number, wireline, taken)
			return err
		},
		func(ctx context.Context) error {
			_, err := c.client.Drafts.List(ctx, &porting.DraftListOptions{Search: number})
			return err
		},
		func(ctx context.Context) error {
			return drain(c.client.PortRequests.All(ctx, &porting.PortRequestListOptions{Search: number[:9], PerPage: 50}))
		},
	} {
		_ = c.call(do)
	}
}

// fill fills in a draft, and tells whether it could.
func (c *caller) fill(draft porting.DraftID) bool {
	var subs []porting.DraftSubRequest
	err := c.call(func(ctx context.Context) (err error) {
		subs, err = c.client.Drafts.ListSubRequests(ctx, draft)
		return err
	})
	if err != nil || len(subs) == 0 { // null for arrays
		return false
	}
	var windows []porting.FOCWindow
	err = c.call(func(ctx context.Context) (err error) {
		windows, err = c.client.Drafts.AllowedFOCDates(ctx, draft, subs[0].ID)
		return err
	})
	if err != nil || len(windows) == 0 {
		return false
	}
	return c.call(func(ctx context.Context) error {
		_, err := c.client.Drafts.UpdateSubRequest(ctx, draft, subs[0].ID, full(windows[0].Start.Time))
		return err
	}) == nil
}

// upload adds a document to a draft, and reads it.
func (c *caller) upload(draft porting.DraftID, name string) {
	var doc *porting.SupportingDocument
	err := c.change(effect{"document", name}, func(ctx context.Context) (err error) {
		upload := paper(porting.DocumentTypeOther)
		upload.Filename, upload.Content = name, strings.NewReader(name)
		doc, err = c.client.Documents.Upload(ctx, draft, upload)
		return err
	})
	if err != nil {
		return
	}
	_ = c.call(func(ctx context.Context) error {
		_, err := c.client.Documents.Download(ctx, draft, doc.ID, io.Discard)
		return err
	})
}

// submit submits a draft, and asks whether it is if that isn't known. It returns the port request, if there is one.
func (c *caller) submit(draft porting.DraftID, number string) porting.PortRequestID {
	var submitted *porting.DraftPortRequest
	err := c.change(effect{"port request", number}, func(ctx context.Context) (err error) {
		submitted, err = c.client.Drafts.Submit(ctx, draft)
		return err
	})
	if err != nil && outcomeOf(err) == no {
		return ""
	}
	if err != nil {
		var through bool
		err = c.call(func(ctx context.Context) (err error) {
			submitted, through, err = c.client.Drafts.Submitted(ctx, draft)
			return err
		})
		if err != nil || !through {
			return ""
		}
	}
	return submitted.PortRequestID
}

// follow reads a port request, and cancels some.
func (c *caller) follow(port porting.PortRequestID, number string) {
	var subs []porting.SubRequest
	_ = c.call(func(ctx context.Context) (err error) {
		subs, err = c.client.SubRequests.List(ctx, port)
		return err
	})
	if len(subs) == 0 {
		return
	}
	for _, do := range []func(ctx context.Context) error{
		func(ctx context.Context) error {
			_, err := c.client.PortRequests.Get(ctx, port, nil)
			return err
		},
		func(ctx context.Context) error {
			_, err := c.client.SubRequests.Update(ctx, port, subs[0].ID, porting.SubRequestUpdate{Locality: porting.Set("Tacoma")})
			return err
		},
		func(ctx context.Context) error {
			_, err := c.client.Comments.List(ctx, port)
			return err
		},
	} {
		_ = c.call(do)
	}
	if c.rand.IntN(2) == 0 {
		_ = c.change(effect{"cancellation", number}, func(ctx context.Context) error {
			_, err := c.client.SubRequests.Cancel(ctx, port, subs[0].ID)
			return err
		})
	}
}

// effects counts what the sandbox has, in a snapshot: no call and no fault comes in between.
func effects(t *testing.T, server *portingtest.Server) map[effect]int {
	t.Helper()
	type numbers []struct {
		Number string `json:"phone_number"`
	}
	var state struct {
		Drafts []struct {
			Numbers   numbers `json:"phone_numbers"`
			Documents []struct {
				Key string `json:"key"`
			} `json:"supporting_documents"`
		} `json:"draft_port_requests"`
		PortRequests []struct {
			Numbers  numbers `json:"phone_numbers"`
			Comments []struct {
				Body   string `json:"body"`
				UserID string `json:"user_id"`
			} `json:"comments"`
			SubRequests []struct {
				Status string `json:"status"`
			} `json:"sub_requests"`
		} `json:"port_requests"`
	}
	require.NoError(t, json.Unmarshal(server.Snapshot(), &state))
	count := map[effect]int{}
	for _, draft := range state.Drafts {
		count[effect{"draft", draft.Numbers[0].Number}]++
		for _, doc := range draft.Documents {
			count[effect{"document", path.Base(doc.Key)}]++
		}
	}
	for _, port := range state.PortRequests {
		number := port.Numbers[0].Number
		count[effect{"port request", number}]++
		for _, comment := range port.Comments {
			if comment.UserID != "" { // and not the carrier's
				count[effect{"comment", comment.Body}]++
			}
		}
		for _, sub := range port.SubRequests {
			if sub.Status == string(porting.SubRequestStatusCancelPending) {
				count[effect{"cancellation", number}]++
			}
		}
	}
	return count
}

// compare holds what the callers were told against what there is.
func (s *soak) compare(there map[effect]int) {
	s.t.Helper()
	type tally struct{ there, told, asked, happened, refused int } // asked: without being told; happened: of those
	tallies := map[string]*tally{}
	for _, change := range s.asked {
		of := tallies[change.effect.kind]
		if of == nil {
			of = new(tally)
			tallies[change.effect.kind] = of
		}
		n := there[change.effect]
		delete(there, change.effect)
		of.there += n
		switch change.outcome {
		case yes:
			of.told++
			assert.Equal(s.t, 1, n, "%v: it happened", change.effect)
		case unknown:
			of.asked++
			of.happened += n
			assert.LessOrEqual(s.t, n, 1, "%v: it may have happened", change.effect)
		case no:
			of.refused++
			assert.Zero(s.t, n, "%v: it didn't happen", change.effect)
		}
	}
	assert.Empty(s.t, there, "nobody asked for it")
	for _, kind := range slices.Sorted(maps.Keys(tallies)) {
		of := tallies[kind]
		s.t.Logf("%-12s %5d there: %d told, and %d of %d unknown; %d refused", kind, of.there, of.told, of.happened, of.asked, of.refused)
		assert.Equal(s.t, of.told+of.happened, of.there, kind)
	}
}
