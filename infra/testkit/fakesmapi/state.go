package fakesmapi

import (
	"encoding/json"
	"maps"
	"slices"
)

// A Skill is what Amazon has of a skill.
type Skill struct {
	Manifest map[string]any
	Linking  map[string]any // with its secret; nil: none
	Models   map[string]map[string]any
	Enabled  bool
}

// Skills returns the ids of the skills, sorted.
func (s *Service) Skills() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Sorted(maps.Keys(s.skills))
}

// Skill returns a skill, nil if there is none.
func (s *Service) Skill(id string) *Skill {
	s.mu.Lock()
	defer s.mu.Unlock()
	k := s.skills[id]
	if k == nil {
		return nil
	}
	models := map[string]map[string]any{}
	for locale, r := range k.models {
		models[locale] = copied(r.value)
	}
	return &Skill{copied(k.manifest.value), copied(k.linking), models, k.enabled}
}

// Edit changes a skill as someone in the console might.
func (s *Service) Edit(id string, edit func(*Skill)) {
	k := s.Skill(id)
	edit(k)
	s.mu.Lock()
	defer s.mu.Unlock()
	old := s.skills[id]
	old.manifest.value, old.manifest.etag = copied(k.Manifest), s.tag()
	old.linking, old.linkingTag, old.enabled = copied(k.Linking), s.tag(), k.Enabled
	for locale, m := range k.Models {
		old.models[locale] = &resource{value: copied(m), etag: s.tag(), status: "SUCCEEDED"}
	}
}

// copied returns a copy that shares nothing.
func copied(m object) object {
	b, _ := json.Marshal(m) // made of JSON: cannot fail
	var c object
	_ = json.Unmarshal(b, &c)
	return c
}
