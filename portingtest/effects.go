package portingtest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Effect is what a fault does to a request. The functions that make one fall in
// two groups. Some take the place of the sandbox, which never hears of the
// request: DropBefore, Hang, Respond, BadGateway, RateLimit and Redirect;
// [Effect.AfterHandling] lets it act first, [Effect.ThenAct] and
// [Effect.ThenActAfter] let it act later. Delay only comes before it, and the
// others let it act and spoil its answer.
//
// A lost connection is a closed one, or a panic with [http.ErrAbortHandler] if the
// request went to [Server.ServeHTTP] in process. Go's own transport sends a GET once more, without a
// word, if a connection that it used before is closed on it; with the client's
// idle connections closed first, it can't.
type Effect struct {
	name   string
	wrong  string          // why it makes no sense
	acts   bool            // the sandbox handles the request first
	defers bool            // the sandbox can handle the request later: it takes the sandbox's place
	late   *late           // when the sandbox handles the request, if that is later
	only   func(Call) bool // the requests that it is for; nil: any
	apply  func(*spoiled)
}

// late is when the sandbox handles a request whose answer is over: so much
// later by its clock, or after so many more requests.
type late struct {
	after    time.Duration
	requests int // 0: by the clock
}

// String describes the effect.
func (e Effect) String() string { return e.name }

// AfterHandling lets the sandbox act first: what was asked for is done, and only
// the client can't tell.
func (e Effect) AfterHandling() Effect {
	if e.late != nil {
		e.wrong = "an effect can't let the sandbox act both first and later"
	}
	if !e.acts {
		e.acts = true
		e.name += " after handling"
	}
	return e
}

// ThenAct lets the sandbox act later, once its clock has moved on by d: a client
// that looks right away sees nothing, and one that then asks again for the same
// thing gets it twice. What was asked for is checked as ever, but there is nobody
// to tell when it is refused. With zero, the sandbox acts when the clock moves
// next, be it by nothing.
//
// [Server.AssertClean] fails a test whose clock never comes that far. It is for
// operations of the API, and for effects that take the place of the sandbox.
func (e Effect) ThenAct(d time.Duration) Effect {
	if d < 0 {
		e.wrong = "ThenAct takes no negative time"
	}
	return e.later(late{after: d}, "acting "+d.String()+" later")
}

// ThenActAfter is [Effect.ThenAct] for a client that looks again in real time: the
// sandbox acts once that many more requests, of any kind, have been answered,
// and so between two looks of the client, without a race.
func (e Effect) ThenActAfter(requests int) Effect {
	if requests < 1 {
		e.wrong = "ThenActAfter takes one request or more"
	}
	return e.later(late{requests: requests}, "acting after "+plural(requests, "more request"))
}

func (e Effect) later(l late, name string) Effect {
	if !e.defers || e.acts || e.late != nil {
		e.wrong = "to act later is for an effect that takes the place of the sandbox, and once"
	}
	e.late = &l
	e.name += ", " + name
	return e
}

// DropBefore closes the connection and does nothing.
func DropBefore() Effect {
	return Effect{name: "connection dropped", defers: true, apply: (*spoiled).drop}
}

// DropAfter does what was asked for and closes the connection without an answer.
func DropAfter() Effect { return DropBefore().AfterHandling() }

// DropThenAct closes the connection without an answer, and does what was asked for
// once the sandbox's clock has moved on by d, as [Effect.ThenAct] says.
func DropThenAct(d time.Duration) Effect { return DropBefore().ThenAct(d) }

// Hang leaves the client without an answer until it goes away, as at its own
// timeout. With AfterHandling the sandbox acts while the client waits.
func Hang() Effect {
	return Effect{name: "no answer", defers: true, apply: func(c *spoiled) { c.wait(math.MaxInt64) }}
}

// Delay waits before the request is handled, in real time. If the client goes
// away meanwhile, the request isn't handled. With AfterHandling, the wait comes
// between that and the answer.
func Delay(d time.Duration) Effect {
	return Effect{name: "delay of " + d.String(), apply: func(c *spoiled) {
		c.wait(d)
		c.pass()
	}}
}

