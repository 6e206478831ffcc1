// Package demohome is a small Home Assistant: nine devices whose states change,
// behind the endpoints that hearthgate uses. Its answers are modelled on recorded
// answers of the real one.
//
// It has no users, bans no address, and its colours are approximate.
package demohome

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Version is the version of Home Assistant that it was modelled on.
const Version = "2025.4.4"

// maxBody is Home Assistant's limit for the body of a request.
const maxBody = 16 << 20

// A Home is the home: an http.Handler with state. Its methods may be called from
// several goroutines.
type Home struct {
	token  string
	routes map[string]map[string]http.HandlerFunc // by path and method

	mu       sync.Mutex
	devices  []device             // guarded by mu, and each device with it
	changed  map[string]time.Time // guarded by mu; by entity id
	requests int                  // guarded by mu
	received map[string]int       // guarded by mu; directives by messageId
}

// New returns a home that accepts only this token.
func New(token string) *Home {
	h := &Home{token: token, devices: furnish(), changed: map[string]time.Time{}, received: map[string]int{}}
	for _, d := range h.devices {
		h.changed[d.about().id] = time.Now()
	}
	h.routes = map[string]map[string]http.HandlerFunc{
		"/api/":                     {"GET": h.root},
		"/api/config":               {"GET": h.config},
		"/api/states":               {"GET": h.states},
		"/api/alexa/smart_home":     {"POST": h.smartHome},
		"/api/alexa":                {"POST": h.skill},
		"/api/conversation/process": {"POST": h.conversation},
		"/api/template":             {"POST": h.template},
	}
	return h
}

// Requests returns how many requests have reached the home, including rejected ones.
func (h *Home) Requests() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.requests
}

// Received returns how often each directive has reached the home with the right
// token, by its messageId: a count of two means that it was sent twice.
func (h *Home) Received() map[string]int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return maps.Clone(h.received)
}

// ServeHTTP answers as Home Assistant would.
func (h *Home) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h.mu.Lock()
	h.requests++
	h.mu.Unlock()
	methods, ok := h.routes[r.URL.Path]
	if !ok {
		if id, found := strings.CutPrefix(r.URL.Path, "/api/states/"); found && id != "" {
			methods = map[string]http.HandlerFunc{"GET": func(w http.ResponseWriter, _ *http.Request) { h.state(w, id) }}
		}
	}
	serve, ok := methods[r.Method]
	switch {
	case methods == nil:
		plain(w, http.StatusNotFound)
	case !ok:
		plain(w, http.StatusMethodNotAllowed)
	case r.Header.Get("Authorization") != "Bearer "+h.token:
		plain(w, http.StatusUnauthorized)
	default:
		serve(w, r)
	}
}

func (h *Home) root(w http.ResponseWriter, _ *http.Request) {
	answer(w, http.StatusOK, map[string]string{"message": "API running."})
}

func (h *Home) config(w http.ResponseWriter, _ *http.Request) {
	answer(w, http.StatusOK, map[string]any{
		"location_name": "Demo home", "state": "RUNNING", "version": Version,
		"country": "DE", "currency": "EUR", "language": "en", "time_zone": "Europe/Berlin",
		"latitude": 52.5, "longitude": 13.4, "elevation": 30, "radius": 100,
		"unit_system": map[string]string{
			"temperature": "°C", "length": "km", "mass": "g", "pressure": "Pa", "volume": "L",
			"wind_speed": "m/s", "area": "m²", "accumulated_precipitation": "mm",
		},
		"components":    []string{"alexa", "api", "auth", "climate", "conversation", "cover", "http", "light", "lock", "scene", "sensor", "switch"},
		"recovery_mode": false, "safe_mode": false, "debug": false,
		"internal_url": nil, "external_url": nil,
	})
}

// An entity is a device in /api/states.
type entity struct {
	ID         string         `json:"entity_id"`
	State      string         `json:"state"`
	Attributes map[string]any `json:"attributes"`
	Changed    time.Time      `json:"last_changed"`
	Reported   time.Time      `json:"last_reported"`
	Updated    time.Time      `json:"last_updated"`
}

// entities returns all of them; the caller holds mu.
func (h *Home) entities() []entity {
	var all []entity
	for _, d := range h.devices {
		a := d.about()
		state, attributes := d.state()
		attributes["friendly_name"] = a.name
		at := h.changed[a.id].UTC()
		all = append(all, entity{a.id, state, attributes, at, at, at})
	}
	return all
}

func (h *Home) states(w http.ResponseWriter, _ *http.Request) {
	h.mu.Lock()
	all := h.entities()
	h.mu.Unlock()
	answer(w, http.StatusOK, all)
}

func (h *Home) state(w http.ResponseWriter, id string) {
	h.mu.Lock()
	all := h.entities()
	h.mu.Unlock()
	for _, e := range all {
		if e.ID == id {
			answer(w, http.StatusOK, e)
			return
		}
	}
	answer(w, http.StatusNotFound, map[string]string{"message": "Entity not found."})
}

// device returns the device with an entity id, nil if it does not exist; the caller
// holds mu.
func (h *Home) device(id string) device {
	for _, d := range h.devices {
		if d.about().id == id {
			return d
		}
	}
	return nil
}

// body reads the body of a request. If it returns false it has sent an error.
func body(w http.ResponseWriter, r *http.Request) ([]byte, bool) {
	b, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		plain(w, http.StatusRequestEntityTooLarge)
	}
	return b, err == nil
}

// answer writes JSON.
func answer(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(v)
}

// plain writes an error in the format of aiohttp.
func plain(w http.ResponseWriter, status int) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	if status == http.StatusInternalServerError {
		io.WriteString(w, "500 Internal Server Error\n\nServer got itself in trouble")
		return
	}
	fmt.Fprintf(w, "%d: %s", status, http.StatusText(status))
}
