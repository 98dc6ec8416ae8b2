package watch

import (
	"context"
	"errors"
	"fmt"

	"github.com/numberporting/porting"
)

// included are the options of a list with all that a State has. An empty search or status
// doesn't narrow it down.
func included(search string, status porting.PortRequestListStatus) *porting.PortRequestListOptions {
	return &porting.PortRequestListOptions{
		PerPage: perPage, Search: search, Status: status,
		IncludePhoneNumbers: porting.Set(true), IncludeSubRequests: porting.Set(true),
	}
}

// read reads a port request with its sub requests.
func read(ctx context.Context, client *porting.Client, id porting.PortRequestID) (*porting.PortRequest, error) {
	p, err := client.PortRequests.Get(ctx, id, &porting.GetOptions{IncludePhoneNumbers: porting.Set(true), IncludeSubRequests: porting.Set(true)})
	if err != nil {
		return nil, err
	}
	return withSubRequests(ctx, client, p)
}

// readOrFind reads a port request. It is an [ErrGone] only if it isn't in the list either.
func readOrFind(ctx context.Context, client *porting.Client, id porting.PortRequestID, before *State) (*porting.PortRequest, error) {
	p, err := read(ctx, client, id)
	if !errors.Is(err, porting.ErrNotFound) {
		return p, err
	}
	var search string
	if before != nil {
		search = before.search()
	}
	p, found, listErr := find(ctx, client, id, search, "")
	switch {
	case listErr != nil:
		return nil, listErr
	case !found:
		return nil, fmt.Errorf("port request %s: %w: %w", id, ErrGone, err)
	}
	return p, nil
}

// find looks for a port request in a list.
func find(ctx context.Context, client *porting.Client, id porting.PortRequestID, search string, status porting.PortRequestListStatus) (p *porting.PortRequest, found bool, err error) {
	for p, err := range client.PortRequests.All(ctx, included(search, status)) {
		if err != nil {
			return nil, false, err
		}
		if p.ID == id {
			p, err = withSubRequests(ctx, client, p)
			return p, err == nil, err
		}
	}
	return nil, false, nil
}

// withSubRequests asks for the sub requests of a port request that came without them. That
// the API includes them in a single one isn't documented.
func withSubRequests(ctx context.Context, client *porting.Client, p *porting.PortRequest) (*porting.PortRequest, error) {
	if p.SubRequests != nil {
		return p, nil
	}
	subs, err := client.SubRequests.List(ctx, p.ID)
	if err != nil {
		return nil, err
	}
	p.SubRequests = subs
	return p, nil
}
