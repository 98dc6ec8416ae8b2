package porting_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/numberporting/porting"
)

func TestQueries(t *testing.T) {
	t.Parallel()
	yes, no := porting.Set(true), porting.Set(false)
	list := func(o porting.PortRequestListOptions) func(context.Context, *porting.Client) error {
		return func(ctx context.Context, c *porting.Client) error { _, err := c.PortRequests.List(ctx, &o); return err }
	}
	drafts := func(o porting.DraftListOptions) func(context.Context, *porting.Client) error {
		return func(ctx context.Context, c *porting.Client) error { _, err := c.Drafts.List(ctx, &o); return err }
	}
	get := func(o porting.GetOptions) func(context.Context, *porting.Client) error {
		return func(ctx context.Context, c *porting.Client) error {
			_, err := c.PortRequests.Get(ctx, "a", &o)
			return err
		}
	}
	getDraft := func(o porting.GetOptions) func(context.Context, *porting.Client) error {
		return func(ctx context.Context, c *porting.Client) error { _, err := c.Drafts.Get(ctx, "a", &o); return err }
	}
	tests := []struct {
		name string
		path string
		call func(context.Context, *porting.Client) error
	}{
		{"list: zero", "/port_requests", list(porting.PortRequestListOptions{})},
		{"list: full", "/port_requests?include_phone_numbers=true&include_sub_requests=true&page=1&per_page=250&search=%2B1+312%26%3F&status=complete", list(porting.PortRequestListOptions{Page: 1, PerPage: 250, Search: "+1 312&?", Status: "complete", IncludePhoneNumbers: yes, IncludeSubRequests: yes})},
		{"list: false", "/port_requests?include_phone_numbers=false&include_sub_requests=false", list(porting.PortRequestListOptions{IncludePhoneNumbers: no, IncludeSubRequests: no})},
		{"list: unknown status", "/port_requests?status=unheard-of", list(porting.PortRequestListOptions{Status: "unheard-of"})},
		{"drafts: zero", "/draft_port_requests", drafts(porting.DraftListOptions{})},
		{"drafts: full", "/draft_port_requests?include_phone_numbers=true&include_sub_requests=true&page=1&per_page=250&search=%C3%BC&status=submitted", drafts(porting.DraftListOptions{Page: 1, PerPage: 250, Search: "ü", Status: "submitted", IncludePhoneNumbers: yes, IncludeSubRequests: yes})},
		{"drafts: false", "/draft_port_requests?include_phone_numbers=false&include_sub_requests=false", drafts(porting.DraftListOptions{IncludePhoneNumbers: no, IncludeSubRequests: no})},
		{"get: zero", "/port_requests/a", get(porting.GetOptions{})},
		{"get: full", "/port_requests/a?include_phone_numbers=true&include_sub_requests=true", get(porting.GetOptions{IncludePhoneNumbers: yes, IncludeSubRequests: yes})},
		{"get: false", "/port_requests/a?include_phone_numbers=false&include_sub_requests=false", get(porting.GetOptions{IncludePhoneNumbers: no, IncludeSubRequests: no})},
		{"get draft: zero", "/draft_port_requests/a", getDraft(porting.GetOptions{})},
		{"get draft: false", "/draft_port_requests/a?include_phone_numbers=false", getDraft(porting.GetOptions{IncludePhoneNumbers: no})},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			body := "[]"
			if strings.HasPrefix(tt.name, "get") {
				body = `{"id":"a"}`
			}
			require.NoError(t, tt.call(t.Context(), clientOf(t, "GET", api+tt.path, answer(200, body))))
		})
	}

	null := porting.Null[bool]()
	refused := []struct {
		name, operation, field string
		call                   func(context.Context, *porting.Client) error
	}{
		{"null", "PortRequests.List", "include_phone_numbers", list(porting.PortRequestListOptions{IncludePhoneNumbers: null})},
		{"null in drafts", "Drafts.List", "include_sub_requests", drafts(porting.DraftListOptions{IncludeSubRequests: null})},
		{"null in get", "PortRequests.Get", "include_sub_requests", get(porting.GetOptions{IncludeSubRequests: null})},
		{"null in get draft", "Drafts.Get", "include_phone_numbers", getDraft(porting.GetOptions{IncludePhoneNumbers: null})},
		{"negative page", "PortRequests.List", "page", list(porting.PortRequestListOptions{Page: -1})},
		{"negative page of all", "PortRequests.List", "page", func(ctx context.Context, c *porting.Client) error {
			_, err := read(t, c.PortRequests.All(ctx, &porting.PortRequestListOptions{Page: -1}))
			return err
		}},
		{"negative length", "Drafts.List", "per_page", drafts(porting.DraftListOptions{PerPage: -1})},
	}
	for _, tt := range refused {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			requireArgument(t, tt.call(t.Context(), newClient(t, newMock(t))), tt.operation, tt.field)
		})
	}
}

// TestOptionsSurviveJSON stores options and loads them again; what is unset stays unset.
func TestOptionsSurviveJSON(t *testing.T) {
	t.Parallel()
	yes, no := porting.Set(true), porting.Set(false)
	stored(t, porting.PortRequestListOptions{}, `{}`)
	stored(t, porting.DraftListOptions{}, `{}`)
	stored(t, porting.GetOptions{}, `{}`)
	stored(t, porting.GetOptions{IncludePhoneNumbers: no, IncludeSubRequests: yes}, `{"include_phone_numbers":false,"include_sub_requests":true}`)
	stored(t, porting.PortRequestListOptions{IncludeSubRequests: no}, `{"include_sub_requests":false}`)
	stored(t, porting.PortRequestListOptions{Page: 2, PerPage: 50, Search: "pr_1", Status: "complete", IncludePhoneNumbers: yes},
		`{"page":2,"per_page":50,"search":"pr_1","status":"complete","include_phone_numbers":true}`)
	stored(t, porting.DraftListOptions{Page: 2, PerPage: 50, Search: "312", Status: "pending", IncludePhoneNumbers: no},
		`{"page":2,"per_page":50,"search":"312","status":"pending","include_phone_numbers":false}`)
}

func stored[T any](t *testing.T, options T, want string) {
	t.Helper()
	data, err := json.Marshal(options)
	require.NoError(t, err)
	assert.Equal(t, want, string(data))
	var again T
	require.NoError(t, json.Unmarshal(data, &again))
	assert.Equal(t, options, again)
}
