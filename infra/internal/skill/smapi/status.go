package smapi

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"time"
)

// How long a change may take, and how often it is asked about. Amazon makes a manifest
// within seconds and builds a model within a minute or two.
const (
	mostUnknown  = time.Minute // that a new skill may be unknown
	mostChanging = 10 * time.Minute
	firstPause   = 500 * time.Millisecond
	mostPause    = 5 * time.Second
)

// A Resource is a part of a skill that is changed asynchronously.
type Resource struct {
	Name   string // "manifest" or "interactionModel"
	Locale string // of a model
}

// ManifestResource is the manifest.
var ManifestResource = Resource{Name: "manifest"}

// ModelResource is the interaction model of a locale.
func ModelResource(locale string) Resource { return Resource{"interactionModel", locale} }

// doing says for an error what is waited for.
func (r Resource) doing(id string) string {
	if r.Locale != "" {
		return "waiting for the interaction model for " + r.Locale
	}
	return "waiting for the skill " + id
}

const failed = "FAILED"

// An update is the last change of a resource.
type update struct {
	Last struct {
		Status string            `json:"status"`
		Errors []json.RawMessage `json:"errors"`
	} `json:"lastUpdateRequest"`
}

// Await waits until the last change of a resource is made, see [Client.Settled]. A change
// that failed is an error that is [Invalid].
func (c *Client) Await(ctx context.Context, id string, r Resource) error {
	doing := r.doing(id)
	u, err := c.settled(ctx, doing, id, r, false)
	if err != nil || u.Last.Status != failed {
		return err
	}
	said, field := problems(u.Last.Errors)
	return c.invalid(doing, field, said)
}

// Settled waits until no change of a resource is under way, whatever became of it. A skill that Amazon does not know yet is waited for too, up to
// a minute: an id is known everywhere only some time after it was returned.
func (c *Client) Settled(ctx context.Context, id string, r Resource) error {
	_, err := c.settled(ctx, r.doing(id), id, r, true)
	return err
}

// settled returns the last change of a resource once it has ended. A resource that was
// never changed has none, which may be returned too, or is waited for.
func (c *Client) settled(ctx context.Context, doing, id string, r Resource, none bool) (update, error) {
	began, announced := time.Now(), false
	for pause := firstPause; ; pause = min(pause*3/2, mostPause) {
		u, err := c.update(ctx, doing, id, r)
		waited := time.Since(began)
		switch {
		case CodeOf(err) == NotFound && waited < mostUnknown:
		case err != nil || none && u.Last.Status == "" || u.Last.Status == "SUCCEEDED" || u.Last.Status == failed:
			return u, err
		}
		if waited > mostChanging {
			return u, fail(Timeout, "Amazon was not done after %.0f minutes of %s: run it again later, which continues where this ended", mostChanging.Minutes(), doing)
		}
		if !announced && waited > 2*time.Second {
			announced = true
			c.progress(doing + ", which Amazon is working on")
		}
		if sleep(ctx, pause) != nil {
			return u, stopped(ctx, doing)
		}
	}
}

// update returns the last change of a resource.
func (c *Client) update(ctx context.Context, doing, id string, r Resource) (update, error) {
	var out struct {
		Manifest update            `json:"manifest"`
		Models   map[string]update `json:"interactionModel"`
	}
	query := url.Values{"resource": {r.Name}}
	_, err := c.do(ctx, request{doing: doing, method: http.MethodGet, path: "/v1/skills/" + url.PathEscape(id) + "/status", query: query}, &out)
	if r.Locale != "" {
		return out.Models[r.Locale], err
	}
	return out.Manifest, err
}
