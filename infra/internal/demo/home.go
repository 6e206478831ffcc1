package demo

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"
)

// A home is the Home Assistant at a URL, asked as its own API answers: what the
// function says of it is held against that.
type home struct{ url, token string }

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
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, h.url+"/api/states", nil)
	if err != nil {
		return nil, fmt.Errorf("the address of the home is not one: %w", err)
	}
	r.Header.Set("Authorization", "Bearer "+h.token)
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return nil, fmt.Errorf("the home's state cannot be read: %s does not answer (%w); see whether it runs", h.url, reason(err))
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("the home's state cannot be read: it answers %s to GET /api/states; see whether address and token are right", res.Status)
	}
	var all []struct {
		ID         string         `json:"entity_id"`
		State      string         `json:"state"`
		Attributes map[string]any `json:"attributes"`
	}
	if err := json.NewDecoder(io.LimitReader(res.Body, 64<<20)).Decode(&all); err != nil {
		return nil, fmt.Errorf("the home's state cannot be read: %w", err)
	}
	s := state{}
	for _, e := range all {
		s[e.ID] = entity{e.State, e.Attributes}
	}
	return s, nil
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
