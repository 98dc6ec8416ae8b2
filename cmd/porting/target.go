package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/workflow/drafts"
	"github.com/numberporting/porting/workflow/intake"
)

// withAll has the API include what a command shows.
func withAll() *porting.GetOptions {
	return &porting.GetOptions{IncludePhoneNumbers: porting.Set(true), IncludeSubRequests: porting.Set(true)}
}

// A target is what an argument means: a port request, and the sub requests of it.
type target struct {
	request *porting.PortRequest
	subs    []porting.SubRequest
	whole   bool // the argument is the port request's
}

// target finds what is meant by the id or support key of a port request or a sub request,
// or by a phone number.
func (w *world) target(ctx context.Context, argument string) (*target, error) {
	if number, err := intake.ParseNumber(argument, &intake.Options{Region: "US"}); err == nil && isNumber(argument) {
		places, err := drafts.Find(ctx, w.Client, []string{number.E164}, nil)
		switch {
		case err != nil:
			return nil, err
		case places[0].Draft != nil && places[0].PortRequest == nil:
			return nil, needsYouf("the number is in draft %s, which isn't submitted", places[0].Draft.ID)
		case places[0].Free():
			return nil, errors.New("the account doesn't have the number in a draft or a port request")
		}
		request, err := w.PortRequests.Get(ctx, places[0].PortRequest.ID, withAll())
		return pick(request, func(sub *porting.SubRequest) bool { return sub.ID == places[0].SubRequest }), err
	}
	request, err := w.PortRequests.Get(ctx, porting.PortRequestID(argument), withAll())
	if err == nil {
		return &target{request, request.SubRequests, true}, nil
	}
	if !errors.Is(err, porting.ErrNotFound) {
		return nil, err
	}
	for request, err := range w.all(ctx, "") {
		if err != nil {
			return nil, err
		}
		if strings.EqualFold(request.SupportKey, argument) {
			return &target{request, request.SubRequests, true}, nil
		}
		found := pick(request, func(sub *porting.SubRequest) bool {
			return string(sub.ID) == argument || strings.EqualFold(sub.SupportKey, argument)
		})
		if len(found.subs) > 0 {
			return found, nil
		}
	}
	return nil, fmt.Errorf("the account has no port request and no sub request %s", argument)
}

// pick makes a target of some of a port request's sub requests.
func pick(request *porting.PortRequest, is func(*porting.SubRequest) bool) *target {
	found := &target{request: request}
	if request == nil {
		return found
	}
	for i := range request.SubRequests {
		if is(&request.SubRequests[i]) {
			found.subs = append(found.subs, request.SubRequests[i])
		}
	}
	return found
}

// one returns the sub request that is meant: the only one, or the only one of those that
// fit.
func (g *target) one(fits func(*porting.SubRequest) bool) (*porting.SubRequest, error) {
	if len(g.subs) == 1 {
		return &g.subs[0], nil
	}
	fitting := pick(&porting.PortRequest{SubRequests: g.subs}, fits).subs
	if len(fitting) == 1 {
		return &fitting[0], nil
	}
	return nil, usagef("port request %s has %s: name the one that is meant", g.request.ID, plural(len(g.subs), "sub request"))
}
