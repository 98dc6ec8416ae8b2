package porting_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/jarcoal/httpmock"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/numberporting/porting"
)

// addTestdata adds each file in testdata as a seed.
func addTestdata(f *testing.F, add func(text string)) {
	f.Helper()
	files, err := filepath.Glob("testdata/*.json")
	require.NoError(f, err)
	require.NotEmpty(f, files)
	for _, file := range files {
		data, err := os.ReadFile(file)
		require.NoError(f, err)
		add(string(data))
	}
}

// seeds returns the strings of a file in testdata/seeds, one a line, quoted as in Go.
func seeds(f *testing.F, name string) []string {
	f.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", "seeds", name+".txt"))
	require.NoError(f, err)
	var all []string
	for line := range strings.Lines(string(data)) {
		seed, err := strconv.Unquote(strings.TrimSpace(line))
		require.NoError(f, err, line)
		all = append(all, seed)
	}
	require.NotEmpty(f, all)
	return all
}

// always returns a client of a server that answers every request with the responder.
func always(t *testing.T, responder httpmock.Responder) *porting.Client {
	t.Helper()
	mock := httpmock.NewMockTransport()
	mock.RegisterNoResponder(responder)
	return newClient(t, mock, porting.WithRetry(porting.RetryPolicy{MaxAttempts: 1}))
}

// decoders call an operation for each model.
var decoders = []func(context.Context, *porting.Client) (any, error){
	func(ctx context.Context, c *porting.Client) (any, error) {
		return values(c.Portability.Check(ctx, "+13125550100"))
	},
	func(ctx context.Context, c *porting.Client) (any, error) { return items(c.PortRequests.List(ctx, nil)) },
	func(ctx context.Context, c *porting.Client) (any, error) {
		return value(c.PortRequests.Get(ctx, "a", nil))
	},
	func(ctx context.Context, c *porting.Client) (any, error) { return values(c.SubRequests.List(ctx, "a")) },
	func(ctx context.Context, c *porting.Client) (any, error) {
		return value(c.SubRequests.Get(ctx, "a", "b"))
	},
	func(ctx context.Context, c *porting.Client) (any, error) {
		return values(c.SubRequests.AllowedFOCDates(ctx, "a", "b"))
	},
	func(ctx context.Context, c *porting.Client) (any, error) { return items(c.Drafts.List(ctx, nil)) },
	func(ctx context.Context, c *porting.Client) (any, error) { return value(c.Drafts.Get(ctx, "a", nil)) },
	func(ctx context.Context, c *porting.Client) (any, error) {
		return value(c.Drafts.GetSubRequest(ctx, "a", "b"))
	},
	func(ctx context.Context, c *porting.Client) (any, error) { return values(c.Comments.List(ctx, "a")) },
	func(ctx context.Context, c *porting.Client) (any, error) {
		return value(c.Documents.Get(ctx, porting.DraftID("a"), "b"))
	},
	func(ctx context.Context, c *porting.Client) (any, error) {
		return value(c.Documents.CreateDownloadLink(ctx, porting.DraftID("a"), "b"))
	},
}

// FuzzDecode reads a body as each model: there is a result or a DecodeError, and what
// encoding/json makes of the result is read as the same again, secrets apart.
func FuzzDecode(f *testing.F) {
	addTestdata(f, func(text string) { f.Add(text) })
	for _, text := range seeds(f, "bodies") {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, body string) {
		for i, decode := range decoders {
			first, err := decode(t.Context(), always(t, answer(200, body)))
			if err != nil {
				assert.Nil(t, first)
				e := errorAs[*porting.DecodeError](t, err)
				assert.NotContains(t, e.Error(), "\n")
				continue
			}
			require.NotNil(t, first)
			encoded, err := json.Marshal(first)
			require.NoError(t, err)
			if i == 0 { // an empty result is none unless it stands in a group
				encoded = []byte(`{"phone_numbers":` + string(encoded) + `}`)
			}
			second, err := decode(t.Context(), always(t, answer(200, string(encoded))))
			require.NoError(t, err, "%d: %s", i, encoded)
			assert.Equal(t, withoutSecrets(first), withoutSecrets(second), "%d: %s", i, encoded)
		}
	})
}

// withoutSecrets returns the value without what isn't written as it is.
func withoutSecrets(value any) any {
	v := reflect.New(reflect.TypeOf(value)).Elem()
	v.Set(reflect.ValueOf(value))
	empty(v)
	return v.Interface()
}

