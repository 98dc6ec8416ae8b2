// Package model is a formal model of how drafts.Run creates a draft and submits it when
// answers are lost, effects come late and processes crash. [Explore] visits every state that
// can be reached within the bounds of a [Config].
//
// Time is counted in ticks. A request whose answer was lost acts within Config.Late ticks
// or never. All lists are current: what the server has done, the next look sees. Filling in,
// documents, deletion and the ends of a port are left out. With [Config].Changed there are
// two sets of numbers that overlap, and each run is for one of them.
package model

import (
	"cmp"
	"fmt"
	"slices"
)

// A Config bounds what is explored, and says what is left out of the code.
type Config struct {
	Processes int // 1 or 2, for the same numbers
	Crashes   int // of all processes
	Lost      int // answers that are lost, to a send or to a look
	Reruns    int // runs after one that ended without a port request

	Late      int // within so many ticks a request acts of which nobody awaits the answer
	LookAgain int // RunOptions.LookAgain, in ticks
	Settle    int // RunOptions.Settle, in ticks

	SharedJournal bool // one journal for both processes, which only one has open; else each has its own
	Drafted       bool // the draft is there from the start, and only submit is explored
	TakesSecond   bool // the server takes a second submit of a draft; else it refuses it
	Changed       bool // a run may have another set, with some of the numbers; only one process at a time has the journal then

	NoLookAgain bool // Ensure and Submit give up after the first look for a lost answer's effect
	NoLook      bool // a step that was cut off is sent again without a look
	NoSettle    bool // a step that was cut off goes on at once
	NoOthers    bool // a run doesn't wait for what was sent for another set
	NoJournal   bool // no run knows of those before
	NoLock      bool // the processes don't share a Locker
	TellFailed  bool // a run whose last look sees nothing tells that the step failed, not that it is unknown
	TellDone    bool // such a run tells that the step is done
}

// A kind is what a request asks for.
type kind int

const (
	create kind = iota // Drafts.Create
	submit             // Drafts.Submit
)

// String returns the name of the method.
func (k kind) String() string { return [...]string{"create", "submit"}[k] }

// An at is where a process stands in its step.
type at int

const (
	stopped   at = iota // crashed, or not started yet
	ended               // the run has returned
	settling            // in RunOptions.settleOthers
	resuming            // before setRun.resume
	beginning           // in setRun.journaled, before the entry that says begun
	locking             // before EnsureOptions.Lock
	looking             // before the look that comes before a send
	sending             // before the send
	waiting             // for the answer
	looking1            // the answer is lost: before the first look of lookTwice
	sleeping            // in lookTwice
	looking2            // before the second look of lookTwice
	refused             // a submit was refused: before the look at whether another has submitted
	storing             // before the entry that says done
)

// An answer is what the server has said to a request that is waited for.
type answer int

const (
	none answer = iota
	yes
	no
)

type process struct {
	at     at
	set    int // the set of numbers, 0 or 1
	step   kind
	answer answer
	settle int  // ticks until Settle has passed since the run began
	sleep  int  // ticks until lookTwice looks again
	again  bool // the step was cut off in a run before; kept only for NoLook
}

// A request is one that the server hasn't acted on. With left 0 it is none.
type request struct {
	kind  kind
	owner int
	set   int
	left  int // ticks in which it can still act; awaited: the owner waits for the answer
}

const awaited = 100

// A journal is what drafts.state keeps of the set.
type journal struct {
	open  [2]bool // steps that began and have no end
	draft bool    // the draft's id is known
}

// A state is all that decides what can happen next. It is comparable.
type state struct {
	process                      [2]process
	request                      [6]request // sorted, so that states that differ in their order are one
	journal                      [2]journal // of a process or, with Changed, of a set
	holder                       int        // the set of the first draft
	locked                       int        // the process that has the lock, from 1
	made                         [2]int     // drafts created, submits that took effect
	crashes, lost, reruns, fault int        // fault is the index of what is broken, from 1
}

