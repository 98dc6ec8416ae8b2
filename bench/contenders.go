package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"sync"
)

// A client does the work with one library. Each method returns how many numbers,
// port requests or results it has read.
type client interface {
	get(ctx context.Context, id string) (int, error)
	list(ctx context.Context) (int, error) // all pages
	check(ctx context.Context, numbers []string) (int, error)
}

// A contender is a library that is measured.
type contender struct {
	name   string // also of its program in the folder programs
	module string // empty: none but Go's own packages
	note   string // what is to be known of its figures
	// open returns a client for the server at base that sends through hc; nil: through
	// the library's default client.
	open func(base string, hc *http.Client) (client, error)
}

var (
	floor = contender{name: "floor", open: openFloor}
	ours  = contender{name: "ours", module: "github.com/numberporting/porting", open: openOurs()}
)

// contenders are all but the floor, in the order of the table's columns.
var contenders = append(peers, ours)

// A peer is a client that has one function for all: it sends body as JSON, unless it
// is nil, and decodes the answer into result. The path has no leading slash.
type peer func(ctx context.Context, method, path string, body, result any) error

const token = "dummy"

const (
	portRequestsPath = "origination/porting/port_requests"
	checksPath       = "origination/porting/portability_checks"
)

func (p peer) get(ctx context.Context, id string) (int, error) {
	var r portRequest
	err := p(ctx, http.MethodGet, portRequestsPath+"/"+id, nil, &r)
	return len(r.PhoneNumbers), err
}

func (p peer) list(ctx context.Context) (int, error) {
	count := 0
	for n := 1; n <= pageCount; n++ {
		var page []portRequest
		path := portRequestsPath + "?page=" + strconv.Itoa(n) + "&per_page=" + strconv.Itoa(perPage)
		if err := p(ctx, http.MethodGet, path, nil, &page); err != nil {
			return count, err
		}
		count += len(page)
	}
	return count, nil
}

func (p peer) check(ctx context.Context, numbers []string) (int, error) {
	body := checkRequest{make([]checkedNumber, len(numbers))}
	for i, n := range numbers {
		body.PhoneNumbers[i].PhoneNumber = n
	}
	var answer checkAnswer
	if err := p(ctx, http.MethodPost, checksPath, &body, &answer); err != nil {
		return 0, err
	}
	count := 0
	for _, group := range answer {
		count += len(group.PhoneNumbers)
	}
	return count, nil
}

// openFloor is what one writes by hand: net/http, a pooled buffer, encoding/json.
func openFloor(base string, hc *http.Client) (client, error) {
	if hc == nil {
		hc = http.DefaultClient
	}
	buffers := sync.Pool{New: func() any { return new(bytes.Buffer) }}
	return peer(func(ctx context.Context, method, path string, body, result any) error {
		var sent io.Reader
		if body != nil {
			data, err := json.Marshal(body)
			if err != nil {
				return err
			}
			sent = bytes.NewReader(data)
		}
		req, err := http.NewRequestWithContext(ctx, method, base+"/"+path, sent)
		if err != nil {
			return err
		}
		req.Header.Set("Accept", "application/json")
		req.Header.Set("Authorization", "Token "+token)
		if body != nil {
			req.Header.Set("Content-Type", "application/json")
		}
		resp, err := hc.Do(req)
		if err != nil {
			return err
		}
		defer resp.Body.Close()
		buf, _ := buffers.Get().(*bytes.Buffer)
		defer buffers.Put(buf)
		buf.Reset()
		if _, err := buf.ReadFrom(resp.Body); err != nil {
			return err
		}
		if resp.StatusCode != http.StatusOK {
			return fmt.Errorf("status %d", resp.StatusCode)
		}
		return json.Unmarshal(buf.Bytes(), result)
	}), nil
}