func empty(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			empty(v.Elem())
		}
	case reflect.Slice:
		for i := range v.Len() {
			empty(v.Index(i))
		}
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[porting.DownloadLink]() {
			v.SetZero()
		}
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				empty(v.Field(i))
			}
		}
	case reflect.String:
		if v.Type() == reflect.TypeFor[porting.Secret]() {
			v.SetString("")
		}
	default:
	}
}

// FuzzTimestamp reads a time: it is refused with its text, or written so that it is
// read as the same again.
func FuzzTimestamp(f *testing.F) {
	for _, text := range seeds(f, "timestamps") {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var at, again, fromJSON porting.Timestamp
		if err := at.UnmarshalText([]byte(text)); err != nil {
			assert.LessOrEqual(t, len(err.Error()), 40*10+30)
			return
		}
		written, err := at.MarshalText()
		require.NoError(t, err)
		require.NoError(t, again.UnmarshalText(written))
		assert.Equal(t, at, again)

		data, err := json.Marshal(at)
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(data, &again))
		assert.Equal(t, at, again)
		quoted, err := json.Marshal(text)
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(quoted, &fromJSON))
		assert.Equal(t, at, fromJSON)
	})
}

// FuzzPath puts ids into each route: the request is refused, or goes to the route
// with each id as one segment.
func FuzzPath(f *testing.F) {
	for _, id := range seeds(f, "ids") {
		f.Add(id, id)
		f.Add("a", id)
	}
	f.Fuzz(func(t *testing.T, first, second string) {
		for _, o := range operations(t) {
			ids := []string{first, second}[:len(o.ids)]
			if len(ids) == 0 || len(o.before) > 0 {
				continue
			}
			var sent *http.Request
			stop := errors.New("stop")
			client := always(t, func(r *http.Request) (*http.Response, error) {
				sent = r
				return nil, stop
			})
			_, err := o.call(t.Context(), client, ids)
			if isA[*porting.ArgumentError](err) {
				assert.Nil(t, sent)
				continue
			}
			require.ErrorIs(t, err, stop)
			assert.Equal(t, filled(o.route(), ids), segments(t, sent.URL))
			assert.Equal(t, "api.telnyx.com", sent.URL.Host)
			_, query, _ := strings.Cut(o.url, "?")
			assert.Equal(t, query, sent.URL.RawQuery)
			for _, segment := range strings.Split(sent.URL.EscapedPath(), "/")[1:] {
				assert.NotContains(t, []string{"", ".", ".."}, segment)
			}
		}
	})
}

// FuzzPageHeaders reads totals: they are -1 or counts, and without them an empty page is the last.
func FuzzPageHeaders(f *testing.F) {
	for _, value := range seeds(f, "totals") {
		f.Add(value, value, 0)
		f.Add(value, "3", 2)
	}
	f.Fuzz(func(t *testing.T, total, totalPages string, number int) {
		for _, body := range []string{"[]", `[{"id":"a"}]`} {
			client := always(t, answer(200, body, "Total", total, "Total-Pages", totalPages))
			got, err := client.Drafts.List(t.Context(), &porting.DraftListOptions{Page: number})
			if number < 0 {
				requireArgument(t, err, "Drafts.List", "page")
				continue
			}
			require.NoError(t, err)
			assert.GreaterOrEqual(t, got.Total, -1)
			assert.GreaterOrEqual(t, got.TotalPages, -1)
			switch {
			case got.TotalPages < 0:
				assert.Equal(t, body != "[]", got.HasNext())
			default:
				assert.Equal(t, max(number, 1) < got.TotalPages, got.HasNext())
			}
		}
	})
}

// FuzzOptional reads a value as an Optional: null is null, and all else is what it
// would be without the Optional.
func FuzzOptional(f *testing.F) {
	for _, data := range seeds(f, "optionals") {
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data string) {
		compareOptional[string](t, data)
		compareOptional[int](t, data)
		compareOptional[bool](t, data)
		compareOptional[porting.Timestamp](t, data)
	})
}

func compareOptional[T any](t *testing.T, data string) {
	t.Helper()
	var o porting.Optional[T]
	var pointer *T
	plainErr := json.Unmarshal([]byte(data), &pointer)
	err := json.Unmarshal([]byte(data), &o)
	if !utf8.ValidString(data) {
		return // the two packages differ in what they make of it
	}
	if plainErr != nil {
		require.Error(t, err)
		return
	}
	require.NoError(t, err)
	v, ok := o.Get()
	assert.Equal(t, pointer != nil, ok)
	assert.Equal(t, pointer == nil, o.IsNull())
	if pointer != nil {
		assert.Equal(t, *pointer, v)
	}
	want, err := json.Marshal(pointer)
	require.NoError(t, err)
	got, err := json.Marshal(o)
	require.NoError(t, err)
	assert.Equal(t, string(want), string(got))
}