// faults are the ways to break the property.
var faults = []string{
	"", "two drafts have the numbers", "two submits took effect",
	"told that it is there, and it isn't", "told that it failed, and it is there or may still come",
}

// A Result is what an exploration has found.
type Result struct {
	States, Steps, Depth int
	Fault                string   // empty if nothing can go wrong
	Trace                []string // the shortest way to it
}

// Explore visits all states, the nearest first, until one breaks the property: there are
// never two drafts of the numbers nor two submits that took effect, and what a run tells is true.
func Explore(c Config) Result {
	type origin struct {
		from  state
		what  string
		depth int
	}
	first := state{crashes: c.Crashes, lost: c.Lost, reruns: c.Reruns}
	if c.Drafted {
		first.made[create] = 1
		for i := range first.journal {
			first.journal[i].draft = !c.NoJournal
		}
	}
	seen := map[state]origin{first: {}}
	queue := []state{first}
	var r Result
	for len(queue) > 0 {
		s := queue[0]
		queue = queue[1:]
		r.Depth = seen[s].depth
		if s.fault != 0 {
			r.Fault = faults[s.fault]
			for at := s; at != first; at = seen[at].from {
				r.Trace = append(r.Trace, seen[at].what)
			}
			slices.Reverse(r.Trace)
			break
		}
		c.actions(s, func(next state, format string, args ...any) {
			r.Steps++
			next.normalize()
			if _, ok := seen[next]; !ok {
				seen[next] = origin{s, fmt.Sprintf(format, args...), r.Depth + 1}
				queue = append(queue, next)
			}
		})
	}
	r.States = len(seen)
	return r
}

func (s *state) normalize() {
	slices.SortFunc(s.request[:], func(a, b request) int {
		return cmp.Or(b.left-a.left, int(b.kind-a.kind), b.owner-a.owner, b.set-a.set)
	})
}

// emit is given each state that can come next, with what leads to it.
type emit func(next state, format string, args ...any)

func (c Config) actions(s state, emit emit) {
	for i := range c.Processes {
		c.run(s, i, emit)
		c.lose(s, i, emit)
		c.crash(s, i, emit)
	}
	c.serve(s, emit)
	c.tick(s, emit)
}

// serve is the server: it acts on a request, refuses it, or drops it. Effects of lost answers are late.
func (c Config) serve(s state, emit emit) {
	for i, r := range s.request {
		if r.left == 0 {
			continue
		}
		next := s
		next.request[i] = request{}
		owner := &next.process[r.owner]
		late := r.left != awaited
		refuses := r.kind == submit && s.made[submit] > 0 && !c.TakesSecond
		if !refuses {
			acts := next
			if acts.made[r.kind]++; r.kind == create && acts.made[create] == 1 {
				acts.holder = r.set
			}
			if acts.made[r.kind] > 1 {
				acts.fault = 1 + int(r.kind)
			}
			if !late {
				acts.process[r.owner].answer = yes
			}
			emit(acts, "the server acts on %s of %s%s", r.kind, name(r.owner), map[bool]string{true: ", late"}[late])
		}
		if late {
			emit(next, "the server drops %s of %s", r.kind, name(r.owner))
			continue
		}
		owner.answer = no
		emit(next, "the server refuses %s of %s", r.kind, name(r.owner))
	}
}

// tick lets time pass. A late request that hasn't acted by then never does.
func (c Config) tick(s state, emit emit) {
	for i := range s.process {
		s.process[i].settle = max(s.process[i].settle-1, 0)
		s.process[i].sleep = max(s.process[i].sleep-1, 0)
	}
	for i := range s.request {
		if r := &s.request[i]; r.left != awaited && r.left > 0 {
			if r.left--; r.left == 0 {
				*r = request{}
			}
		}
	}
	emit(s, "a tick passes")
}

