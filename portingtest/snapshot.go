package portingtest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// snapshotVersion is the version of a snapshot's form. What an older sandbox
// would misread is a new version.
const snapshotVersion = 1

// snapshot is a state as it is saved.
type snapshot struct {
	Version      int            `json:"version"`
	State        *state         `json:"state"`
	Drafts       []*draft       `json:"draft_port_requests"`
	PortRequests []*portRequest `json:"port_requests"`
}

// Snapshot gives all that the sandbox knows: what was created and stored, the
// clock and what it will bring, the seed and the counters of the ids, the
// violations, and the options that shape answers: the timings, the fates of
// [WithNumber], [WithDocumentsOptional] and [WithUploadKey]. The credentials,
// the other options, the faults and the record of requests aren't in it.
//
// It is indented JSON, the same for the same state, for golden tests and for
// [Server.Restore]. Nothing in it is masked: PINs, account numbers and the
// documents' contents are there in clear.
func (s *Server) Snapshot() []byte {
	s.lock()
	defer s.mu.Unlock()
	text, _ := jsonv2.Marshal(snapshot{ // its times are bounded, and the rest can be written
		Version:      snapshotVersion,
		State:        &s.box.state,
		Drafts:       s.box.Drafts.list(),
		PortRequests: s.box.PortRequests.list(),
	}, asEver, jsontext.WithIndent("  "), jsontext.EscapeForHTML(false))
	return append(text, '\n')
}

