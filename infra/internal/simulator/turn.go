package simulator

import (
	"encoding/json"
	"time"

	"github.com/hearthgate/hearthgate/config/wire"
)

// A Turn is what came of one sentence. It has no secret.
type Turn struct {
	N      int       `json:"n"` // from 1
	At     time.Time `json:"at"`
	Said   string    `json:"said"`           // what was typed
	Event  string    `json:"event"`          // "Alexa.PowerController.TurnOn", "IntentRequest Sentence_turn"; "" if nothing was sent
	Device string    `json:"device"`         // its name; "" for the home as a whole
	Entity string    `json:"entity"`         // "light.kitchen_light"
	Alexa  string    `json:"alexa"`          // what Alexa would say
	SSML   string    `json:"ssml,omitempty"` // of the custom skill
	Open   bool      `json:"open"`           // the custom skill waits for more
	Reply  string    `json:"reply"`          // the reply as a line
	Why    string    `json:"why,omitempty"`  // what happened, for a person, if it is not as it should be

	Outcome string `json:"outcome"` // succeeded, failed, denied or asked_wrongly; "" if nothing was sent
	Cause   string `json:"cause,omitempty"`

	Before  string   `json:"before"` // the state of the device; "" where it is not known
	After   string   `json:"after"`
	Changed []Change `json:"changed,omitempty"` // what else has changed in the home meanwhile

	Times   Times      `json:"times"`
	Way     []wire.Hop `json:"way"` // through the gateways, in the order in which they ended
	Cold    bool       `json:"cold_start"`
	Breaker bool       `json:"breaker_open"` // the circuit breaker rejected it
	Tries   int        `json:"tries"`        // to reach the home, where there were several; else 0

	Request  json.RawMessage `json:"request,omitempty"`
	Response json.RawMessage `json:"response,omitempty"`
	Log      json.RawMessage `json:"log,omitempty"`

	line    wire.LogLine
	crashed bool   // the function failed instead of answering
	again   *again // nil: nothing was sent
}

// Times says where the time went, in ms.
type Times struct {
	Total   float64 `json:"total_ms"`             // from sending the event to the reply
	Ours    float64 `json:"ours_ms"`              // in the function
	Network float64 `json:"network_ms"`           // between the function and the home; of a deployed function, between this machine and AWS
	Confirm float64 `json:"confirm_ms,omitempty"` // until the device had done it, which a lock is asked for
	Home    float64 `json:"home_ms"`              // of Home Assistant; of a deployed function, with the network to it
}

// A Change is a device whose state is another one than before.
type Change struct {
	Name   string `json:"name"`
	Before string `json:"before"`
	After  string `json:"after"`
}

// Sent reports whether anything was sent to the function.
func (t Turn) Sent() bool { return t.Event != "" }

// Good reports whether the person got what they asked for.
func (t Turn) Good() bool { return t.Outcome == wire.Succeeded.String() }
