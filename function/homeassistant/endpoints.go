package homeassistant

import (
	"encoding/json"
	"strings"
	"unicode/utf8"
)

// What Alexa takes of a home. One endpoint that breaks a limit can make a whole
// discovery find nothing.
const (
	maxEndpoints    = 300 // of a customer
	maxCapabilities = 100 // of an endpoint
	maxEndpointID   = 256
	maxText         = 128 // of a name and of a description
)

// endpoint is as much of a discovered endpoint as has a limit.
type endpoint struct {
	ID           string            `json:"endpointId"`
	Name         string            `json:"friendlyName"`
	Description  string            `json:"description"`
	Manufacturer string            `json:"manufacturerName"`
	Capabilities []json.RawMessage `json:"capabilities"`
}

// breaks says which limit an endpoint breaks, "" if none.
func (e endpoint) breaks() string {
	long := func(text string) bool { return utf8.RuneCountInString(text) > maxText }
	switch {
	case e.ID == "" || len(e.ID) > maxEndpointID:
		return "its id has not 1 to 256 characters"
	case strings.ContainsFunc(e.ID, func(r rune) bool { return !allowed(r) }):
		return "its id has a character that Alexa does not take"
	case e.Name == "":
		return "it has no name"
	case long(e.Name):
		return "its name is longer than 128 characters"
	case long(e.Description), long(e.Manufacturer):
		return "its description is longer than 128 characters"
	case len(e.Capabilities) == 0:
		return "it has no capability"
	case len(e.Capabilities) > maxCapabilities:
		return "it has more than 100 capabilities"
	}
	return ""
}

// allowed reports whether an endpoint's id may have that character.
func allowed(r rune) bool {
	return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || strings.ContainsRune("_-=#;:?@& ", r)
}
