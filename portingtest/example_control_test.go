package portingtest_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"

	"github.com/numberporting/porting/portingtest"
)

// ask sends a request as a program in another language would, and gives the answer.
func ask(method, url, body string) string {
	request, err := http.NewRequest(method, url, strings.NewReader(body)) //nolint:noctx // an example
	if err != nil {
		return err.Error()
	}
	request.Header.Set("Authorization", "token "+portingtest.Token)
	request.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return "no answer"
	}
	defer answer.Body.Close()
	text, _ := io.ReadAll(answer.Body)
	return string(text)
}

// message gives the message of an error.
func message(answer string) string {
	var body struct {
		Message string `json:"message"`
	}
	if err := json.Unmarshal([]byte(answer), &body); err != nil {
		return err.Error()
	}
	return body.Message
}

// A test without Go: a creation whose answer is lost, and that the program sends
// again; the clock; and the sandbox's judgement.
func ExampleWithControl() {
	server := portingtest.NewServer(portingtest.WithControl())
	defer server.Close()
	const numbers = `{"phone_numbers":[{"phone_number":"+12065550100"}]}`
	drafts, control := server.URL()+"/origination/porting/draft_port_requests", server.URL()+"/_sandbox"

	fmt.Println(ask("POST", control+"/faults", `{"operation":"Drafts.Create","nth":1,"effect":"drop_after"}`))
	fmt.Println(ask("POST", drafts, numbers))
	fmt.Println(ask("POST", control+"/advance", `{"by":"2d12h"}`))
	fmt.Println(ask("GET", control+"/faults/1", ""))
	fmt.Println(ask("GET", control+"/findings", ""))
	fmt.Println(message(ask("POST", drafts+"?force=true", numbers)))
	fmt.Println(ask("GET", control+"/findings", ""))
	// Output:
	// {"id":1,"fault":"Drafts.Create, request 1: connection dropped after handling","fired":0,"removed":false}
	// no answer
	// {"now":"2026-03-04T21:00:00Z"}
	// {"id":1,"fault":"Drafts.Create, request 1: connection dropped after handling","fired":1,"removed":false}
	// []
	// Unprocessable Entity: force is no query key of Drafts.Create
	// ["violation: POST /origination/porting/draft_port_requests: 422 Unprocessable Entity: force is no query key of Drafts.Create"]
}

// What is wrong with a request is said in words.
func Example_mistakes() {
	server := portingtest.NewServer()
	defer server.Close()
	api := server.URL() + "/origination/porting/"
	fmt.Println(message(ask("GET", api+"/port_requests/", "")))
	fmt.Println(message(ask("GET", api+"port_requests?page=one&size=5", "")))
	fmt.Println(message(ask("GET", api+"port_requests?search=+12065550100", "")))
	fmt.Println(message(ask("POST", api+"portability_checks", "{\n  'phone_numbers': []\n}")))
	fmt.Println(message(ask("POST", api+"portability_checks", `{"phone_numbers":[`)))
	// Output:
	// Resource not found: no such path: /origination/porting//port_requests/ (did you mean /origination/porting/port_requests?)
	// Unprocessable Entity: page must be an integer from 1, not "one"; size is no query key of PortRequests.List
	// Unprocessable Entity: search begins with a space, which is how an unescaped + is read: write %2B
	// Bad Request: the body is not valid JSON: line 2, column 3: invalid character '\'' at start of string (expecting '"')
	// Bad Request: the body is not valid JSON: it breaks off after 18 bytes, in the middle of a value
}

// A program that asks before it sends a body is told at once if the rest is wrong.
func Example_expect() {
	server := portingtest.NewServer()
	defer server.Close()
	host := strings.TrimPrefix(server.URL(), "http://")
	for _, token := range []string{"wrong", portingtest.Token} {
		conn, err := net.Dial("tcp", host) //nolint:noctx // an example
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Fprintf(conn, "POST /origination/porting/portability_checks HTTP/1.1\r\nHost: %s\r\nAuthorization: Token %s\r\n"+
			"Content-Type: application/json\r\nContent-Length: 54\r\nExpect: 100-continue\r\n\r\n", host, token)
		status, _ := bufio.NewReader(conn).ReadString('\n')
		fmt.Println(strings.TrimSpace(status))
		_ = conn.Close()
	}
	// Output:
	// HTTP/1.1 401 Unauthorized
	// HTTP/1.1 100 Continue
}

// A download link works for an hour by the sandbox's clock. When that clock runs by itself, the
// link works for at least ten minutes of real time.
func ExampleWithClockSpeed() {
	for _, speed := range []float64{0, 1000} { // 1000: a day in less than a minute and a half
		server := portingtest.NewServer(portingtest.WithClockSpeed(speed))
		client := server.Client()
		draft, _ := server.AddDraft("+12065550100")
		documents, err := client.Documents.List(context.Background(), draft)
		if err != nil {
			fmt.Println(err)
			return
		}
		link, err := client.Documents.CreateDownloadLink(context.Background(), draft, documents[0].ID)
		if err != nil {
			fmt.Println(err)
			return
		}
		signed, _ := url.Parse(link.URL)
		fmt.Println(signed.Query().Get("X-Amz-Expires"), "seconds")
		server.Close()
	}
	// Output:
	// 3600 seconds
	// 600000 seconds
}

// A sandbox for the other containers of a network, which call this one sandbox.
func ExampleWithNetwork() {
	server, err := portingtest.Listen("127.0.0.1:0", portingtest.WithNetwork("sandbox")) // in a container ":8642"
	if err != nil {
		fmt.Println(err)
		return
	}
	defer server.Close()
	host, _, _ := strings.Cut(strings.TrimPrefix(server.URL(), "http://"), ":")
	fmt.Println("reach it at", host)

	_, err = portingtest.Listen("0.0.0.0:0")
	fmt.Println(err)
	// Output:
	// reach it at sandbox
	// portingtest: the address 0.0.0.0:0 isn't on loopback, as 127.0.0.1:0 is
}

// A sandbox answers HEAD where it answers GET, and speaks HTTP/2 without TLS to a client
// that knows beforehand that it does.
func ExampleServer_ServeHTTP() {
	sandbox := portingtest.NewServer()
	defer sandbox.Close()
	rt := &http.Transport{Protocols: new(http.Protocols)}
	rt.Protocols.SetUnencryptedHTTP2(true)
	defer rt.CloseIdleConnections()

	request, _ := http.NewRequestWithContext(context.Background(), http.MethodHead, sandbox.URL()+"/origination/porting/draft_port_requests", nil)
	request.Header.Set("Authorization", "token "+portingtest.Token)
	answer, err := rt.RoundTrip(request)
	if err != nil {
		fmt.Println(err)
		return
	}
	_ = answer.Body.Close()
	fmt.Println(answer.Proto, answer.Status, answer.Header.Get("Total"))
	// Output: HTTP/2.0 200 OK 0
}
