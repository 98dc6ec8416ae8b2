// Package porting is a client for the Telnyx V1 number porting API: it checks whether
// phone numbers can be ported, prepares and submits port requests, and follows them
// until the numbers have moved.
//
//	client, err := porting.NewClient(porting.UserToken("me@example.com", "token"))
//	results, err := client.Portability.Check(ctx, "+13125550100", "+13125550101")
//	draft, err := client.Drafts.Create(ctx, "+13125550100", "+13125550101")
//	subs, err := client.Drafts.ListSubRequests(ctx, draft.ID)
//	draft, err = client.Drafts.Submit(ctx, draft.ID)
//
// The examples of this package show single tasks. The programs in the repository's folder
// examples do whole ones; each runs as it is, on a sandbox unless credentials are set.
//
// # The words
//
// A draft is a set of numbers. The server splits it into sub requests by carrier and
// kind of number. Each is filled in with an end user, an address and a requested FOC
// date (firm order commitment, the instant of the hand-over). Submitting the draft
// freezes it and makes a port request of it, with sub requests of its own. Those move
// from "in-process" to "ported", or through "exception" when the losing carrier objects.
// [SubRequestStatus] lists them all.
//
// # What a call promises
//
// A result without an error is never nil, and it is what was asked for: an answer without
// it, such as {} or {"success": false}, is a [*DecodeError]. What the answer lacked is
// zero in the result.
//
// A call that changes something that must not be changed twice (create, submit, cancel,
// comment, add a document) is never sent again once the server may have acted on it. If
// nobody can tell whether it has, the error is an [*OutcomeUnknownError], which says where
// to look. All other calls are retried as [RetryPolicy] says. [Operations] lists which operation is of which class.
//
// Bad input is an [*ArgumentError] before anything is sent. An answer that says no is
// an [*APIError], one that can't be read a [*DecodeError], none at all a
// [*ConnectionError]. The texts of errors hide credentials, each [Secret], phone numbers,
// the queries of URLs, and what the request held; the comment of [APIError] says what is
// not recognised. Log lines hold none of these.
//
// # Testing
//
// The vendor has no sandbox: a call from its documentation's explorer acts for real.
// Package portingtest is a server of this API in memory, with a clock of its own: a
// test can port a number in milliseconds.
//
// # The vendor
//
// Package porting is not made by the vendor. The vendor lists this API as retired, sends
// new integrations to its V2, and asks to contact its support before an existing
// integration is changed. Where a fact isn't documented but inferred, the comment of
// the method or field says so.
package porting
