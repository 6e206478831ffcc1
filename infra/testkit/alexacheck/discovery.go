package alexacheck

import (
	"encoding/json"
	"regexp"
	"unicode/utf8"
)

// Amazon's limits of a discovery.
const (
	maxEndpoints    = 300
	maxCapabilities = 100
	maxText         = 128
)

var endpointID = regexp.MustCompile(`^[A-Za-z0-9_\-=#;:?@& ]{1,256}$`)

func (c *check) discovery() {
	var p struct {
		Endpoints []struct {
			ID           string          `json:"endpointId"`
			Manufacturer string          `json:"manufacturerName"`
			Name         string          `json:"friendlyName"`
			Description  string          `json:"description"`
			Categories   []string        `json:"displayCategories"`
			Capabilities []capability    `json:"capabilities"`
			Cookie       json.RawMessage `json:"cookie"`
		} `json:"endpoints"`
	}
	if err := json.Unmarshal(c.answer.Payload, &p); err != nil {
		c.fail("payload: %v", err)
		return
	}
	if p.Endpoints == nil {
		c.fail("payload.endpoints: missing, want a list, be it empty")
	}
	if n := len(p.Endpoints); n > maxEndpoints {
		c.fail("payload.endpoints: %d, and %d are taken", n, maxEndpoints)
	}
	seen := map[string]bool{}
	for _, e := range p.Endpoints {
		if !endpointID.MatchString(e.ID) {
			c.fail("endpoint %.300q: no endpointId", e.ID)
		}
		if seen[e.ID] {
			c.fail("endpoint %q: twice", e.ID)
		}
		seen[e.ID] = true
		c.text(e.ID, "manufacturerName", e.Manufacturer)
		c.text(e.ID, "friendlyName", e.Name)
		c.text(e.ID, "description", e.Description)
		// An empty list is what Home Assistant sends for a sensor of no category
		// of Alexa's, and Alexa takes it so.
		if e.Categories == nil {
			c.fail("endpoint %q: no displayCategories", e.ID)
		}
		c.capabilities(e.ID, e.Capabilities)
	}
}

func (c *check) text(id, field, text string) {
	if n := utf8.RuneCountInString(text); n < 1 || n > maxText {
		c.fail("endpoint %q: %s has %d characters, want 1 to %d", id, field, n, maxText)
	}
}

// A capability is an interface that an endpoint has.
type capability struct {
	Type      string `json:"type"`
	Interface string `json:"interface"`
	Instance  string `json:"instance"`
	Version   string `json:"version"`
}

func (c *check) capabilities(id string, all []capability) {
	if n := len(all); n < 1 || n > maxCapabilities {
		c.fail("endpoint %q: %d capabilities, want 1 to %d", id, n, maxCapabilities)
	}
	seen := map[capability]bool{}
	for _, p := range all {
		if p.Type != "AlexaInterface" || p.Interface == "" || p.Version == "" {
			c.fail("endpoint %q: a capability of type %q, interface %q, version %q", id, p.Type, p.Interface, p.Version)
		}
		if seen[p] {
			c.fail("endpoint %q: capability %s %s twice", id, p.Interface, p.Instance)
		}
		seen[p] = true
	}
}
