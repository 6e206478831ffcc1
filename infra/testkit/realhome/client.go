package realhome

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"
)

// An Entity is what the home says of one of its devices.
type Entity struct {
	ID         string         `json:"entity_id"`
	State      string         `json:"state"`
	Attributes map[string]any `json:"attributes"`
}

// String returns the entity as the home reports it.
func (e Entity) String() string { return fmt.Sprintf("%s is %s %v", e.ID, e.State, e.Attributes) }

// Release returns which release of Home Assistant it is, "2025.4.4".
func (h *Home) Release(ctx context.Context) (string, error) {
	var config struct{ Version string }
	err := h.get(ctx, "/api/config", &config)
	return config.Version, err
}

// States returns every entity.
func (h *Home) States(ctx context.Context) (all []Entity, err error) {
	return all, h.get(ctx, "/api/states", &all)
}

// State returns one entity, by its id, "light.kitchen_light".
func (h *Home) State(ctx context.Context, id string) (e Entity, err error) {
	return e, h.get(ctx, "/api/states/"+id, &e)
}

// Await returns the entity as soon as is returns true for it. After 5 seconds it returns
// the entity as it is, with an error.
func (h *Home) Await(ctx context.Context, id string, is func(Entity) bool) (Entity, error) {
	const most = 5 * time.Second
	ctx, cancel := context.WithTimeout(ctx, most)
	defer cancel()
	every := time.NewTicker(10 * time.Millisecond)
	defer every.Stop()
	var last Entity
	for {
		e, err := h.State(ctx, id)
		switch {
		case ctx.Err() != nil:
			return last, fmt.Errorf("not so after %v", most)
		case err != nil || is(e):
			return e, err
		}
		last = e
		select {
		case <-every.C:
		case <-ctx.Done():
		}
	}
}

// Call calls a service, such as "scene", "apply", and returns when it has ended.
func (h *Home) Call(ctx context.Context, domain, service string, data any) error {
	b, err := json.Marshal(data)
	if err != nil {
		return err
	}
	status, said, err := h.send(ctx, http.MethodPost, "/api/services/"+domain+"/"+service, b)
	if err == nil && status != http.StatusOK {
		err = fmt.Errorf("Home Assistant answered %d to %s.%s: %s", status, domain, service, said)
	}
	return err
}

// Direct sends a directive as a client without hearthgate would.
func (h *Home) Direct(ctx context.Context, directive []byte) (status int, answer []byte, err error) {
	return h.send(ctx, http.MethodPost, "/api/alexa/smart_home", directive)
}

// Ask sends a request to the home's API, with a body as JSON unless it is nil, and decodes
// the answer into out unless that is nil.
func (h *Home) Ask(ctx context.Context, method, path string, body, out any) error {
	var b []byte
	var err error
	if body != nil {
		if b, err = json.Marshal(body); err != nil {
			return err
		}
	}
	status, said, err := h.send(ctx, method, path, b)
	if err == nil && status/100 != 2 {
		err = fmt.Errorf("Home Assistant answered %d to %s %s: %s", status, method, path, said)
	}
	if err != nil || out == nil {
		return err
	}
	return json.Unmarshal(said, out)
}

func (h *Home) get(ctx context.Context, path string, into any) error {
	status, b, err := h.send(ctx, http.MethodGet, path, nil)
	if err != nil {
		return err
	}
	if status != http.StatusOK {
		return fmt.Errorf("Home Assistant answered %d to GET %s: %s", status, path, b)
	}
	return json.Unmarshal(b, into)
}

func (h *Home) send(ctx context.Context, method, path string, body []byte) (int, []byte, error) {
	r, err := http.NewRequestWithContext(ctx, method, h.URL+path, bytes.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	r.Header.Set("Authorization", "Bearer "+h.Token)
	r.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, nil, err
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	return res.StatusCode, b, err
}
