// Package watch follows port requests from the day they are submitted to the day they are
// ported. The API calls nobody, so somebody has to look.
//
//	store, err := watch.OpenFile("watch.json")
//	for event, err := range watch.Events(ctx, client, &watch.Options{Store: store}) {
//		…
//		fmt.Println(event) // sr_10b316: submitted → exception
//	}
//
// [Events] polls the lists and delivers what has changed; after a restart it goes on where it
// stood. [Until] waits for one port request. [Diff] compares two states of one, and [Summary]
// tells whose move it is in any count of them. Statuses that aren't documented are delivered
// as they are.
//
// # What is delivered
//
// Every change that a poll can see is delivered at least once, and the changes of a sub
// request in their order. After a crash, those of the last poll come again, with the same
// [Event].ID: who does something that mustn't be done twice, remembers the ids. A status
// that lasts for less than the time between two polls can go unseen; its comments don't.
//
// # How many requests it takes
//
// A poll takes one request for each 250 open port requests. To these come two for each port
// request that has changed, and two a poll for each with an exception, for comments and
// documents; two a day for each other one ([Options].Details); and one for each that leaves the
// list. So with 100,000 open port requests and a poll every half hour, these are 19,200
// requests for lists in a day, and up to 200,000 for details, of which Options.Reads allows
// 24,000 unless it is raised.
//
// With n open port requests, a poll takes n/250 requests for the list, about 20 µs of a processor's
// time and 5 kB of memory for a moment for each of the n, and 1 kB for each from one poll to the
// next. All of it grows as n does: for 100,000 these are 400 requests, two seconds, and 100 MB that
// stay in memory (measured by BenchmarkPoll with two numbers each, without the network).
//
// # Which store
//
// Without a store, or with a [MemoryStore], a loop that is started again begins anew. That is right
// for a tool that somebody looks at.
//
// A [FileStore] is right for one process on one machine. It needs nothing else, and a second
// process can't open it. Each save writes the whole file, which with 100,000 port requests takes a
// second.
//
// Package sqlstore keeps records in PostgreSQL or SQLite, and saves only what has changed. Take
// it for large counts, where there is a database anyway, or where the events must go on when a
// machine dies: several processes share it. SQLite is for those on one machine.
//
// For any other database, write a [Store], or a [SharedStore] if several loops are to use it.
//
// # What is stored
//
// A store has ids, support keys, statuses, dates and phone numbers, and of comments and
// documents the ids. No names, addresses, PINs or account numbers are in it. Errors have no
// phone numbers in them, and neither has an event's String; its fields do.
package watch
