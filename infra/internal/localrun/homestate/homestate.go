// Package homestate reads the states of a Home Assistant by its own API, so that what the
// function replies can be compared with what the home says.
package homestate

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

// A Home is a Home Assistant at a URL. Its methods may be called from several goroutines.
type Home struct {
	URL, Token string
	Headers    map[string]string // sent with every request; default: none
	Client     *http.Client      // default: http.DefaultClient
}

// A State is what the home says of its entities, by their ids.
type State map[string]Entity

// An Entity is one of them. The zero Entity is one that is not there.
type Entity struct {
	State      string
	Attributes map[string]any
}

// String returns the entity in a few words: "on, brightness 40 %".
func (e Entity) String() string {
	if e.State == "" {
		return "not there"
	}
	s := e.State
	if b, ok := e.Attributes["brightness"].(float64); ok {
		s += fmt.Sprintf(", brightness %.0f %%", b/255*100)
	}
	if hs, ok := e.Attributes["hs_color"].([]any); ok && len(hs) == 2 {
		s += fmt.Sprintf(", hue %v, saturation %v %%", hs[0], hs[1])
	}
	if k, ok := e.Attributes["color_temp_kelvin"].(float64); ok {
		s += fmt.Sprintf(", %.0f K", k)
	}
	if p, ok := e.Attributes["current_position"].(float64); ok {
		s += fmt.Sprintf(", position %.0f %%", p)
	}
	if t, ok := e.Attributes["temperature"].(float64); ok {
		s += fmt.Sprintf(", target %g°", t)
	}
	return s
}

// Name returns what the home calls an entity.
func (s State) Name(id string) string {
	if name, _ := s[id].Attributes["friendly_name"].(string); name != "" {
		return name
	}
	return id
}

// Changed returns the ids of what differs from before, sorted.
func (s State) Changed(before State) []string {
	var ids []string
	for _, id := range slices.Sorted(maps.Keys(s)) {
		if s[id].String() != before[id].String() {
			ids = append(ids, id)
		}
	}
	return ids
}

// States reads the state of the home.
func (h Home) States(ctx context.Context) (State, error) {
	const atMost = 10 * time.Second
	ctx, cancel := context.WithTimeout(ctx, atMost)
	defer cancel()
	s, err := h.read(ctx)
	if err != nil {
		return nil, fmt.Errorf("the home's state cannot be read: %w", err)
	}
	return s, nil
}

func (h Home) read(ctx context.Context) (State, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, h.URL+"/api/states", nil)
	if err != nil {
		return nil, fmt.Errorf("%q is not a web address: write %s as https://home.example.com", h.URL, config.EnvURL)
	}
	h.authorize(r)
	res, err := cmp.Or(h.Client, http.DefaultClient).Do(r)
	if err != nil {
		return nil, fmt.Errorf("%s does not answer (%w); %s", h.URL, reason(err), remedy(err))
	}
	defer res.Body.Close()
	switch {
	case res.StatusCode == http.StatusFound || res.StatusCode == http.StatusForbidden:
		return nil, fmt.Errorf("%s answers %s to GET /api/states, as a login page in front of Home Assistant does; with Cloudflare Access set %s to the headers of a service token", h.URL, res.Status, config.EnvHeaders)
	case res.StatusCode != http.StatusOK:
		return nil, fmt.Errorf("%s answers %s to GET /api/states; check the address and the token", h.URL, res.Status)
	}
	var all []struct {
		ID         string         `json:"entity_id"`
		State      string         `json:"state"`
		Attributes map[string]any `json:"attributes"`
	}
	if err := json.NewDecoder(io.LimitReader(res.Body, 64<<20)).Decode(&all); err != nil {
		return nil, fmt.Errorf("%s does not answer as Home Assistant does (%w); check the address", h.URL, err)
	}
	s := State{}
	for _, e := range all {
		s[e.ID] = Entity{e.State, e.Attributes}
	}
	return s, nil
}

// authorize adds what the home asks of a request.
func (h Home) authorize(r *http.Request) {
	for name, value := range h.Headers {
		r.Header.Set(name, value)
	}
	r.Header.Set("Authorization", "Bearer "+h.Token)
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

// Settled reads the state of the home until nothing is wrong with it, or for a
// while: Home Assistant does not wait for a device before it answers.
func (h Home) Settled(ctx context.Context, wrong func(State) string) (State, error) {
	end := time.Now().Add(2 * time.Second)
	for {
		s, err := h.States(ctx)
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

// EntityID returns the entity that an endpoint stands for.
func EntityID(endpoint string) string { return strings.Replace(endpoint, "#", ".", 1) }
