// Package report shows all ports on one page: what waits for you, whose move it is, which
// FOC dates are ahead, and a table with the details of each port.
//
//	ports, err := report.Collect(ctx, client, nil)
//	…
//	err = report.Write(file, ports, nil)                      // one HTML file
//	http.Handle("/", report.Handler(collect, nil))            // or the same page, live
//
// [Collect] asks for everything. Where package watch follows the ports anyway, a [Live] asks only
// for what has changed, so that the page is cheap to load.
//
// # The page
//
// The page is one HTML file that needs nothing else: its style and its script are in it, and
// its security policy forbids every request over a network. It can be read on a phone, in the dark,
// on paper, by keyboard and with a screen reader. The table is sorted, filtered and paged by the
// script; without it, everything is there to read, in the order of urgency.
//
// The most urgent port comes first: an exception, a status that isn't documented, an FOC date
// that is over. Beside the carrier's comment stand the hints of package exceptions, which can
// be wrong.
//
// # Privacy
//
// The page has phone numbers, names and addresses in it: it is for those who work on the
// ports. PINs, account numbers, tax and business identifiers are never in it, only whether
// they were given; where a comment repeats one, it is hidden. Documents are listed and not
// linked, because whoever has a link can read the document.
package report
