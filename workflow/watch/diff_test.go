package watch_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/workflow/watch"
)

const (
	one   = "+13125550100"
	two   = "+13125550101"
	three = "+13125550102"
)

func day(d int) porting.Timestamp {
	return porting.Timestamp{Time: time.Date(2026, time.March, d, 15, 0, 0, 0, time.UTC)}
}

func date(text string) (t porting.Timestamp) {
	if err := t.UnmarshalText([]byte(text)); err != nil {
		panic(err)
	}
	return t
}

func sub(id porting.SubRequestID, status porting.SubRequestStatus, foc porting.Timestamp, numbers ...string) watch.SubState {
	return watch.SubState{ID: id, SupportKey: "sr_" + string(id), Status: status, FOCDate: foc, Numbers: numbers}
}

// told writes down what matters of changes.
func told(changes []watch.Change) []string {
	var lines []string
	for _, c := range changes {
		line := fmt.Sprintf("%s %s", c.Kind, c.SubRequest)
		switch c.Kind {
		case watch.StatusChanged, watch.Exception:
			line += fmt.Sprintf(" %s>%s", c.OldStatus, c.Status)
		case watch.FOCSet, watch.FOCMoved, watch.FOCCleared:
			line += fmt.Sprintf(" %s>%s", c.OldFOCDate.Format(time.DateOnly), c.FOCDate.Format(time.DateOnly))
		case watch.NumberMoved:
			line += fmt.Sprintf(" %s from %s", c.Number, c.OldSubRequest)
		default:
		}
		if c.Comment != nil {
			line += " " + c.Comment.Body
		}
		if c.Document != nil {
			line += " " + string(c.Document.ID)
		}
		if c.First {
			line += " first"
		}
		lines = append(lines, line)
	}
	return lines
}

