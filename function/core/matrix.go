package core

import (
	"iter"
	"math/bits"
)

// uses is the matrix: uses[g] holds the gateways whose services g may use.
// No row holds HTTPClient, Lambda or CircuitBreaker: those three are called by
// the application only. 56 of the 90 cells are ticked.
var uses = [NumGateways]Set{
	Cache:          SetOf(Singleton, Security, Logging, Metrics, Utility, Initialization),
	Singleton:      SetOf(Cache, Security, Logging, Metrics, Utility, Initialization),
	Security:       SetOf(Cache, Singleton, Logging, Metrics, Utility),
	Logging:        SetOf(Cache, Singleton, Security, Metrics, Utility),
	Metrics:        SetOf(Cache, Singleton, Security, Logging, Utility),
	HTTPClient:     SetOf(Cache, Singleton, Security, Logging, Metrics, Utility),
	Utility:        SetOf(Cache, Singleton, Security, Logging, Metrics),
	Initialization: SetOf(Cache, Singleton, Security, Logging, Metrics, Utility),
	Lambda:         SetOf(Cache, Singleton, Security, Logging, Metrics, Utility, Initialization),
	CircuitBreaker: SetOf(Cache, Singleton, Logging, Metrics, Utility),
}

// Uses returns the gateways that g may use.
func (g Gateway) Uses() Set { return uses[g] }

// A Set holds gateways, one bit each. The zero value is empty.
type Set uint16

// SetOf returns the set of gateways.
func SetOf(gateways ...Gateway) Set {
	var s Set
	for _, g := range gateways {
		s.Add(g)
	}
	return s
}

// Add puts g into s.
func (s *Set) Add(g Gateway) { *s |= 1 << g }

// Has reports whether s holds g.
func (s Set) Has(g Gateway) bool { return s&(1<<g) != 0 }

// Len returns how many gateways s holds.
func (s Set) Len() int { return bits.OnesCount16(uint16(s)) }

// All yields the gateways of s, in the order of the matrix.
func (s Set) All() iter.Seq[Gateway] {
	return func(yield func(Gateway) bool) {
		for g := range Gateway(NumGateways) {
			if s.Has(g) && !yield(g) {
				return
			}
		}
	}
}
