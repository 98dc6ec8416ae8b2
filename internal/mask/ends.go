package mask

// ends tells where a value may end in a text. Most values aren't in the text, and there can
// be 100,000 of them. So it hashes each run of three and of eight bytes in the text, and
// looks a value up by its last bytes, because that is where numbers differ.
type ends struct {
	short, long chain
}

// A chain leads through the places where runs of bytes with the same hash end, from the
// last to the first. 0 is no place.
type chain struct {
	size   int // of a run
	last   [1 << chainBits]int32
	before []int32 // by the place behind it
}

const (
	longRun   = 8
	chainBits = 14
)

func endsIn(text []byte) *ends {
	e := &ends{short: chain{size: fewest}, long: chain{size: longRun}}
	e.short.read(text)
	e.long.read(text)
	return e
}

func (c *chain) read(text []byte) {
	c.before = make([]int32, len(text)+1)
	for end := c.size; end <= len(text); end++ {
		last := &c.last[c.hash(text[:end])]
		c.before[end], *last = *last, int32(end) //nolint:gosec // a text of 8 kB
	}
}

// hash returns the hash of the run at the end of a text.
func (c *chain) hash(text []byte) uint32 {
	h := uint32(0)
	for _, b := range text[len(text)-c.size:] {
		h = (h ^ uint32(b)) * 0x9e3779b1
	}
	return h >> (32 - chainBits)
}

// last returns the last place where the value may end, or 0.
func (e *ends) last(value []byte) int {
	if len(value) < fewest {
		return 0
	}
	c := e.of(value)
	return int(c.last[c.hash(value)])
}

// before returns the place before that where the value may end, or 0.
func (e *ends) before(place int, value []byte) int { return int(e.of(value).before[place]) }

func (e *ends) of(value []byte) *chain {
	if len(value) < longRun {
		return &e.short
	}
	return &e.long
}
