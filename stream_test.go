package porting_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/numberporting/porting"
)

// streamedAs answers every request with the body, which is read as it is asked for.
func streamedAs(t *testing.T, body io.Reader, opts ...porting.Option) *porting.Client {
	t.Helper()
	return newClient(t, roundTrip(func(*http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: 200, Body: io.NopCloser(body)}, nil
	}), opts...)
}

func TestCheckEach(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, body string
		numbers    []string
		field      string // of the DecodeError
		reason     string // part of its text; empty: no error
	}{
		{"groups", `[{"phone_numbers":[{"raw_number":"1"},{"raw_number":"2"}]},{"x":1,"phone_numbers":[{"raw_number":"3"}],"y":2}]`, []string{"1", "2", "3"}, "", ""},
		{"an object", `{"more":{"a":[1]},"phone_numbers":[{"raw_number":"1"}]}`, []string{"1"}, "", ""},
		{"plain results", `[{"raw_number":"1","portable":true},{"raw_number":"2"}]`, []string{"1", "2"}, "", ""},
		{"groups and results", `[{"phone_numbers":[{"raw_number":"1"}]},{"raw_number":"2"}]`, []string{"1", "2"}, "", ""},
		{"null", `null`, nil, "", ""},
		{"nothing that is null", `nothing`, nil, "", "invalid character 'o'"},
		{"null and more", `null []`, nil, "", "more after its end"},
		{"an empty array", `[]`, nil, "", ""},
		{"null for the results", `[{"phone_numbers":null}]`, nil, "", ""},
		{"nothing", ``, nil, "", "it is empty"},
		{"an object without results", `{"message":"no"}`, nil, "", "an object without phone_numbers"},
		{"an element without anything", `[{}]`, nil, "", "an object without phone_numbers"},
		{"null for an element", `[null]`, nil, "", "null where an object belongs"},
		{"a text", `"no"`, nil, "", "a string where an array belongs"},
		{"texts", `["phone_numbers"]`, nil, "0", "a string where an object belongs"},
		{"a text for the results", `[{"phone_numbers":"no"}]`, nil, "0.phone_numbers", "a string where an array belongs"},
		{"a wrong type", `[{"phone_numbers":[{"raw_number":"1"},{"portable":"yes"}]}]`, []string{"1"}, "0.phone_numbers.1.portable", "a string where a boolean belongs"},
		{"truncated", `[{"phone_numbers":[{"raw_number":"1"},{"raw_nu`, []string{"1"}, "0.phone_numbers.1", "unexpected EOF"},
		{"truncated between results", `[{"phone_numbers":[{"raw_number":"1"},`, []string{"1"}, "0.phone_numbers", "unexpected EOF"},
		{"more after the end", `[{"raw_number":"1"}] x`, []string{"1"}, "", "invalid character 'x'"},
		{"two answers", `[{"raw_number":"1"}] []`, []string{"1"}, "", "more after its end"},
		{"two objects", `{"phone_numbers":[{"raw_number":"1"}]} {}`, []string{"1"}, "", "more after its end"},
		{"a page", `<html>`, nil, "", "invalid character '<'"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			client := streamedAs(t, strings.NewReader(test.body))
			var numbers []string
			var last error
			for result, err := range client.Portability.CheckEach(t.Context(), "+13125550100") {
				require.NoError(t, last, "an error is the last step")
				if last = err; err == nil {
					numbers = append(numbers, result.RawNumber)
				}
			}
			assert.Equal(t, test.numbers, numbers)
			if test.reason == "" {
				assert.NoError(t, last)
				return
			}
			decode := errorAs[*porting.DecodeError](t, last)
			assert.Equal(t, "Portability.Check", decode.Operation)
			assert.Equal(t, test.field, decode.Field)
			assert.ErrorContains(t, last, test.reason)
		})
	}
}

