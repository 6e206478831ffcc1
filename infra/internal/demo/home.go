package demo

import (
	"cmp"
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/hearthgate/hearthgate/config"
)

// A home is the Home Assistant at a URL, asked by its own API: the function's replies
// are compared with what it says.
type home struct {
	url, token string
	headers    map[string]string // sent with every request; default: none
	client     *http.Client      // default: http.DefaultClient
}

// A state is what the home says of its entities, by their ids.
type state map[string]entity

type entity struct {
	State      string
	Attributes map[string]any
}

// String returns the entity in a few words: "on, brightness 40 %".
func (e entity) String() string {
	if e.State == "" {
		return "not there"
	}
	s := e.State
	if b, ok := e.Attributes["brightness"].(float64); ok {
		s += fmt.Sprintf(", brightness %.0f %%", b/255*100)
	}
	return s
}

// name returns what the home calls an entity.
func (s state) name(id string) string {
	if name, _ := s[id].Attributes["friendly_name"].(string); name != "" {
		return name
	}
	return id
}

// changed returns the ids of what differs from before, sorted.
func (s state) changed(before state) []string {
	var ids []string
	for _, id := range slices.Sorted(maps.Keys(s)) {
		if s[id].String() != before[id].String() {
			ids = append(ids, id)
		}
	}
	return ids
}

// states reads the state of the home.
func (h home) states(ctx context.Context) (state, error) {
	const atMost = 10 * time.Second
	ctx, cancel := context.WithTimeout(ctx, atMost)
	defer cancel()
	s, err := h.read(ctx)
	if err != nil {
		return nil, fmt.Errorf("the home's state cannot be read: %w", err)
	}
	return s, nil
}

func (h home) read(ctx context.Context) (state, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, h.url+"/api/states", nil)
	if err != nil {
		return nil, fmt.Errorf("%q is not a web address: write %s as https://home.example.com", h.url, config.EnvURL)
	}
	for name, value := range h.headers {
		r.Header.Set(name, value)
	}
	r.Header.Set("Authorization", "Bearer "+h.token)
	res, err := cmp.Or(h.client, http.DefaultClient).Do(r)
	if err != nil {
		return nil, fmt.Errorf("%s does not answer (%w); %s", h.url, reason(err), remedy(err))
	}
	defer res.Body.Close()
	switch {
	case res.StatusCode == http.StatusFound || res.StatusCode == http.StatusForbidden:
		return nil, fmt.Errorf("%s answers %s to GET /api/states, as a login page in front of Home Assistant does; with Cloudflare Access set %s to the headers of a service token", h.url, res.Status, config.EnvHeaders)
	case res.StatusCode != http.StatusOK:
		return nil, fmt.Errorf("%s answers %s to GET /api/states; check the address and the token", h.url, res.Status)
	}
	var all []struct {
		ID         string         `json:"entity_id"`
		State      string         `json:"state"`
		Attributes map[string]any `json:"attributes"`
	}
	if err := json.NewDecoder(io.LimitReader(res.Body, 64<<20)).Decode(&all); err != nil {
		return nil, fmt.Errorf("%s does not answer as Home Assistant does (%w); check the address", h.url, err)
	}
	s := state{}
	for _, e := range all {
		s[e.ID] = entity{e.State, e.Attributes}
	}
	return s, nil
}

// remedy says what to do when a home does not answer.
func remedy(err error) string {
	if _, ok := errors.AsType[x509.UnknownAuthorityError](err); ok {
		return "set " + config.EnvCA + " to the certificate that signed it, in PEM"
	}
	return "check that it runs and that the address is right"
}

// reason returns the last of a chain of errors, which says why there is no answer.
func reason(err error) error {
	for next := errors.Unwrap(err); next != nil; next = errors.Unwrap(err) {
		err = next
	}
	return err
}

// settled reads the state of the home until nothing is wrong with it, or for a
// while: Home Assistant does not wait for a device before it answers.
func (h home) settled(ctx context.Context, wrong func(state) string) (state, error) {
	end := time.Now().Add(2 * time.Second)
	for {
		s, err := h.states(ctx)
		if err != nil || wrong(s) == "" || time.Now().After(end) {
			return s, err
		}
		select {
		case <-time.After(100 * time.Millisecond):
		case <-ctx.Done():
			return s, context.Cause(ctx)
		}
	}
}

// entityID returns the entity that an endpoint stands for.
func entityID(endpoint string) string { return strings.Replace(endpoint, "#", ".", 1) }
