// Package drafts takes numbers from nothing to a submitted port request.
//
//	ensured, err := drafts.Ensure(ctx, client, numbers, nil)            // their draft, found or created
//	filled, err := drafts.Fill(ctx, client, ensured.Draft.ID, profiles) // its sub requests, filled in
//	uploaded, err := drafts.Upload(ctx, client, ensured.Draft.ID, documents, nil)
//	submitted, err := drafts.Submit(ctx, client, ensured.Draft.ID, nil) // and its port request
//
// Each step can be called again after a failure: it looks for what is there, does what is
// missing, and never sends again what the server may have done. Steps can be left out or
// done otherwise; their results have the objects of the client.
//
// [Find] tells where numbers are. [SplitDraft] and [SplitPortRequest] show which number is
// in which sub request, [Needed] what documents a draft lacks. [Missing] and [Preflight] list all that is wrong with a draft.
// [Correct] mends a sub request that has been submitted.
//
// # A plan
//
// [Run] does all of it: it carries out a [Plan], which is JSON, for any count of sets of
// numbers.
//
//	{
//	  "submit": true,
//	  "sets": [{
//	    "name": "bakery",
//	    "numbers": ["+13125550100", "+13125550160"],
//	    "profiles": {
//	      "default": {"auth_person_name": "Ada Example", "account_number": "…", …},
//	      "carriers": {"Tumbleweed Wireless": {"pin_passcode": "…"}}
//	    },
//	    "foc": {"not_before": "2026-12-01T00:00:00Z", "common": true},
//	    "documents": [{"type": "loa", "path": "loa.pdf"}, {"type": "invoice", "path": "invoice.pdf"}]
//	  }]
//	}
//
// A dry run lists the calls that would change something. With a [Journal], a run that was
// killed goes on where it stood.
//
// # What may happen twice
//
// The API creates drafts without a key that would tell a second request from the first.
// So nothing can keep two processes from creating a draft of the same numbers in the same
// moment, except a lock that they share ([Locker]) or a journal, which one process at a time
// has open. And after a crash, the server may still be working on what it was sent: a run with the
// same journal knows that and waits ([RunOptions].Settle), a run without one can't. So a lock
// isn't enough where a process may die: let its successor have its journal.
//
// A submit takes no lock. If two processes submit the same draft in the same moment, it is up
// to the server to refuse the second; the vendor doesn't say that it does. One journal for
// both prevents it.
//
// # Privacy
//
// Errors have the ids of drafts, sub requests and port requests, and names of fields, but no
// number, no name and no PIN. Secrets print and marshal as [redacted]. What a journal
// holds is said at [Journal].
package drafts