func TestEachPhoneNumber(t *testing.T) {
	t.Parallel()
	t.Run("as the whole object", func(t *testing.T) {
		t.Parallel()
		client := clientOf(t, "GET", api+"/port_requests/1?include_phone_numbers=true", answer(200, testdata(t, "port_requests_get")))
		var numbers []porting.PortRequestPhoneNumber
		for n, err := range client.PortRequests.EachPhoneNumber(t.Context(), "1") {
			require.NoError(t, err)
			numbers = append(numbers, *n)
		}
		whole := clientOf(t, "GET", api+"/port_requests/1", answer(200, testdata(t, "port_requests_get")))
		request, err := whole.PortRequests.Get(t.Context(), "1", nil)
		require.NoError(t, err)
		assert.Equal(t, request.PhoneNumbers, numbers)
		assert.NotEmpty(t, numbers)
	})
	t.Run("without numbers", func(t *testing.T) {
		t.Parallel()
		for n, err := range streamedAs(t, strings.NewReader(`{"id":"1"}`)).PortRequests.EachPhoneNumber(t.Context(), "1") {
			t.Error(n, err)
		}
	})
}

func TestEachPhoneNumberOfTwoAnswers(t *testing.T) {
	t.Parallel()
	var numbers int
	var last error
	for _, err := range streamedAs(t, strings.NewReader(`{"phone_numbers":[{"phone_number":"1"}]} {}`)).PortRequests.EachPhoneNumber(t.Context(), "1") {
		if last = err; err == nil {
			numbers++
		}
	}
	assert.Equal(t, 1, numbers)
	assert.ErrorContains(t, last, "more after its end")
}

func TestStreamsFail(t *testing.T) {
	t.Parallel()
	one := func(c *porting.Client, numbers ...string) (got int, last error) {
		for _, err := range c.Portability.CheckEach(t.Context(), numbers...) {
			if err != nil {
				return got, err
			}
			got++
		}
		return got, nil
	}
	t.Run("bad input", func(t *testing.T) {
		t.Parallel()
		_, err := one(newClient(t, newMock(t)))
		requireArgument(t, err, "Portability.Check", "phone_numbers")
		for _, err := range newClient(t, newMock(t)).PortRequests.EachPhoneNumber(t.Context(), "..") {
			requireArgument(t, err, "PortRequests.Get", "id")
		}
	})
	t.Run("before the answer, and again", func(t *testing.T) {
		t.Parallel()
		client := clientOf(t, "POST", api+"/portability_checks", answer(200, "[]"))
		_, err := one(client, "1")
		require.NoError(t, err)
		mock := newMock(t)
		expect(t, mock, "POST", baseURL+api+"/portability_checks", 2, inOrder(answer(503, ""), answer(200, `[{"raw_number":"1"}]`)))
		got, err := one(newClient(t, mock), "1")
		require.NoError(t, err)
		assert.Equal(t, 1, got)
	})
	t.Run("an answer that says no", func(t *testing.T) {
		t.Parallel()
		_, err := one(clientOf(t, "POST", api+"/portability_checks", answer(422, `{"message":"no"}`)), "1")
		assert.ErrorIs(t, err, porting.ErrUnprocessable)
	})
	t.Run("the connection breaks", func(t *testing.T) {
		t.Parallel()
		cut := io.MultiReader(strings.NewReader(`[{"raw_number":"1"},`), brokenReader{})
		got, err := one(streamedAs(t, cut), "1")
		assert.Equal(t, 1, got)
		assert.True(t, isA[*porting.ConnectionError](err))
		assert.ErrorIs(t, err, errBroken)
	})
	t.Run("larger than allowed", func(t *testing.T) {
		t.Parallel()
		long := `[{"raw_number":"1"},` + strings.Repeat(" ", 1<<10)
		_, err := one(streamedAs(t, strings.NewReader(long), porting.WithMaxResponseBytes(1<<10)), "1")
		assert.ErrorContains(t, errorAs[*porting.DecodeError](t, err), "larger than the limit")
	})
	t.Run("an endless item", func(t *testing.T) {
		t.Parallel()
		got, err := one(streamedAs(t, io.MultiReader(strings.NewReader(`[{"raw_number":"1"},{"raw_number":"`), endlessText{})), "1")
		assert.Equal(t, 1, got)
		assert.ErrorContains(t, errorAs[*porting.DecodeError](t, err), "larger than the limit")
	})
	t.Run("many large items have no bound in all", func(t *testing.T) {
		t.Parallel()
		const items = 5
		parts := []io.Reader{strings.NewReader("[")}
		for range items {
			parts = append(parts, strings.NewReader(`{"raw_number":"`), io.LimitReader(endlessText{}, 20<<20), strings.NewReader(`"},`))
		}
		got, err := one(streamedAs(t, io.MultiReader(append(parts, strings.NewReader(`{"raw_number":"last"}]`))...)), "1")
		require.NoError(t, err)
		assert.Equal(t, items+1, got)
	})
	t.Run("the loop ends", func(t *testing.T) {
		t.Parallel()
		endless := io.MultiReader(strings.NewReader(`[{"raw_number":"1"},{"raw_number":"2"},`), brokenReader{})
		for _, err := range streamedAs(t, endless).Portability.CheckEach(t.Context(), "1") {
			require.NoError(t, err)
			break
		}
	})
}

