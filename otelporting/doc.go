// Package otelporting reports what a client of package porting does to OpenTelemetry: a
// span and figures for each call, and for each of its tries.
//
//	observer, err := otelporting.New(nil)
//	client, err := porting.NewClient(creds,
//		porting.WithObserver(observer),
//		porting.WithHTTPClient(&http.Client{Transport: observer.Transport(nil)}),
//	)
//
// # Spans
//
// A call is a span of the kind internal, named after its operation, such as
// "Drafts.Create". Its tries are spans of the kind client, named after the method and the
// route, such as "POST /origination/porting/draft_port_requests". They follow the semantic
// conventions for HTTP clients: http.request.method, url.template, server.address,
// server.port, http.response.status_code, http.request.resend_count and error.type. The
// error.type is the status of an answer, else a [porting.ErrorClass].
//
// With [Observer.Transport], a try's span also has the server's address, and the request
// carries the trace's context to the API; not to the storage host, which is somebody else's.
// Without it, the spans of the tries are made when they have ended.
//
// # Metrics
//
//	http.client.request.duration  seconds of a try
//	porting.client.call.duration  seconds of a call, with its waits
//	porting.client.call.tries     tries of a call
//	porting.client.wait.duration  seconds waited before another try
//	porting.client.budget.spent   tries that weren't repeated because the budget of retries was spent
//
// All but the first have the operation and the error.type, which is an [porting.ErrorClass].
//
// # Privacy
//
// Nothing here holds an id, a number, a name or a URL. So url.full, which the conventions
// ask for, is left out: the API's URLs have ids, and its searches have phone numbers.
package otelporting