// Restore puts the sandbox into the state of a snapshot, of this or of another
// sandbox. From then on both give the same answers to the same requests, but for
// the address of the storage host and with their own credentials. What isn't a
// snapshot, or is one of a newer version of this package, is an error and
// changes nothing.
func (s *Server) Restore(data []byte) error {
	restored, err := readSnapshot(data)
	if err != nil {
		return fmt.Errorf("portingtest: can't restore: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.box.state = *restored
	s.box.ticked, s.box.fraction = time.Now(), 0
	return nil
}

// readSnapshot gives the state of a snapshot, which a sandbox can go on from.
func readSnapshot(data []byte) (*state, error) {
	var head struct {
		Version int `json:"version"`
	}
	if err := json.Unmarshal(data, &head); err != nil {
		return nil, fmt.Errorf("not a snapshot: %w", err)
	}
	switch {
	case head.Version < 1:
		return nil, errors.New("not a snapshot: it has no version")
	case head.Version > snapshotVersion:
		return nil, fmt.Errorf("the snapshot has version %d, and the newest known is %d", head.Version, snapshotVersion)
	}
	var saved snapshot
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&saved); err != nil {
		return nil, fmt.Errorf("not a snapshot: %w", err)
	}
	if saved.State == nil || saved.State.UserID == "" {
		return nil, errors.New("not a snapshot: it has no state")
	}
	if err := saved.fill(); err != nil {
		return nil, fmt.Errorf("a broken snapshot: %w", err)
	}
	return saved.State, nil
}

// fill puts the records into the state, makes the maps that were left out, and
// tells whether a sandbox can go on from there.
func (saved *snapshot) fill() error {
	st := saved.State
	var err error
	if st.Drafts, err = newRecords(saved.Drafts, func(d *draft) string { return d.ID }); err != nil {
		return err
	}
	if st.PortRequests, err = newRecords(saved.PortRequests, func(p *portRequest) string { return p.ID }); err != nil {
		return err
	}
	st.Settings.Timings.fill()
	st.Settings.Fates = orEmpty(st.Settings.Fates)
	st.FirstSeen = orEmpty(st.FirstSeen)
	st.Taken = orEmpty(st.Taken)
	st.Scripts = orEmpty(st.Scripts)
	st.Uploads = orEmpty(st.Uploads)
	st.Objects = orEmpty(st.Objects)
	if err := st.check(); err != nil {
		return err
	}
	b := sandbox{state: *st}
	for _, d := range saved.Drafts {
		expires := slices.ContainsFunc(b.Queue, func(e event) bool { return e.DraftID == d.ID })
		if d.PortRequestID == "" && !expires {
			b.expire(d)
		}
	}
	*st = b.state
	return nil
}

// list gives the records in their order.
func (r *records[T]) list() []*T {
	list := make([]*T, len(r.Order))
	for i, id := range r.Order {
		list[i] = r.ByID[id]
	}
	return list
}

// newRecords gives the records of a list, each of which needs an id of its own.
func newRecords[T any](list []*T, id func(*T) string) (records[T], error) {
	r := records[T]{ByID: make(map[string]*T, len(list))}
	for _, record := range list {
		if record == nil || id(record) == "" || r.ByID[id(record)] != nil {
			return r, errors.New("a draft or port request has no id of its own")
		}
		r.add(id(record), record)
	}
	return r, nil
}

func orEmpty[V any](m map[string]V) map[string]V {
	if m == nil {
		return map[string]V{}
	}
	return m
}

// check tells whether what refers to something in the state finds it, so that a
// snapshot that was edited can't break the sandbox later.
func (st *state) check() error {
	if !bounded(st.Clock).Equal(st.Clock) {
		return errors.New("the clock is out of bounds")
	}
	for _, d := range st.Drafts.ByID {
		parts := make([]membership, len(d.SubRequests))
		for i, sub := range d.SubRequests {
			if sub == nil {
				return fmt.Errorf("a sub request of draft %s is null", d.ID)
			}
			parts[i] = membership{sub.ID, sub.Numbers}
		}
		if err := checkNumbers(d.Numbers, parts); err != nil {
			return fmt.Errorf("draft %s: %w", d.ID, err)
		}
		if d.PortRequestID != "" && st.PortRequests.ByID[d.PortRequestID] == nil {
			return fmt.Errorf("draft %s: its port request isn't there", d.ID)
		}
	}
	for _, p := range st.PortRequests.ByID {
		parts := make([]membership, len(p.SubRequests))
		for i, sub := range p.SubRequests {
			if sub == nil || sub.Status == "" {
				return fmt.Errorf("a sub request of port request %s has no status", p.ID)
			}
			if sub.ScriptOf != "" && p.index(sub.ScriptOf) < 0 {
				return fmt.Errorf("a sub request of port request %s has the script of another", p.ID)
			}
			parts[i] = membership{sub.ID, sub.Numbers}
		}
		if err := checkNumbers(p.Numbers, parts); err != nil {
			return fmt.Errorf("port request %s: %w", p.ID, err)
		}
	}
	return st.checkQueue()
}

// checkQueue tells whether what the clock will bring has somebody to be brought
// to, and is in order.
func (st *state) checkQueue() error {
	for _, e := range st.Queue {
		if err := st.checkEvent(e); err != nil {
			return err
		}
	}
	for _, w := range st.Waiting {
		if w.Request.route() == nil || w.Left < 0 {
			return errors.New("a request that waits is none of the API")
		}
	}
	if !slices.IsSortedFunc(st.Queue, event.compare) || len(st.Queue) > 0 && st.Queue[0].At.Before(st.Clock) {
		return errors.New("what the clock will bring is out of order")
	}
	return nil
}

// checkEvent tells whether an event is one thing, for somebody who is there.
func (st *state) checkEvent(e event) error {
	ofSub := e.PortRequestID != "" || e.SubRequestID != "" || e.Action != ""
	switch {
	case e.Request != nil && e.Request.route() == nil:
		return errors.New("the clock would bring a request that is none of the API")
	case e.Request == nil && e.DraftID != "" && st.Drafts.ByID[e.DraftID] == nil:
		return errors.New("the clock would bring something to a draft that isn't there")
	case e.Request != nil || e.DraftID != "":
		if ofSub || e.Request != nil && e.DraftID != "" {
			return errors.New("the clock would bring two things at once")
		}
		return nil
	}
	p := st.PortRequests.ByID[e.PortRequestID]
	if p == nil || p.subRequest(e.SubRequestID) == nil || e.Action == "" {
		return errors.New("the clock would bring something to a sub request that isn't there")
	}
	return nil
}

// membership is a sub request with the indexes of its numbers.
type membership struct {
	id      string
	numbers []int
}

// checkNumbers tells whether numbers and sub requests agree on who is where.
func checkNumbers(numbers []number, parts []membership) error {
	in := make([]string, len(numbers))
	for _, part := range parts {
		if part.id == "" {
			return errors.New("a sub request has no id")
		}
		for _, i := range part.numbers {
			if i < 0 || i >= len(numbers) || in[i] != "" {
				return fmt.Errorf("the sub request %s has numbers that it can't have", part.id)
			}
			in[i] = part.id
		}
	}
	for i, n := range numbers {
		if n.PhoneNumber == "" || n.SubRequestID != in[i] {
			return fmt.Errorf("phone number %d isn't in the sub request that it names", i)
		}
	}
	return nil
}

// valid gives a text as JSON can hold it: UTF-8.
func valid(text string) string { return strings.ToValidUTF8(text, "\uFFFD") }
