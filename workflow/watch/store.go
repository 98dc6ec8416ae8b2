package watch

import (
	"context"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/numberporting/porting"
)

// A Store keeps what [Events] has delivered, so that the next one goes on from there. It
// belongs to one account on one server, and to one loop at a time. What it holds is personal
// data: phone numbers. [MemoryStore] and [FileStore] are stores; a [SharedStore] is one for
// several loops.
type Store interface {
	// Load returns all records, in any order.
	Load(ctx context.Context) ([]Record, error)

	// Save puts records in the place of those with the same id, adds those that are new, and
	// removes those that are to be dropped: all of it or, with an error, nothing. When it
	// returns, that is stored for good.
	Save(ctx context.Context, put []Record, drop []porting.PortRequestID) error
}

// A Record is what a [Store] keeps of a port request. Of comments and documents, its state
// has the ids only.
type Record struct {
	State

	Revision  int       `json:"revision"`            // how often it has changed
	ReadAt    time.Time `json:"read_at"`             // when it was last seen to have changed
	DetailsAt time.Time `json:"details_at,omitzero"` // when its comments and documents were last read; zero: they are to be read next
	Gone      bool      `json:"gone,omitzero"`       // it isn't there any more
}

// done tells whether there is nothing more to read.
func (r *Record) done() bool { return r.Gone || r.Complete }

// over tells whether there is nothing more to read, not even comments and documents. It may be
// asked of nil, which is not over.
func (r *Record) over() bool { return r != nil && r.done() && (r.Gone || !r.DetailsAt.IsZero()) }

// A MemoryStore is a [Store] that is lost with its process. Its zero value is ready and empty.
type MemoryStore struct {
	mutex   sync.Mutex
	records map[porting.PortRequestID]Record
}

// Load returns all records, in order of their ids.
func (s *MemoryStore) Load(context.Context) ([]Record, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return sorted(s.records), nil
}

// Save never fails.
func (s *MemoryStore) Save(_ context.Context, put []Record, drop []porting.PortRequestID) error {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.records = replaced(s.records, put, drop)
	return nil
}

func sorted(records map[porting.PortRequestID]Record) []Record {
	return slices.SortedFunc(maps.Values(records), func(a, b Record) int { return strings.Compare(string(a.ID), string(b.ID)) })
}

// replaced changes the map, or makes it if there is none.
func replaced(records map[porting.PortRequestID]Record, put []Record, drop []porting.PortRequestID) map[porting.PortRequestID]Record {
	if records == nil {
		records = make(map[porting.PortRequestID]Record, len(put))
	}
	for _, record := range put {
		records[record.ID] = record
	}
	for _, id := range drop {
		delete(records, id)
	}
	return records
}
