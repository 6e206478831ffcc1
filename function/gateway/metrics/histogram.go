package metrics

import "math"

// A Histogram counts values in buckets that are each 1/16 of a power of two wide,
// so that a quantile is at most 6.25 % off. It has buckets only from the smallest
// to the largest power of two that it was given: 64 bytes each. The zero value is
// empty. It is not safe for concurrent use.
type Histogram struct {
	Count    int64
	Sum      float64
	Min, Max float64

	first   int      // the bucket that buckets starts with, a multiple of subBuckets
	buckets []uint32 // grows by powers of two as values come
}

const (
	subBuckets  = 16
	minExponent = -10 // the first bucket holds what is below 2^-10 (a microsecond, in milliseconds)
	maxExponent = 30
	numBuckets  = (maxExponent - minExponent) * subBuckets
)

// Add adds a value. Values that are not positive count into the first bucket.
func (h *Histogram) Add(v float64) {
	if h.Count == 0 || v < h.Min {
		h.Min = v
	}
	if h.Count == 0 || v > h.Max {
		h.Max = v
	}
	h.Count++
	h.Sum = plus(h.Sum, v)
	b := bucket(v)
	if i := b - h.first; i < 0 || i >= len(h.buckets) {
		h.reach(b)
	}
	h.buckets[b-h.first]++
}

// plus returns a+b, or the greatest number there is when that is too great: JSON
// has no infinity.
func plus(a, b float64) float64 {
	return max(-math.MaxFloat64, min(a+b, math.MaxFloat64))
}

// bucket returns the bucket of v: its exponent, and the first four bits behind
// the point of its fraction. What is outside goes to the ends.
func bucket(v float64) int {
	if !(v >= 1.0/1024) {
		return 0
	}
	bits := math.Float64bits(v)
	exponent := int(bits>>52) - 1023
	return min((exponent-minExponent)*subBuckets+int(bits>>48&15), numBuckets-1)
}

// upper returns where a bucket ends.
func upper(bucket int) float64 {
	return math.Ldexp(1+float64(bucket%subBuckets+1)/subBuckets, bucket/subBuckets+minExponent)
}

// reach makes room for bucket b.
func (h *Histogram) reach(b int) {
	from, to := b-b%subBuckets, b-b%subBuckets+subBuckets
	if len(h.buckets) > 0 {
		from, to = min(from, h.first), max(to, h.first+len(h.buckets))
	}
	grown := make([]uint32, to-from)
	copy(grown[max(0, h.first-from):], h.buckets)
	h.first, h.buckets = from, grown
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
			return min(max(upper(h.first+i), h.Min), h.Max)
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

// merge adds what o has counted.
func (h *Histogram) merge(o *Histogram) {
	if o.Count == 0 {
		return
	}
	if h.Count == 0 {
		h.Min, h.Max = o.Min, o.Max
	}
	h.Min, h.Max = min(h.Min, o.Min), max(h.Max, o.Max)
	h.Count += o.Count
	h.Sum = plus(h.Sum, o.Sum)
	for i, n := range o.buckets {
		if n > 0 {
			h.put(o.first+i, n)
		}
	}
}

// put counts n more values into bucket b, and no more than it can hold.
func (h *Histogram) put(b int, n uint32) {
	if i := b - h.first; i < 0 || i >= len(h.buckets) {
		h.reach(b)
	}
	at := &h.buckets[b-h.first]
	*at = max(*at, *at+n) // it would take four thousand million
	if *at < n {
		*at = math.MaxUint32
	}
}

// clear empties h and keeps its memory.
func (h *Histogram) clear() {
	clear(h.buckets)
	*h = Histogram{first: h.first, buckets: h.buckets}
}

// bytes returns the memory behind h.
func (h *Histogram) bytes() int64 { return int64(cap(h.buckets)) * 4 }
