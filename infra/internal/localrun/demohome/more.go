package demohome

import (
	"fmt"
	"time"
)

// AddLamp adds a lamp that can be dimmed. Its id is such as light.attic.
func (h *Home) AddLamp(id, name string) { h.add(&light{id: id, name: name, level: 128}) }

// AddLamps adds lamps until the home has so many devices.
func (h *Home) AddLamps(devices int) {
	for i := 1; ; i++ {
		h.mu.Lock()
		enough := len(h.devices) >= devices
		h.mu.Unlock()
		if enough {
			return
		}
		h.AddLamp(fmt.Sprintf("light.lamp_%d", i), fmt.Sprintf("Lamp %d", i))
	}
}

// AddJammingLock adds a lock that jams when it is to lock.
func (h *Home) AddJammingLock() { h.add(&jammingLock{now: "UNLOCKED"}) }

func (h *Home) add(d device) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.devices = append(h.devices, d)
	h.changed[d.about().id] = time.Now()
}

// jammingLock is a lock whose bolt meets the frame.
type jammingLock struct{ now string }

func (l *jammingLock) about() about {
	return about{"lock.jamming_lock", "Jamming Lock", "SMARTLOCK", []capability{
		has("Alexa.LockController", "lockState"), has("Alexa.EndpointHealth", "connectivity"), has("Alexa"),
	}}
}

func (l *jammingLock) state() (string, map[string]any) {
	return map[string]string{"UNLOCKED": "unlocked", "JAMMED": "jammed"}[l.now], map[string]any{"supported_features": 0}
}

func (l *jammingLock) properties() []property {
	return []property{sample("Alexa.LockController", "lockState", l.now), healthy()}
}

func (l *jammingLock) do(c command) ([]property, error) {
	switch {
	case c.namespace != "Alexa.LockController":
		return nil, errUnknown
	case c.name == "Unlock":
		l.now = "UNLOCKED"
		return said("Alexa.LockController", "lockState", l.now), nil
	}
	l.now = "JAMMED"
	return said("Alexa.LockController", "lockState", "LOCKED"), nil // Home Assistant says what was asked for, before the lock has acted
}