// Respond answers with a status and a body, and header lines such as
// "Retry-After: 2". Without a Content-Type line, the body is JSON if it reads
// like that.
func Respond(status int, body string, header ...string) Effect {
	a := answer{status: status, header: http.Header{}}
	a.body.WriteString(body)
	if json.Valid([]byte(body)) {
		a.header.Set("Content-Type", "application/json")
	}
	e := Effect{name: "status " + strconv.Itoa(status), defers: true, apply: func(c *spoiled) { a.send(c.w) }}
	if status < 200 || status > 999 {
		e.wrong = fmt.Sprintf("%d is no status of an answer", status)
	}
	for _, line := range header {
		name, value, ok := strings.Cut(line, ":")
		if !ok {
			e.wrong = fmt.Sprintf("%q is no header line", line)
		}
		a.header.Set(name, strings.TrimSpace(value))
	}
	return e
}

// RefuseNumbers answers 422 to the requests whose phone_numbers have one of these, as a
// portability check or a new draft may, and names each that they have, with its
// place. The fault hits no other request.
func RefuseNumbers(numbers ...string) Effect {
	has := func(number string) bool { return slices.Contains(numbers, number) }
	wrong := ""
	if len(numbers) == 0 {
		wrong = "RefuseNumbers needs a number"
	}
	return Effect{
		wrong:  wrong,
		name:   "refusal of " + plural(len(numbers), "number"),
		defers: true,
		only:   func(c Call) bool { return slices.ContainsFunc(c.Numbers(), has) },
		apply: func(c *spoiled) {
			var bad problems
			for i, number := range c.call.Numbers() {
				if has(number) {
					bad.add(numberPointer(i)+"/phone_number", "invalid", number+" is refused")
				}
			}
			status, body := errorAnswer(bad.err())
			Respond(status, string(body)).apply(c)
		},
	}
}

// BadGateway answers 502 with the HTML of a proxy.
func BadGateway() Effect {
	return Respond(http.StatusBadGateway, "<html>\n<head><title>502 Bad Gateway</title></head>\n"+
		"<body><center><h1>502 Bad Gateway</h1></center></body>\n</html>\n", "Content-Type: text/html")
}

// RateLimit answers 429. The Retry-After header is as given: seconds, as "2", or
// a date in the form of [http.TimeFormat]; if it is empty, there is no header. Clients
// compare a date with real time, or with the answer's Date.
func RateLimit(retryAfter string) Effect {
	const body = `{"errors":[{"code":"10011","title":"Too many requests","detail":"You have exceeded the rate limit."}]}`
	if retryAfter == "" {
		return Respond(http.StatusTooManyRequests, body)
	}
	return Respond(http.StatusTooManyRequests, body, "Retry-After: "+retryAfter)
}

// Redirect answers 307. An empty location is the request's own, so that with Nth
// or Times a client that follows comes through.
func Redirect(location string) Effect {
	return Effect{name: "redirect", defers: true, apply: func(c *spoiled) {
		to := location
		if to == "" {
			to = c.r.URL.RequestURI()
		}
		c.w.Header().Set("Location", to)
		c.w.WriteHeader(http.StatusTemporaryRedirect)
	}}
}

// Truncate closes the connection after half of the body.
func Truncate() Effect {
	return spoil("truncated body", func(c *spoiled) {
		length := c.answer.body.Len()
		if length == 0 {
			c.drop()
		}
		c.answer.header.Set("Content-Length", strconv.Itoa(length))
		c.answer.body.Truncate(length / 2)
		c.answer.send(c.w)
		c.cut()
	})
}

// WrongLength gives the body a Content-Length that is by bytes more than it has,
// and then closes the connection; or less, if by is negative, so that the body
// ends early and looks whole.
func WrongLength(by int) Effect {
	return spoil(fmt.Sprintf("Content-Length off by %+d", by), func(c *spoiled) {
		length := max(0, c.answer.body.Len()+by)
		c.answer.header.Set("Content-Length", strconv.Itoa(length))
		c.answer.body.Truncate(min(length, c.answer.body.Len()))
		c.answer.send(c.w)
		if by > 0 {
			c.cut()
		}
	})
}

// ContentType gives the answer another content type.
func ContentType(value string) Effect {
	return spoil("content type "+value, func(c *spoiled) {
		c.answer.header.Set("Content-Type", value)
		c.answer.send(c.w)
	})
}

// Drip sends the body in pieces over a time, in real time.
func Drip(d time.Duration) Effect {
	const pieces = 20
	return spoil("body dripping for "+d.String(), func(c *spoiled) {
		body := bytes.Clone(c.answer.body.Bytes())
		c.answer.header.Set("Content-Length", strconv.Itoa(len(body)))
		c.answer.body.Reset()
		c.answer.send(c.w)
		for i := range pieces {
			c.wait(d / pieces)
			_, _ = c.w.Write(body[len(body)*i/pieces : len(body)*(i+1)/pieces])
			c.flush()
		}
	})
}