func TestDiff(t *testing.T) {
	t.Parallel()
	comment := func(id porting.CommentID, on porting.SubRequestID, user string, at int) porting.Comment {
		return porting.Comment{ID: id, Body: "says " + string(id), SubRequestID: on, UserID: user, CreatedAt: day(at)}
	}
	none := porting.Timestamp{}
	for _, test := range []struct {
		name          string
		before, after *watch.State
		want          []string
	}{
		{"nothing was and is", nil, nil, nil},
		{"the same", &watch.State{SubRequests: []watch.SubState{sub("a", "submitted", day(5), one)}, Comments: []porting.Comment{comment("c", "a", "", 1)}},
			&watch.State{SubRequests: []watch.SubState{sub("a", "submitted", day(5), one)}, Comments: []porting.Comment{comment("c", "a", "", 1)}}, nil},
		{"appeared", nil, &watch.State{
			SubRequests: []watch.SubState{sub("a", "exception", none, one), sub("b", "ported", day(5), two)},
			Comments:    []porting.Comment{comment("c", "a", "", 1)}, Documents: []porting.SupportingDocument{{ID: "d"}},
		}, []string{
			"appeared  first", "exception a >exception says c first", "status-changed b >ported first", "foc-set b >2026-03-05 first",
			"comment-added a says c first", "document-added  d first",
		}},
		{"gone", &watch.State{SubRequests: []watch.SubState{sub("a", "submitted", none)}}, nil, []string{"gone "}},
		{"status", &watch.State{SubRequests: []watch.SubState{sub("a", "submitted", none)}},
			&watch.State{SubRequests: []watch.SubState{sub("a", "foc-date-confirmed", day(9))}},
			[]string{"status-changed a submitted>foc-date-confirmed", "foc-set a >2026-03-09"}},
		{"status that isn't known", &watch.State{SubRequests: []watch.SubState{sub("a", "on-hold", none)}},
			&watch.State{SubRequests: []watch.SubState{sub("a", "off-hold", none)}}, []string{"status-changed a on-hold>off-hold"}},
		{"date moved", &watch.State{SubRequests: []watch.SubState{sub("a", "foc-date-confirmed", day(9))}},
			&watch.State{SubRequests: []watch.SubState{sub("a", "foc-date-confirmed", day(12))}}, []string{"foc-moved a 2026-03-09>2026-03-12"}},
		{"date becomes a time", &watch.State{SubRequests: []watch.SubState{sub("a", "foc-date-confirmed", date("2026-03-09"))}},
			&watch.State{SubRequests: []watch.SubState{sub("a", "foc-date-confirmed", date("2026-03-09T00:00:00Z"))}}, []string{"foc-moved a 2026-03-09>2026-03-09"}},
		{"the same date in another zone", &watch.State{SubRequests: []watch.SubState{sub("a", "submitted", date("2026-03-09T15:00:00Z"))}},
			&watch.State{SubRequests: []watch.SubState{sub("a", "submitted", date("2026-03-09T09:00:00-06:00"))}}, nil},
		{"exception takes the date away", &watch.State{SubRequests: []watch.SubState{sub("a", "foc-date-confirmed", day(9))}, Comments: []porting.Comment{}},
			&watch.State{SubRequests: []watch.SubState{sub("a", "exception", none)}, Comments: []porting.Comment{comment("new", "a", "", 3), comment("old", "a", "", 2), comment("mine", "a", "u", 4), comment("other", "b", "", 5)}},
			[]string{"exception a foc-date-confirmed>exception says new", "foc-cleared a 2026-03-09>", "comment-added a says new", "comment-added a says old", "comment-added a says mine", "comment-added  says other"}},
		{"exception explained to the whole port request", &watch.State{SubRequests: []watch.SubState{sub("a", "submitted", none)}, Comments: []porting.Comment{comment("c", "", "", 1)}},
			&watch.State{SubRequests: []watch.SubState{sub("a", "exception", none)}, Comments: []porting.Comment{comment("c", "", "", 1)}},
			[]string{"exception a submitted>exception says c"}},
		{"exception without a comment", &watch.State{SubRequests: []watch.SubState{sub("a", "submitted", none)}},
			&watch.State{SubRequests: []watch.SubState{sub("a", "exception", none)}}, []string{"exception a submitted>exception"}},
		{"split", &watch.State{SubRequests: []watch.SubState{sub("a", "submitted", none, one, two)}},
			&watch.State{SubRequests: []watch.SubState{sub("a", "submitted", none, one), sub("b", "submitted", none, two)}},
			[]string{"number-moved b " + two + " from a", "status-changed b >submitted"}},
		{"out of all sub requests", &watch.State{SubRequests: []watch.SubState{sub("a", "submitted", none, one, two)}},
			&watch.State{SubRequests: []watch.SubState{sub("a", "submitted", none, one)}, Unassigned: []string{two}}, []string{"number-moved  " + two + " from a"}},
		{"into a sub request, which ends another", &watch.State{SubRequests: []watch.SubState{sub("a", "submitted", none, one), sub("b", "submitted", none, two)}, Unassigned: []string{three}},
			&watch.State{SubRequests: []watch.SubState{sub("a", "submitted", none, one, two, three)}},
			[]string{"number-moved a " + two + " from b", "number-moved a " + three + " from ", "gone b"}},
		{"numbers that were not read", &watch.State{SubRequests: []watch.SubState{sub("a", "submitted", none, one)}},
			&watch.State{SubRequests: []watch.SubState{sub("a", "submitted", none)}}, nil},
		{"comments read for the first time", &watch.State{}, &watch.State{Comments: []porting.Comment{comment("c", "", "", 1)}}, []string{"comment-added  says c first"}},
		{"comments that were not read", &watch.State{Comments: []porting.Comment{comment("c", "", "", 1)}}, &watch.State{}, nil},
		{"comment", &watch.State{Comments: []porting.Comment{}}, &watch.State{Comments: []porting.Comment{comment("c", "", "", 1)}}, []string{"comment-added  says c"}},
		{"document", &watch.State{Documents: []porting.SupportingDocument{{ID: "d"}}},
			&watch.State{Documents: []porting.SupportingDocument{{ID: "d"}, {ID: "e"}}}, []string{"document-added  e"}},
		{"complete", &watch.State{SubRequests: []watch.SubState{sub("a", "submitted", none)}}, &watch.State{SubRequests: []watch.SubState{sub("a", "ported", none)}, Complete: true},
			[]string{"status-changed a submitted>ported", "completed "}},
		{"complete before", &watch.State{Complete: true}, &watch.State{Complete: true}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, test.want, told(watch.Diff(test.before, test.after)))
		})
	}
}

// TestDiffTellsTheNumbers looks at the numbers of each change: those of its sub request, and
// none of a change that is one of the whole port request.
func TestDiffTellsTheNumbers(t *testing.T) {
	t.Parallel()
	before := &watch.State{
		SubRequests: []watch.SubState{sub("a", "submitted", porting.Timestamp{}, one, two), sub("b", "submitted", porting.Timestamp{}, three)},
		Comments:    []porting.Comment{},
	}
	after := &watch.State{
		SubRequests: []watch.SubState{sub("a", "ported", day(3), one, three)}, Unassigned: []string{two}, Complete: true,
		Comments: []porting.Comment{{ID: "1", SubRequestID: "a"}, {ID: "2"}},
	}
	numbers := map[string][]string{}
	for _, change := range watch.Diff(before, after) {
		numbers[told([]watch.Change{change})[0]] = change.Numbers
	}
	assert.Equal(t, map[string][]string{
		"number-moved a " + three + " from b": {one, three}, "status-changed a submitted>ported": {one, three},
		"foc-set a >2026-03-03": {one, three}, "comment-added a ": {one, three}, "gone b": {three},
		"number-moved  " + two + " from a": nil, "comment-added  ": nil, "completed ": nil,
	}, numbers)
}