// lose loses the answer to a call: after a send, that is porting.OutcomeUnknownError, whatever
// the server does; a look fails.
func (c Config) lose(s state, i int, emit emit) {
	p := &s.process[i]
	if s.lost == 0 {
		return
	}
	s.lost--
	step := p.step
	switch p.at {
	case waiting:
		c.letGo(&s, i)
		p.at, p.answer = looking1, none
		emit(s, "%s loses the answer to %s", name(i), step)
		return
	case looking, refused: // setRun.journaled: StateFailed, since this run has sent nothing that is in doubt
		c.write(&s, i, func(j *journal) { j.open[step] = false })
		c.end(&s, i, none)
	case looking1: // lookTwice
		p.at, p.sleep = sleeping, c.LookAgain
		if c.NoLookAgain {
			c.end(&s, i, none)
		}
	case looking2: // UnknownError.Look
		c.end(&s, i, none)
	default:
		return
	}
	emit(s, "%s fails to look at %s", name(i), step)
}

// letGo leaves what a process waits for to itself.
func (c Config) letGo(s *state, i int) {
	for j := range s.request {
		if r := &s.request[j]; r.left == awaited && r.owner == i {
			r.left = c.Late
			if r.left == 0 {
				*r = request{}
			}
		}
	}
}

// crash ends a process anywhere. The lock and the journal's file are free then, as Locker and
// OpenJournal promise.
func (c Config) crash(s state, i int, emit emit) {
	if p := s.process[i]; p.at == stopped || p.at == ended || s.crashes == 0 {
		return
	}
	s.crashes--
	c.letGo(&s, i)
	s.unlock(i)
	s.process[i] = process{}
	emit(s, "%s crashes", name(i))
}

func (s *state) unlock(i int) {
	if s.locked == i+1 {
		s.locked = 0
	}
}

// knows is the journal of a process or, with Changed, what it has of the process's set.
func (c Config) knows(s *state, i int) *journal {
	switch {
	case c.Changed:
		i = s.process[i].set
	case c.SharedJournal:
		i = 0
	}
	return &s.journal[i]
}

// write mirrors setRun.write.
func (c Config) write(s *state, i int, change func(*journal)) {
	if !c.NoJournal {
		change(c.knows(s, i))
	}
}

// end ends a run. Told no, its caller relies on it that the step's effect isn't there and won't come.
func (c Config) end(s *state, i int, told answer) {
	p := &s.process[i]
	k := p.step
	s.unlock(i)
	underWay := slices.ContainsFunc(s.request[:], func(r request) bool { return r.left > 0 && r.kind == k && r.owner == i && r.set == p.set })
	if told == no && (s.made[k] > 0 && s.holder == p.set || underWay) {
		s.fault = 4
	}
	*p = process{at: ended}
}

