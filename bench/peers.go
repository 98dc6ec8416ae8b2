//go:build !nopeers

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"

	"github.com/digitalocean/godo"
	"github.com/google/go-github/v89/github"
	"github.com/hetznercloud/hcloud-go/v2/hcloud"
	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"
	"github.com/stripe/stripe-go/v85"
	"golang.org/x/oauth2"
)

// peers are the other clients. Without them (-tags nopeers), the guard is built in seconds and not in minutes.
var peers = []contender{
	{name: "go-github", module: "github.com/google/go-github/v89", open: openGitHub},
	{
		name: "godo", module: "github.com/digitalocean/godo", open: openGodo,
		note: "without its retries in memory: they replace the transport they are given",
	},
	{
		name: "hcloud-go", module: "github.com/hetznercloud/hcloud-go/v2", open: openHCloud,
		note: "reads an array as an object's member, 10 bytes more",
	},
	{
		name: "stripe-go", module: "github.com/stripe/stripe-go/v85", open: openStripe,
		note: "does so, too",
	},
	{
		name: "openai-go", module: "github.com/openai/openai-go/v3", open: openOpenAI,
		note: "decodes the plain structs with encoding/json; its own models have a slower decoder",
	},
}

func openGitHub(base string, hc *http.Client) (client, error) {
	base += "/"
	opts := []github.ClientOptionsFunc{github.WithURLs(&base, nil), github.WithAuthToken(token)}
	if hc != nil {
		opts = append(opts, github.WithHTTPClient(hc))
	}
	c, err := github.NewClient(opts...)
	if err != nil {
		return nil, err
	}
	return peer(func(ctx context.Context, method, path string, body, result any) error {
		req, err := c.NewRequest(ctx, method, path, body)
		if err != nil {
			return err
		}
		_, err = c.Do(req, result)
		return err
	}), nil
}

func openGodo(base string, hc *http.Client) (client, error) {
	c := godo.NewFromToken(token)
	if hc != nil {
		source := oauth2.StaticTokenSource(&oauth2.Token{AccessToken: token})
		c = godo.NewClient(&http.Client{Transport: &oauth2.Transport{Source: source, Base: hc.Transport}})
	}
	if err := godo.SetBaseURL(base + "/")(c); err != nil {
		return nil, err
	}
	return peer(func(ctx context.Context, method, path string, body, result any) error {
		req, err := c.NewRequest(ctx, method, path, body)
		if err != nil {
			return err
		}
		_, err = c.Do(ctx, req, result)
		return err
	}), nil
}

func openHCloud(base string, hc *http.Client) (client, error) {
	opts := []hcloud.ClientOption{hcloud.WithEndpoint(base + wrappedPrefix), hcloud.WithToken(token)}
	if hc != nil {
		opts = append(opts, hcloud.WithHTTPClient(hc))
	}
	c := hcloud.NewClient(opts...)
	return peer(func(ctx context.Context, method, path string, body, result any) error {
		var sent io.Reader
		if body != nil {
			data, err := json.Marshal(body)
			if err != nil {
				return err
			}
			sent = bytes.NewReader(data)
		}
		req, err := c.NewRequest(ctx, method, "/"+path, sent)
		if err != nil {
			return err
		}
		_, err = c.Do(req, &wrapper{result})
		return err
	}), nil
}

// wrapper decodes a wrapped answer into what Items points to.
type wrapper struct {
	Items any `json:"items"`
}

func openStripe(base string, hc *http.Client) (client, error) {
	c := stripe.GetBackendWithConfig(stripe.APIBackend, &stripe.BackendConfig{
		HTTPClient: hc,
		URL:        &base,
	})
	return peer(func(ctx context.Context, method, path string, body, result any) error {
		var sent []byte
		if body != nil {
			var err error
			if sent, err = json.Marshal(body); err != nil {
				return err
			}
		}
		answer := struct {
			stripe.APIResource
			wrapper
		}{wrapper: wrapper{result}}
		// Requests under /v2 are those whose body is JSON.
		return c.CallRaw(method, "/v2"+wrappedPrefix+"/"+path, token, sent, &stripe.Params{Context: ctx}, &answer)
	}), nil
}

func openOpenAI(base string, hc *http.Client) (client, error) {
	opts := []option.RequestOption{option.WithBaseURL(base + "/"), option.WithAPIKey(token)}
	if hc != nil {
		opts = append(opts, option.WithHTTPClient(hc))
	}
	c := openai.NewClient(opts...)
	return peer(func(ctx context.Context, method, path string, body, result any) error {
		return c.Execute(ctx, method, path, body, result)
	}), nil
}
