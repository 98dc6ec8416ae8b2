package drafts_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/portingtest"
	"github.com/numberporting/porting/workflow/drafts"
)

// wholeDraft reads a draft with all that it has.
func wholeDraft(t *testing.T, client *porting.Client, id porting.DraftID) *porting.DraftPortRequest {
	t.Helper()
	d, err := client.Drafts.Get(t.Context(), id, &porting.GetOptions{IncludeSubRequests: porting.Set(true)})
	require.NoError(t, err)
	return d
}

func TestSplitDraft(t *testing.T) {
	t.Parallel()
	server := portingtest.NewServer()
	t.Cleanup(server.Close)
	id, subs := server.AddDraft("+13125550100", "+13125550160", "+13125550101", "+18005550102")
	draft := wholeDraft(t, server.Client(), id)

	split := drafts.SplitDraft(draft)
	require.Len(t, split.Rows, 4)
	assert.Equal(t, subs, split.SubRequests())
	assert.Equal(t, []string{"+13125550100", "+13125550101"}, split.In(subs[0]))
	assert.Empty(t, split.In(""))
	row, ok := split.Of("+13125550160")
	require.True(t, ok)
	assert.Equal(t, drafts.SplitRow{
		Number: "+13125550160", SubRequest: subs[1], Carrier: "Tumbleweed Wireless",
		Category: porting.CoverageCategoryNANPGeneric, Service: porting.ServiceTypeWireless, Status: "complete",
	}, row)
	_, ok = split.Of("+13125550199")
	assert.False(t, ok)

	withoutSubs := *draft
	withoutSubs.SubRequests = nil
	withoutNumbers := *draft
	withoutNumbers.PhoneNumbers = nil
	assert.Empty(t, drafts.SplitDraft(&withoutSubs).Rows[0].Status, "nobody said so")
	assert.ElementsMatch(t, split.Rows, drafts.SplitDraft(&withoutNumbers).Rows)
}

func TestSplitPortRequest(t *testing.T) {
	t.Parallel()
	server := portingtest.NewServer()
	t.Cleanup(server.Close)
	id, subs := server.AddPortRequest("+13125550100", "+13125550101", "+13125550160")
	server.Script("+13125550101", portingtest.Step{Unassign: true})
	server.Move(subs[1], porting.SubRequestStatusException)
	port, err := server.Client().PortRequests.Get(t.Context(), id, &porting.GetOptions{IncludeSubRequests: porting.Set(true)})
	require.NoError(t, err)

	split := drafts.SplitPortRequest(port)
	assert.Equal(t, []string{"+13125550101"}, split.In(""))
	for number, status := range map[string]porting.SubRequestStatus{
		"+13125550100": porting.SubRequestStatusInProcess,
		"+13125550101": porting.SubRequestStatusUnassigned,
		"+13125550160": porting.SubRequestStatusException,
	} {
		row, ok := split.Of(number)
		require.True(t, ok)
		assert.Equal(t, status, row.Status)
	}
}

// TestSplitOfContradictions has numbers that the two lists of a draft place differently.
func TestSplitOfContradictions(t *testing.T) {
	t.Parallel()
	number := func(number string, sub porting.SubRequestID, carrier string) porting.DraftPortRequestPhoneNumber {
		return porting.DraftPortRequestPhoneNumber{PhoneNumber: number, SubRequestID: sub, CarrierName: carrier}
	}
	split := drafts.SplitDraft(&porting.DraftPortRequest{
		PhoneNumbers: []porting.DraftPortRequestPhoneNumber{
			number("+13125550100", "", ""), number("+13125550101", "a", ""), number("+13125550102", "", "Carrier"),
		},
		SubRequests: []porting.DraftSubRequest{
			{ID: "a", Complete: true, PhoneNumbers: []porting.DraftPortRequestPhoneNumber{
				number("+13125550100", "", "Carrier"), number("+13125550101", "a", "Carrier"), number("+13125550103", "a", ""),
			}},
			{ID: "b", PhoneNumbers: []porting.DraftPortRequestPhoneNumber{number("+13125550101", "b", "")}},
		},
	})
	assert.Equal(t, []drafts.SplitRow{
		{Number: "+13125550100", SubRequest: "a", Carrier: "Carrier", Status: "complete"},
		{Number: "+13125550101", SubRequest: "a", Carrier: "Carrier", Status: "complete"},
		{Number: "+13125550102", Carrier: "Carrier", Status: porting.SubRequestStatusUnassigned},
		{Number: "+13125550103", SubRequest: "a", Status: "complete"},
		{Number: "+13125550101", SubRequest: "b", Status: "incomplete"},
	}, split.Rows)
	row, _ := split.Of("+13125550101")
	assert.Equal(t, porting.SubRequestID("a"), row.SubRequest)
}

func TestSplitShowsNumbersInItsTableOnly(t *testing.T) {
	t.Parallel()
	split := drafts.SplitDraft(&porting.DraftPortRequest{PhoneNumbers: []porting.DraftPortRequestPhoneNumber{
		{PhoneNumber: "+13125550100", SubRequestID: "sub", CarrierName: "A\tB\x1b[31m"},
	}})
	var text bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
		fmt.Fprintf(&text, verb+" ", split)
		fmt.Fprintf(&text, verb+" ", &split)
		fmt.Fprintf(&text, verb+" ", split.Rows)
		fmt.Fprintf(&text, verb+" ", split.Rows[0])
	}
	for _, handler := range []slog.Handler{slog.NewTextHandler(&text, nil), slog.NewJSONHandler(&text, nil)} {
		slog.New(handler).InfoContext(t.Context(), "x", "split", split, "row", split.Rows[0])
	}
	assert.NotContains(t, text.String(), "5550100")
	assert.Contains(t, text.String(), "sub requests: 1, numbers in them: 1, in none: 0")
	assert.Contains(t, split.String(), "+13125550100  sub          A B [31m")
	assert.Equal(t, "NUMBER  SUB REQUEST  CARRIER  CATEGORY  SERVICE  STATUS\n", drafts.Split{}.String())
}
