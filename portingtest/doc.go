// Package portingtest is a sandbox of the number porting API: a server in
// memory, on loopback, with a clock that only the test moves.
//
//	server := portingtest.NewServer()
//	defer server.Close()
//	client := server.Client()
//	// … create a draft, fill it in, upload its documents, submit it …
//	server.Advance(7 * 24 * time.Hour) // and it is ported
//
// The sandbox has its own reading of the API's contract and shares no types
// with the client, so that a mistake in one can't hide in the other. Requests
// are held to that contract: an unknown query or body key, a wrong JSON type or
// a credential in the wrong place is refused with an error that names it. Other
// clients, in other languages, can use it as well: everything but
// [Server.Client] is plain HTTP.
//
// # What comes from the contract
//
// The routes, methods, success codes, query parameters with their defaults, the
// keys and types of every object, the spelling of every enum, the header forms
// of the credentials, the Total and Total-Pages headers, the message key of an
// error, the first step of an upload, and that a download link ends after an
// hour. So do these rules: a draft is split into sub requests by the server,
// submitting needs every one of them filled in, a submitted draft can't change,
// an update of a draft's sub request leaves alone what isn't sent, and a rating
// is taken once a sub request is ported, cancelled or being cancelled. Where the
// contract itself infers, as with the nulls of a draft that isn't filled in yet
// and some of the success codes, the sandbox follows it.
//
// # What is invented
//
// The real API documents little of its behavior, so the sandbox has to choose.
// It chose:
//
//   - Numbers. [NewServer] lists which number has which carrier, service type
//     and portability; carriers are fictional. Numbers outside the North
//     American plan are valid but have no coverage.
//   - Portability. A number of a submitted port request is
//     already_being_ported, a ported one a telnyx_number. A pending number
//     becomes confirmed [Timings].Pending after it was first heard of.
//   - Splitting. One sub request for each coverage category, carrier and
//     service type, in order of appearance. Pending and provisional numbers
//     are taken; one that can't be ported, or appears twice, is a 422 that
//     names its index and the reason. A number may be in several drafts, but
//     only one of them can be submitted.
//   - Completeness. A draft's sub request is complete once the documented
//     required fields have a value, less default_message_profile_id, and with
//     a new billing number where the remaining numbers are kept but the
//     billing number is ported.
//   - FOC windows. Business days (Monday to Friday) 15:00 to 23:00 UTC, both
//     ends included; the first is three business days ahead of the clock;
//     there are ten. A requested date outside of them is a 422, on an update
//     and again on submit. A date that is sent back unchanged isn't checked on
//     an update.
//   - Documents. Submitting needs a loa and an invoice
//     ([WithDocumentsOptional] lifts that). The types are loa, invoice, csr
//     and other. The upload form is an S3 one; step 3 takes document_type and
//     body, the storage key. A port request has the documents of its draft,
//     with the same ids.
//   - Statuses. in-process → submitted → foc-date-confirmed → ported, and
//     cancel-pending → cancelled, by the clock and [Timings]. The carrier
//     comments on each change, with a null user_id.
//   - Updates of a submitted sub request. Keys not sent keep their values,
//     required ones can't be emptied, the requested FOC date is fixed once it
//     is confirmed, and nothing but the rating changes once the sub request is
//     ported, cancelled or being cancelled. A second cancellation is a 422.
//   - Lists. In order of creation; per_page is cut to 250. A port request is
//     complete once each sub request is ported or cancelled.
//     include_phone_numbers holds for the sub requests of an object too, and
//     both include_ parameters work on single objects, with the defaults of
//     the lists.
//   - Errors. Status 400 (unreadable), 404, 405, 413, 415; the errors array
//     next to the message.
package portingtest
