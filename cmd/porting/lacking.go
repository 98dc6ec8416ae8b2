package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/workflow/drafts"
)

// lacking says what the sets of a plan lack, as far as that can be told before the server
// has split their drafts. A set whose profiles differ by carrier is left to the server.
func (t *tool) lacking(plan *drafts.Plan) error {
	n := 0
	for i := range plan.Sets {
		set := &plan.Sets[i]
		if !plan.Submit || len(set.Profiles.Carriers)+len(set.Profiles.Categories)+len(set.Profiles.SubRequests) > 0 {
			continue
		}
		for _, problem := range problems(set) {
			n++
			if err := t.say("set %d: %s %s", i+1, problem.Path, problem.Hint); err != nil {
				return err
			}
		}
	}
	if n > 0 {
		return needsYouf("%s before this plan can be carried out", plural(n, "thing", " is missing", "s are missing"))
	}
	return nil
}

// problems are those of a draft with one sub request that is filled in as the set says.
func problems(set *drafts.Set) []drafts.Problem {
	sub := porting.DraftSubRequest{ID: "planned"}
	text, err := json.Marshal(set.Profiles.Default)
	if err == nil {
		err = json.Unmarshal(text, &sub)
	}
	if err != nil {
		return []drafts.Problem{{Path: "profiles", Hint: fmt.Sprintf("can't be read: %v", err)}}
	}
	if set.FOC != nil {
		sub.FOCDateRequestedByUser = porting.Timestamp{Time: time.Now().AddDate(0, 0, 7)}
	}
	draft := &porting.DraftPortRequest{ID: "planned", Status: porting.DraftStatusPending}
	for _, number := range set.Numbers {
		draft.PhoneNumbers = append(draft.PhoneNumbers, porting.DraftPortRequestPhoneNumber{PhoneNumber: number, SubRequestID: sub.ID})
	}
	sub.PhoneNumbers, sub.PhoneNumberCount = draft.PhoneNumbers, len(draft.PhoneNumbers)
	draft.SubRequests, draft.PhoneNumberCount = []porting.DraftSubRequest{sub}, len(draft.PhoneNumbers)
	found := slices.DeleteFunc(drafts.Missing(draft), func(p drafts.Problem) bool { return p.Severity != drafts.SeverityError })
	var there []porting.SupportingDocument
	for _, file := range set.Documents {
		there = append(there, porting.SupportingDocument{DocumentType: file.Type})
	}
	for _, kind := range drafts.Needed(draft, there) {
		found = append(found, drafts.Problem{Path: "documents", Hint: "lack the " + documentName(kind)})
	}
	return found
}
