package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/workflow/drafts"
)

// lacking counts the sets of a plan that can't be submitted, or shouldn't be, as they are.
func lacking(plan *drafts.Plan) (n int) {
	for i := range plan.Sets {
		if missing, others := lacks(&plan.Sets[i]); plan.Submit && (len(missing) > 0 || slices.ContainsFunc(others, isError)) {
			n++
		}
	}
	return n
}

func isError(p drafts.Problem) bool { return p.Severity == drafts.SeverityError }

// lacks says which fields and documents a set lacks, and what else is wrong with it or may be,
// as far as that can be told before the server has split its draft. A set whose profiles differ by
// carrier is left to the server.
func lacks(set *drafts.Set) (missing []string, others []drafts.Problem) {
	if len(set.Profiles.Carriers)+len(set.Profiles.Categories)+len(set.Profiles.SubRequests) > 0 {
		return nil, nil
	}
	draft, err := planned(set)
	if err != nil {
		return nil, []drafts.Problem{{Path: "profiles", Severity: drafts.SeverityError, Hint: fmt.Sprintf("can't be read: %v", err)}}
	}
	for _, problem := range drafts.Missing(draft) {
		switch problem.Code {
		case drafts.CodeServerSaysNotComplete: // the server hasn't been asked
		case drafts.CodeRequired:
			missing = append(missing, problem.Path)
		default:
			problem.SubRequest = "" // there is none yet
			others = append(others, problem)
		}
	}
	var documents []porting.SupportingDocument
	for _, file := range set.Documents {
		documents = append(documents, porting.SupportingDocument{DocumentType: file.Type})
	}
	for _, kind := range drafts.Needed(draft, documents) {
		missing = append(missing, string(kind))
	}
	return missing, others
}

// planned is a draft with one sub request that is filled in as the set says.
func planned(set *drafts.Set) (*porting.DraftPortRequest, error) {
	sub := porting.DraftSubRequest{ID: "planned"}
	text, err := json.Marshal(set.Profiles.Default)
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(text, &sub); err != nil {
		return nil, err
	}
	if set.FOC != nil {
		sub.FOCDateRequestedByUser = porting.Timestamp{Time: time.Now()} // there will be one
	}
	draft := &porting.DraftPortRequest{ID: "planned", Status: porting.DraftStatusPending}
	for _, number := range set.Numbers {
		draft.PhoneNumbers = append(draft.PhoneNumbers, porting.DraftPortRequestPhoneNumber{PhoneNumber: number, SubRequestID: sub.ID})
	}
	sub.PhoneNumbers, sub.PhoneNumberCount = draft.PhoneNumbers, len(draft.PhoneNumbers)
	draft.SubRequests, draft.PhoneNumberCount = []porting.DraftSubRequest{sub}, len(draft.PhoneNumbers)
	return draft, nil
}