// endlessText is a text that doesn't end.
type endlessText struct{}

func (endlessText) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'x'
	}
	return len(p), nil
}

var errBroken = errors.New("broken")

type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, errBroken }

// manyNumbers is a port request of n numbers, made as it is read.
func manyNumbers(n int) io.Reader {
	r, w := io.Pipe()
	go func() {
		_, _ = io.WriteString(w, `{"id":"1","phone_numbers":[`)
		for i := range n {
			comma := ","
			if i == n-1 {
				comma = ""
			}
			_, _ = fmt.Fprintf(w, `{"phone_number":"+1312%07d","svtype":"0","carrier_name":"Quillback Telephone","coverage_category":"nanp_generic",`+
				`"sub_request_id":"59b0762a-b274-4f76-ac32-%012d","sub_request_status":"in-process","portability_status":"confirmed"}%s`, i, i/100, comma)
		}
		_, _ = io.WriteString(w, `]}`)
		_ = w.Close()
	}()
	return r
}

// TestKeptStringsHoldNothingElse keeps two texts of a large answer.
func TestKeptStringsHoldNothingElse(t *testing.T) { //nolint:paralleltest // it measures the whole process
	heap := func() int64 {
		for range 3 {
			runtime.GC()
		}
		var stats runtime.MemStats
		runtime.ReadMemStats(&stats)
		return int64(stats.HeapAlloc)
	}
	body := strings.Repeat(`{"phone_number":"+13125550100","carrier_name":"Caf\u00e9"},`, 20_000)
	client := always(t, answer(200, `{"id":"kept","phone_numbers":[`+strings.TrimSuffix(body, ",")+`]}`))
	kept := func() (porting.PortRequestID, string) {
		request, err := client.PortRequests.Get(t.Context(), "1", nil)
		require.NoError(t, err)
		return request.ID, request.PhoneNumbers[len(request.PhoneNumbers)-1].CarrierName
	}
	before := heap()
	id, carrier := kept()
	assert.Less(t, heap()-before, int64(len(body)/4))
	assert.Equal(t, "kept Café", string(id)+" "+carrier)
	runtime.KeepAlive(client)
}

// TestStreamsNeedLittleMemory compares the peak of the heap while 100,000 numbers are
// read one at a time with that of reading them as a whole.
func TestStreamsNeedLittleMemory(t *testing.T) { //nolint:paralleltest // it measures the whole process
	const many = 100_000
	defer debug.SetGCPercent(debug.SetGCPercent(20))
	heap := func() uint64 {
		var stats runtime.MemStats
		runtime.ReadMemStats(&stats)
		return stats.HeapAlloc
	}
	peak := func(read func(sample func())) uint64 {
		runtime.GC()
		before, most := heap(), uint64(0)
		read(func() { most = max(most, heap()) })
		return most - min(most, before)
	}

	whole := peak(func(sample func()) {
		request, err := streamedAs(t, manyNumbers(many)).PortRequests.Get(t.Context(), "1", nil)
		sample()
		require.NoError(t, err)
		require.Len(t, request.PhoneNumbers, many)
	})
	streamed := peak(func(sample func()) {
		read := 0
		for _, err := range streamedAs(t, manyNumbers(many)).PortRequests.EachPhoneNumber(t.Context(), "1") {
			require.NoError(t, err)
			if read++; read%1000 == 0 {
				sample()
			}
		}
		require.Equal(t, many, read)
	})
	t.Logf("whole %d KiB, streamed %d KiB", whole>>10, streamed>>10)
	assert.Less(t, streamed, whole/4)
}
