package metrics

import (
	"math"
	"slices"
)

// A Histogram counts values in buckets that are each 1/16 of a power of two wide,
// so that a quantile is at most 6.25 % off. The zero value is empty. It is not
// safe for concurrent use.
type Histogram struct {
	Count    int64
	Sum      float64
	Min, Max float64

	buckets []uint32 // made at the first value; what is outside goes to the ends
}

const (
	subBuckets  = 16
	minExponent = -10 // the first bucket holds what is below 2^-10 (a microsecond, in milliseconds)
	maxExponent = 30
	numBuckets  = (maxExponent - minExponent) * subBuckets
)

// Add adds a value. Values that are not positive count into the first bucket.
func (h *Histogram) Add(v float64) {
	if h.buckets == nil {
		h.buckets = make([]uint32, numBuckets)
	}
	if h.Count == 0 || v < h.Min {
		h.Min = v
	}
	if h.Count == 0 || v > h.Max {
		h.Max = v
	}
	h.Count++
	h.Sum += v
	h.buckets[bucket(v)]++
}

// bucket returns the bucket of v: its exponent, and the first four bits behind
// the point of its fraction.
func bucket(v float64) int {
	if !(v >= 1.0/1024) {
		return 0
	}
	bits := math.Float64bits(v)
	exponent := int(bits>>52) - 1023
	return min((exponent-minExponent)*subBuckets+int(bits>>48&15), numBuckets-1)
}

// Quantile returns the value below which the share q of the values lies, from 0
// to 1; 0 if there is none.
func (h *Histogram) Quantile(q float64) float64 {
	if h.Count == 0 {
		return 0
	}
	rank := int64(math.Ceil(q * float64(h.Count)))
	var seen int64
	for i, n := range h.buckets {
		if seen += int64(n); seen >= max(rank, 1) {
			upper := math.Ldexp(1+float64(i%subBuckets+1)/subBuckets, i/subBuckets+minExponent)
			return min(max(upper, h.Min), h.Max)
		}
	}
	return h.Max
}

// Mean returns the mean of the values, 0 if there is none.
func (h *Histogram) Mean() float64 {
	if h.Count == 0 {
		return 0
	}
	return h.Sum / float64(h.Count)
}

func (h *Histogram) clone() Histogram {
	c := *h
	c.buckets = slices.Clone(h.buckets)
	return c
}
