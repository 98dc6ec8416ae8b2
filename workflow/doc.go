// Package workflow is the story of a port, which the packages in its folder tell. It has
// nothing in it itself. Each package is useful alone, uses only what the client exports,
// and hands on the client's objects.
//
// A customer sends a spreadsheet. Package intake reads the numbers and the customer from
// it, guesses nothing, and says of each cell that it refuses where it stands and why:
//
//	report, err := intake.Collect(intake.CSV(file, &intake.Options{Region: "US"}))
//
// Package bulk asks whether the numbers can be ported, however many there are. One bad
// number doesn't fail the others, and a limit of requests is met without knowing it:
//
//	checked, err := bulk.Check(ctx, client.Portability, report.E164(), nil)
//	numbers := checked.Numbers(bulk.Portable)
//
// Package drafts looks for a draft of the numbers, and creates it if there is none. A lost
// answer, or a second run, makes no second draft:
//
//	ensured, err := drafts.Ensure(ctx, client, numbers, nil)
//	draft := ensured.Draft.ID
//
// The server splits the draft into sub requests, one for each carrier that hands numbers
// over. Package foc chooses an instant from the windows that the carriers offer, here one
// that all have in common:
//
//	windows := map[porting.SubRequestID][]porting.FOCWindow{}
//	for _, sub := range subRequests {
//		windows[sub.ID], err = client.Drafts.AllowedFOCDates(ctx, draft, sub.ID)
//	}
//	choice, err := foc.Common(windows, foc.NotBefore(monday))
//
// The customer's data go into each sub request, by the smallest update, and are compared
// with what the server then has. The documents go up once:
//
//	customer := *report.Profiles[0]
//	customer.FOCDateRequestedByUser = choice.Time
//	filled, err := drafts.Fill(ctx, client, draft, drafts.Profiles{Default: customer})
//	uploaded, err := drafts.Upload(ctx, client, draft, documents, nil)
//
// Before the submit, everything that is wrong with the draft is listed at once. The submit
// is sent once, and if its answer is lost, the draft tells whether it went through:
//
//	submitted, err := drafts.Submit(ctx, client, draft, nil)
//	fmt.Println(submitted.PortRequest.SupportKey)
//
// All of this from bulk.Check on is one call as well. It takes a plan, which is JSON, lists in a
// dry run what it would change, and goes on where it stood after a crash:
//
//	outcome, err := drafts.Run(ctx, client, plan, &drafts.RunOptions{Journal: journal})
//
// From then on the carriers have the move. Their dates, questions and rejections are in
// the port request, its sub requests and its comments. Package watch polls for days and weeks,
// and tells each change once; a file or a database remembers what it has told:
//
//	for event, err := range watch.Events(ctx, client, &watch.Options{Store: store}) {
//		fmt.Println(event) // sr_10b316: submitted → exception
//	}
//
// Package exceptions helps with what a carrier has rejected. It finds the comment that says why,
// hints at the cause, and fixes the sub request and answers the carrier in one step:
//
//	reading, found := exceptions.Find(comments, sub.ID)
//	resolved, err := exceptions.Resolve(ctx, client, portRequest, sub.ID, fix, nil)
//
// Package report shows all ports on one page, those first that need you:
//
//	ports, err := report.Collect(ctx, client, nil)
//	err = report.Write(file, ports, nil)
//
// The programs in the repository's folder examples do each of these things on a sandbox.
package workflow