func TestStateOf(t *testing.T) {
	t.Parallel()
	number := func(n string, in porting.SubRequestID) porting.PortRequestPhoneNumber {
		return porting.PortRequestPhoneNumber{PhoneNumber: n, SubRequestID: in}
	}
	p := &porting.PortRequest{
		ID: "p", SupportKey: "pr_1",
		PhoneNumbers: []porting.PortRequestPhoneNumber{number(one, "a"), number(two, ""), number(three, "b")},
		SubRequests:  []porting.SubRequest{{ID: "a", SupportKey: "sr_a", Status: "ported", FOCDate: day(3)}, {ID: "b", SupportKey: "sr_b", Status: "cancelled"}},
	}
	state := watch.StateOf(p, nil, nil)
	assert.Equal(t, &watch.State{
		ID: "p", SupportKey: "pr_1", Unassigned: []string{two},
		SubRequests: []watch.SubState{sub("a", "ported", day(3), one), sub("b", "cancelled", porting.Timestamp{}, three)},
	}, state)

	p.PhoneNumbers[1].SubRequestID = "b"
	assert.True(t, watch.StateOf(p, nil, nil).Complete, "all sub requests are terminal, and hold all numbers")
	p.SubRequests[0].Status = "porting"
	assert.False(t, watch.StateOf(p, nil, nil).Complete)
	assert.False(t, watch.StateOf(&porting.PortRequest{}, nil, nil).Complete, "without a sub request nothing is done")

	p = &porting.PortRequest{SubRequests: []porting.SubRequest{{ID: "a", PhoneNumbers: []porting.PortRequestPhoneNumber{number(one, "")}}}}
	assert.Equal(t, []string{one}, watch.StateOf(p, nil, nil).SubRequests[0].Numbers, "of the sub request, if the port request has none")
}

func TestChangeString(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		want   string
		change watch.Change
	}{
		{"sr_1: submitted → exception", watch.Change{Kind: watch.Exception, SupportKey: "sr_1", OldStatus: "submitted", Status: "exception", Comment: &porting.Comment{Body: "private"}}},
		{"sr_1: in-process", watch.Change{Kind: watch.StatusChanged, SupportKey: "sr_1", Status: "in-process"}},
		{"sr_1: FOC date 2026-03-03T15:00:00Z", watch.Change{Kind: watch.FOCSet, SupportKey: "sr_1", FOCDate: day(3)}},
		{"sr_1: FOC date 2026-03-03T15:00:00Z → 2026-03-04T15:00:00Z", watch.Change{Kind: watch.FOCMoved, SupportKey: "sr_1", OldFOCDate: day(3), FOCDate: day(4)}},
		{"sr_1: number-moved", watch.Change{Kind: watch.NumberMoved, SupportKey: "sr_1", Number: one}},
		{"poll-failed", watch.Change{Kind: watch.PollFailed}},
	} {
		assert.Equal(t, test.want, test.change.String())
	}
}

// TestDiffLeavesStatesAlone also walks every pair of some states there and back.
func TestDiffLeavesStatesAlone(t *testing.T) {
	t.Parallel()
	states := []*watch.State{
		{ID: "p"},
		{ID: "p", SubRequests: []watch.SubState{sub("a", "submitted", day(1), one, two)}},
		{ID: "p", SubRequests: []watch.SubState{sub("a", "exception", day(2), one), sub("b", "x", day(1), two)}, Complete: true},
		{ID: "p", SubRequests: []watch.SubState{sub("b", "ported", porting.Timestamp{}, one)}, Unassigned: []string{two}, Comments: []porting.Comment{{ID: "c"}}},
	}
	for i, before := range states {
		for j, after := range states {
			was, now := fmt.Sprintf("%#v", before), fmt.Sprintf("%#v", after)
			changes := watch.Diff(before, after)
			require.Equal(t, was, fmt.Sprintf("%#v", before))
			require.Equal(t, now, fmt.Sprintf("%#v", after))
			require.Equal(t, i == j, len(changes) == 0, "%d to %d", i, j)
		}
	}
}