// run is what a process does next by itself.
func (c Config) run(s state, i int, emit emit) {
	p := &s.process[i]
	who := name(i)
	step := p.step
	look := func(free at) at { // finder.find for create, Drafts.Submitted for submit
		if s.made[step] > 0 && s.holder == p.set {
			return storing
		}
		return free
	}
	other := &s.journal[1-p.set] // with Changed
	saw := map[bool]string{true: "done", false: "not done"}[s.made[step] > 0]
	switch p.at {
	case stopped, ended: // Run is called, and OpenJournal before it
		if p.at == ended {
			if s.reruns == 0 || s.made[submit] > 0 {
				return
			}
			s.reruns--
		}
		if other := s.process[1-i].at; (c.SharedJournal || c.Changed) && other != stopped && other != ended {
			return // ErrLocked
		}
		*p = process{at: resuming, settle: c.Settle}
		if c.Changed {
			p.at, p.set = settling, 1
			emit(s, "%s runs with other numbers", who)
			p.set = 0
		}
		emit(s, "%s runs", who)
	case settling: // RunOptions.settleOthers
		if c.Changed && other.open[create] && !c.NoOthers {
			if p.settle > 0 {
				return
			}
			c.write(&s, i, func(*journal) { other.open[create] = false })
		}
		p.at = resuming
		emit(s, "%s has nothing to wait for of another set", who)
	case resuming: // setRun.resume
		if !c.knows(&s, i).draft {
			p.at = beginning
			emit(s, "%s knows no draft", who)
			return
		}
		p.step, p.at = submit, beginning
		if s.made[submit] > 0 {
			c.end(&s, i, yes)
		}
		emit(s, "%s knows the draft and reads it", who)
	case beginning: // setRun.journaled, up to its call
		open := c.knows(&s, i).open[step]
		if open && p.settle > 0 && !c.NoSettle {
			return
		}
		c.write(&s, i, func(j *journal) { j.open[step] = true })
		p.again = open && c.NoLook
		p.at = looking
		if step == create && !c.NoLock {
			p.at = locking
		}
		emit(s, "%s begins to %s", who, step)
	case locking: // EnsureOptions.Lock, in Ensure
		if s.locked != 0 {
			return
		}
		s.locked, p.at = i+1, looking
		emit(s, "%s has the lock", who)
	case looking: // ensuring.look; Drafts.Submitted in Submit and Preflight
		if p.again {
			p.at, p.again = sending, false
			emit(s, "%s doesn't look", who)
			return
		}
		if p.at = look(sending); p.at == sending && s.made[step] > 0 { // ConflictError
			c.write(&s, i, func(j *journal) { j.open[step] = false })
			c.end(&s, i, none)
			saw = "another's"
		}
		emit(s, "%s looks: %s is %s", who, step, saw)
	case sending: // as ensuring.create and submitting.submit do
		if at := slices.Index(s.request[:], request{}); at >= 0 {
			s.request[at] = request{step, i, p.set, awaited}
			p.at = waiting
			emit(s, "%s sends %s", who, step)
			return
		}
		panic("model: too many requests under way")
	case waiting: // the answer arrives
		switch {
		case p.answer == none:
			return
		case p.answer == yes:
			p.at, p.answer = storing, none
		case step == submit:
			p.at, p.answer = refused, none // isConflict
		default:
			c.write(&s, i, func(j *journal) { j.open[step] = false }) // StateFailed
			c.end(&s, i, no)
		}
		emit(s, "%s has the answer to %s", who, step)
	case refused: // submitting.submit, where isConflict
		if p.at = look(ended); p.at == ended {
			c.write(&s, i, func(j *journal) { j.open[step] = false })
			c.end(&s, i, no)
		}
		emit(s, "%s looks after the refusal: %s is %s", who, step, saw)
	case looking1: // lookTwice of ensuring and submitting
		if p.at = look(sleeping); p.at == sleeping {
			p.sleep = c.LookAgain
			if c.NoLookAgain {
				c.end(&s, i, none)
			}
		}
		emit(s, "%s looks for what came of it: %s is %s", who, step, saw)
	case sleeping: // EnsureOptions.Sleep, SubmitOptions.Sleep
		if p.sleep > 0 {
			return
		}
		p.at = looking2
		emit(s, "%s has slept", who)
	case looking2: // lookTwice; UnknownError and SubmitUnknownError leave the step begun in the journal
		switch p.at = look(ended); {
		case p.at == ended && c.TellDone:
			p.at = storing
		case p.at == ended && c.TellFailed:
			c.end(&s, i, no)
		case p.at == ended:
			c.end(&s, i, none)
		}
		emit(s, "%s looks again: %s is %s", who, step, saw)
	case storing: // Ensure has returned, then setRun.journaled stores StateDone
		s.unlock(i)
		c.write(&s, i, func(j *journal) { j.open[step], j.draft = false, true })
		if s.made[step] == 0 {
			s.fault = 3
		}
		if step == submit {
			c.end(&s, i, yes)
		} else {
			*p = process{at: beginning, set: p.set, step: submit, settle: p.settle}
		}
		emit(s, "%s is told that %s is done", who, step)
	}
}

func name(process int) string { return [...]string{"A", "B"}[process] }
