package wire

import (
	"encoding/json"
	"strings"
)

// A Hop is one operation on the way of an invocation through the gateways.
type Hop struct {
	Operation string  `json:"operation"` // "circuit_breaker.call"
	Took      float64 `json:"took_ms"`
	OK        bool    `json:"ok"`
	Cause     string  `json:"cause,omitempty"`     // why it failed, in one word
	CacheHit  bool    `json:"cache_hit,omitempty"` // it was answered from the cache
}

// ParseTrail reads the way of an invocation from its line, in the order in which the
// operations ended. The line has it at level debug, and when something failed; otherwise
// there is none.
func ParseTrail(line []byte) []Hop {
	var l struct {
		Trail []struct {
			Message  string  `json:"message"` // "circuit_breaker_operation_call"
			Duration float64 `json:"duration"`
			Cause    string  `json:"cause"`
			OK       bool    `json:"success"`
			CacheHit bool    `json:"cache_hit"`
		} `json:"trail"`
	}
	if json.Unmarshal(line, &l) != nil {
		return nil
	}
	var way []Hop
	for _, h := range l.Trail {
		way = append(way, Hop{strings.Replace(h.Message, "_operation_", ".", 1), h.Duration, h.OK, h.Cause, h.CacheHit})
	}
	return way
}