// Huge puts n bytes of spaces before the body, up to 1 GiB. A JSON text stays
// one.
func Huge(n int64) Effect {
	const most = 1 << 30
	e := spoil(fmt.Sprintf("body with %d bytes more", n), func(c *spoiled) {
		body := bytes.Clone(c.answer.body.Bytes())
		c.answer.header.Del("Content-Length")
		c.answer.body.Reset()
		c.answer.send(c.w)
		if _, err := io.CopyN(c.w, spaces{}, n); err == nil {
			_, _ = c.w.Write(body) // a client that went away
		}
	})
	if n < 0 || n > most {
		e.wrong = "Huge takes 0 to 1 GiB"
	}
	return e
}

// NullArrays answers null for every array of a JSON body.
func NullArrays() Effect {
	return spoil("null for arrays", func(c *spoiled) {
		decoder := json.NewDecoder(bytes.NewReader(c.answer.body.Bytes()))
		decoder.UseNumber()
		var value any
		if decoder.Decode(&value) == nil {
			text, _ := json.Marshal(withoutArrays(value)) // it was JSON
			c.answer.header.Del("Content-Length")
			c.answer.body.Reset()
			c.answer.body.Write(text)
		}
		c.answer.send(c.w)
	})
}

func withoutArrays(value any) any {
	switch v := value.(type) {
	case []any:
		return nil
	case map[string]any:
		for key := range v {
			v[key] = withoutArrays(v[key])
		}
	}
	return value
}

// Empty answers 200 without a body.
func Empty() Effect {
	return spoil("empty 200", func(c *spoiled) {
		c.answer.status = http.StatusOK
		c.answer.header.Del("Content-Length")
		c.answer.body.Reset()
		c.answer.send(c.w)
	})
}

// spoil is an effect on the sandbox's own answer.
func spoil(name string, apply func(*spoiled)) Effect {
	return Effect{name: name, acts: true, apply: apply}
}

// spoiled is a request that a fault has hit.
type spoiled struct {
	w      http.ResponseWriter
	r      *http.Request
	call   *Call
	quit   <-chan struct{}
	answer *answer // the sandbox's own, if it has acted
	pass   func()  // goes on as if there were no fault
}

// serve answers a request with the effect.
func (e Effect) serve(w http.ResponseWriter, r *http.Request, call *Call, quit <-chan struct{}, handle http.HandlerFunc) {
	// The body is read first: only then a connection can be closed without a
	// reset, and a client that goes away be noticed.
	body, _ := io.ReadAll(io.LimitReader(r.Body, maxUpload))
	rest := r.Body // or the error
	r = r.WithContext(r.Context())
	r.Body = io.NopCloser(io.MultiReader(bytes.NewReader(body), rest))

	c := &spoiled{w: w, r: r, call: call, quit: quit}
	c.pass = func() { handle(w, r) }
	if e.acts {
		c.answer = &answer{header: http.Header{}}
		handle(c.answer, r)
		c.pass = func() { c.answer.send(w) }
	}
	e.apply(c)
}

// drop closes the connection.
func (c *spoiled) drop() { panic(http.ErrAbortHandler) }

// cut closes the connection after what was written.
func (c *spoiled) cut() {
	c.flush()
	c.drop()
}

// flush sends what was written.
func (c *spoiled) flush() { _ = http.NewResponseController(c.w).Flush() } // in process, it may not be possible

// wait lets real time pass. The end of the client or of the sandbox ends it.
func (c *spoiled) wait(d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-c.r.Context().Done():
		c.drop()
	case <-c.quit:
		c.drop()
	}
}

// answer is an answer that isn't sent yet.
type answer struct {
	status int // 0: none was written, which is a 200
	header http.Header
	body   bytes.Buffer
}

func (a *answer) Header() http.Header { return a.header }

func (a *answer) WriteHeader(status int) {
	if a.status == 0 {
		a.status = status
	}
}

func (a *answer) Write(p []byte) (int, error) {
	a.WriteHeader(http.StatusOK)
	return a.body.Write(p)
}

// send sends the answer.
func (a *answer) send(w http.ResponseWriter) {
	maps.Copy(w.Header(), a.header)
	w.WriteHeader(max(a.status, http.StatusOK))
	_, _ = w.Write(a.body.Bytes()) // a client that went away
}

// spaces are without an end.
type spaces struct{}

func (spaces) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	return len(p), nil
}
