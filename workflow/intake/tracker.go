package intake

import (
	"hash/maphash"
	"strconv"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/workflow/intake/enduser"
)

// A tracker makes rows, and knows which numbers it has accepted. It is all that grows
// with the input: some 100 bytes for each number.
type tracker struct {
	seen map[uint64]sighting
	seed maphash.Seed

	last     *enduser.Profile // whose hash is known
	lastHash uint64
}

type sighting struct {
	place   Place
	profile uint64 // its hash: the profile itself would take more room
}

func newTracker() *tracker {
	return &tracker{seen: map[uint64]sighting{}, seed: maphash.MakeSeed()}
}

// add puts what was read at a place into the row.
func (t *tracker) add(row *Row, read reading, place Place, raw string) {
	now := sighting{place: place, profile: t.hash(row.Profile)}
	for e164 := range read.all() {
		n := Number{E164: e164, Extension: read.extension, Place: place, Raw: porting.Secret(raw), Profile: row.Profile}
		digits, _ := strconv.ParseUint(e164[1:], 10, 64) // at most 15 of them
		if first, known := t.seen[digits]; known {
			row.Duplicates = append(row.Duplicates, Duplicate{Number: n, First: first.place, Conflict: first.profile != now.profile})
			continue
		}
		t.seen[digits] = now
		row.Numbers = append(row.Numbers, n)
	}
}

func (t *tracker) hash(profile *enduser.Profile) uint64 {
	if profile == nil {
		return 0
	}
	if profile != t.last {
		t.last, t.lastHash = profile, maphash.Comparable(t.seed, *profile)
	}
	return t.lastHash
}
