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
// # Numbers
//
// The fictional numbers +1 NPA 555 01xx, of any area code NPA, decide their fate
// by their last two digits, as test cards do. NANP stands for nanp_toll_free if
// the area code is 800, 833, 844, 855, 866, 877 or 888, and else for
// nanp_generic:
//
//	ending  carrier              service   category  portability           behavior
//	00–49   Quillback Telephone  wireline  NANP      confirmed             normal
//	50–54   Ostrich Bell         wireline  NANP      confirmed             normal
//	55–59   Marzipan Telecom     wireline  NANP      confirmed             normal
//	60–64   Tumbleweed Wireless  wireless  NANP      confirmed             normal
//	65–69   Ostrich Bell         VOIP      NANP      confirmed             normal
//	70–74   Quillback Telephone  wireline  NANP      pending               normal
//	75–79   Quillback Telephone  wireline  NANP      provisional           normal
//	80      unknown              –         invalid   invalid_phone_number  –
//	81      unknown              –         NANP      lrn_data_not_found    –
//	82      Quillback Telephone  –         NANP      no_coverage           –
//	83      Quillback Telephone  –         NANP      already_being_ported  –
//	84      unknown              –         NANP      telnyx_number         –
//	85–86   Quillback Telephone  wireline  NANP      confirmed             exception-once
//	87–88   Quillback Telephone  wireline  NANP      confirmed             foc-moved
//	89–90   Quillback Telephone  wireline  NANP      confirmed             late-split
//	91–92   Quillback Telephone  wireline  NANP      confirmed             carrier-cancels
//	93–94   Quillback Telephone  wireline  NANP      confirmed             never-leaves
//	95–99   Quillback Telephone  wireline  NANP      confirmed             normal
//
// 95–99 may get another behavior in a later version. The area codes N11, 822 and 880
// are no area codes of numbers that can be ported (invalid_phone_number), and 900 has no
// coverage; they have no rows. Every other North American number is portable,
// confirmed and wireline, of a carrier that follows from the area code. Any other
// E.164 number is international and has no coverage; anything else is invalid.
// [WithNumber] gives a number another [Fate].
//
// A behavior is that of a whole sub request; of its numbers, the first with one
// that isn't normal decides:
//
//	normal           in-process → submitted → foc-date-confirmed → ported
//	exception-once   in-process → submitted → exception, until the user's update
//	                 changes something; then from submitted as normal
//	foc-moved        as normal, but the carrier moves the confirmed FOC date once
//	late-split       as normal, but the number moves into a new sub request, unless
//	                 it is alone in the old one; of several, one at a time
//	carrier-cancels  in-process → submitted → cancel-pending → cancelled
//	never-leaves     in-process
//
// # Time
//
// The clock moves with [Server.Advance] alone, and what is due by then happens in
// order, each at its own time: a year takes microseconds. [WithClockSpeed] lets it
// run by itself, [WithTimings] sets how long the stages are, and [Server.Script]
// replaces the life of a sub request, be the steps legal or not.
// [Server.Snapshot] saves a sandbox as JSON, and [Server.Restore] goes on from
// there.
//
// # Shortcuts
//
// A test that is about what comes after a submit needn't go through all that comes
// before it: [Server.AddDraft] puts a draft into the sandbox that is ready to be
// submitted, [Server.AddPortRequest] one that has been. [Server.Move] moves a sub
// request to a status, and [Server.AddComment] has the carrier say something.
//
//	id, subs := server.AddPortRequest("+12065550100")
//	server.Move(subs[0], porting.SubRequestStatusException)
//
// # Faults
//
// [Server.Inject] makes requests go wrong: those of an operation, the nth, some of
// them by chance or, with [Fault].Match, by what is in them. What happens then is
// an [Effect]. The two that matter most are [DropAfter], where the sandbox acts and
// the answer is lost, and [DropThenAct], where it acts some time after that: a
// client that looks once, finds nothing and asks again does the thing twice.
//
//	server.Inject(portingtest.Fault{Operation: "Drafts.Create", Nth: 1, Effect: portingtest.DropAfter()})
//
//	effect         the sandbox acts  the client gets
//	DropBefore     no                a closed connection
//	DropAfter      yes               a closed connection
//	DropThenAct    later             a closed connection
//	Hang           no                nothing, until it goes away
//	RefuseNumbers  no                422, naming the numbers that are refused
//	Delay          later             the answer, late
//	Respond        no                a status, a header and a body of choice
//	BadGateway     no                502 and HTML
//	RateLimit      no                429, with or without Retry-After
//	Redirect       no                307, to itself or elsewhere
//	Truncate       yes               half of the body, and a closed connection
//	WrongLength    yes               a Content-Length that is too large or too small
//	ContentType    yes               another Content-Type
//	Drip           yes               the body piece by piece
//	Huge           yes               a body with up to 1 GiB more
//	NullArrays     yes               null for each array
//	Empty          yes               200 and no body
//
// [Effect.AfterHandling] turns each no into a yes, [Effect.ThenAct] into a later by the
// sandbox's clock, and [Effect.ThenActAfter] into one after so many more requests.
// All but RefuseNumbers and those that act later work on the storage host as well,
// as [StorageUpload] and [StorageDownload]. [WithCheckLimit] bounds the numbers of a
// portability check, for clients that send thousands in slices.
//
// # What a test can check
//
// [Server.AssertClean] fails a test whose client broke the contract of the wire
// ([Server.Violations]) or did something twice ([Server.Duplicates]), whose faults
// never fired ([Server.Unused]) or haven't acted yet ([Server.Pending]), or whose
// sandbox contradicts itself ([Server.CheckInvariants]). [Server.Requests], [Server.Count] and
// [Server.LastBody] tell what the client sent, with secrets masked.
// [WithLenient] is for clients that send more than the contract knows.
//
// # Programs in other languages
//
// The command cmd/porting-sandbox of this module serves a sandbox to programs in
// any language, with a flag for each option. The sandbox says what is wrong with a
// request in words: each query key and value, the path that was meant where only the
// slashes are wrong, the line and column in which a body stops to be JSON. Times in
// its answers are in UTC and to the second. HEAD works where GET does, and HTTP/2
// without TLS as well as HTTP/1.1. With "Expect: 100-continue", the body isn't asked
// for if what came before it is wrong.
//
// [WithControl], which the command has, adds routes with which a test steers the
// sandbox over HTTP as a Go test does with the methods of [Server]. They need no
// credentials, aren't recorded, are hit by no fault, and answer this machine alone
// ([WithRemoteControl] lifts that):
//
//	curl -d '{"by":"7d12h"}' http://127.0.0.1:8642/_sandbox/advance
//	curl -d '{"operation":"Drafts.Create","nth":1,"effect":"drop_after"}' http://127.0.0.1:8642/_sandbox/faults
//	curl -d '{"numbers":["+12065550100"]}' http://127.0.0.1:8642/_sandbox/port_requests
//	curl http://127.0.0.1:8642/_sandbox/findings
//
//	GET  /_sandbox/               a list of the routes
//	GET  /_sandbox/clock          Now
//	POST /_sandbox/advance        Advance: {"by":"7d12h"}, in seconds {"by":90}, or {"to":"2026-03-09T15:00:00Z"}
//	POST /_sandbox/faults         Inject; the answer has the fault's id, and how often it has fired
//	GET  /_sandbox/faults         all faults; DELETE removes them
//	GET  /_sandbox/faults/{id}    one fault; DELETE removes it
//	POST /_sandbox/drafts         AddDraft: {"numbers":["+12065550100"]}
//	POST /_sandbox/port_requests  AddPortRequest: {"numbers":["+12065550100"]}
//	POST /_sandbox/move           Move: {"sub_request_id":"…","status":"exception"}
//	POST /_sandbox/comments       AddComment: {"port_request_id":"…","body":"…"}, and a sub_request_id
//	POST /_sandbox/numbers        WithNumber: {"number":"+12065550100"} with the keys of a Fate
//	POST /_sandbox/scripts        Script: {"number":"+12065550100","steps":[…]} with the keys of a Step
//	GET  /_sandbox/requests       Requests; ?operation=Drafts.Create for those alone
//	GET  /_sandbox/violations     Violations
//	GET  /_sandbox/findings       what AssertClean finds; [] if there is nothing
//	GET  /_sandbox/snapshot       Snapshot; PUT is Restore
//	POST /_sandbox/reset          an empty sandbox, as it was at first and without faults
//
// A fault has the keys operation, method, route, nth, chance, times, match and effect.
// What is in match has to be in the request: a number among its phone_numbers, an id
// in its path, the keys and values of an object query and of an object body:
//
//	{"operation":"Drafts.Submit","match":{"id":"…"},"effect":{"name":"drop_before","then_act":"1d"}}
//
// An effect is a name, or an object with the name and what it needs:
//
//	drop_before, drop_after, hang, bad_gateway, truncate, null_arrays, empty
//	respond         status; body, a text or JSON; header, an object
//	refuse_numbers  numbers
//	rate_limit      retry_after, a text; or none
//	redirect        location; or none
//	delay, drip     for, a time
//	wrong_length    by, a number of bytes
//	huge            bytes
//	content_type    value
//
// after_handling, true, is [Effect.AfterHandling]; then_act, a time, is
// [Effect.ThenAct]; then_act_after, a number of requests, is [Effect.ThenActAfter].
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
// is taken once a sub request is ported, cancelled or being cancelled. With
// porting_option.remaining_numbers_action keep, a new billing number is needed,
// which is none of those that are ported. An update of a submitted sub request has
// nine required fields, which the sandbox demands with [WithFullUpdates] only,
// because no source says what leaving one out does. Where the contract itself
// infers, as with the nulls of a draft that isn't filled in yet and some of the
// success codes, the sandbox follows it.
//
// The vendor's support articles say, of this API or of the one after it:
//
//   - A draft is deleted 30 calendar days after its creation, unless it is
//     submitted ([Timings].Draft).
//   - A sub request is in-process until it goes to the losing carrier, and submitted
//     while that is awaited. After an exception that is resolved it is submitted
//     again.
//   - A cancellation is a request that staff review, and is refused less than 48
//     hours before the FOC date ([Timings].CancelNotice). That it is a 422, and the
//     staff's comment, are invented. A real review may end otherwise; here it ends
//     with cancelled.
//   - An account with wireless numbers has a PIN. That complete waits for it is
//     invented ([WithPINOptional] lifts that).
//   - A late split moves one number at a time. The real API splits by country, kind
//     of number, carrier and whether a fast port is possible.
//
// # What is invented
//
// The real API documents little of its behavior, so the sandbox has to choose.
// It chose:
//
//   - Numbers. All of the catalogue; its carriers are fictional. Numbers outside
//     the North American plan are valid but have no coverage.
//   - Portability. A number of a submitted port request is
//     already_being_ported, a ported one a telnyx_number. A pending number
//     becomes confirmed [Timings].Pending after it was first heard of.
//   - Splitting. One sub request for each coverage category, carrier and
//     service type, in order of appearance. Pending and provisional numbers
//     are taken; one that can't be ported, or appears twice, is a 422 that
//     names its index and the reason. A number may be in several drafts, but
//     only one of them can be submitted.
//   - Completeness. A draft's sub request is complete once the documented
//     required fields have a value, less default_message_profile_id, and where
//     they are needed the new billing number and the PIN.
//   - FOC windows. Business days (Monday to Friday) 15:00 to 23:00 UTC, both
//     ends included; the first is three business days ahead of the clock;
//     there are ten. A requested date outside of them is a 422, on an update
//     and again on submit. A date that is sent back unchanged isn't checked on
//     an update.
//   - Documents. Submitting needs a loa and an invoice
//     ([WithDocumentsOptional] lifts that). The types are loa, invoice, csr
//     and other. The upload form is an S3 one; step 3 takes document_type and
//     body, the storage key. The storage takes uploads of up to 16 MiB, the
//     form included, and the API bodies of up to 8 MiB. A port request has the
//     documents of its draft, with the same ids.
//   - Statuses. Which follows which, and when, by the clock and [Timings]: the
//     contract names the statuses and no order. What the carrier says, in
//     comments with a null user_id. That an exception ends with any update that
//     changes something, and that a late split makes a sub request which goes on as the one it came
//     from, with the same details.
//   - FOC dates. The one asked for is confirmed, or, if it is over by then, the
//     first there is; nothing is ported before it. A moved one is on the first
//     window three business days later.
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
//     next to the message. An update without fields is a 422. A search that
//     begins with a space and goes on with digits, as an unescaped + makes it,
//     is one too.
//   - Times. They are taken with a fraction of a second, which is dropped, and
//     in any zone.
package portingtest
