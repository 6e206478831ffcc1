package metrics

import "math"

// A Histogram counts values in buckets that are each 1/16 of a power of two wide, so
// the error of a quantile is at most 6.25 %. It has buckets from the smallest to the
// largest power of two among its values, 64 bytes for each. The zero value is empty. It
// is not safe for concurrent use.
type Histogram struct {
	Count    int64
	Sum      float64
	Min, Max float64

	first   int      // number of the first bucket, a multiple of subBuckets
	buckets []uint32 // grows by powers of two
}

const (
	subBuckets  = 16
	minExponent = -10 // the first bucket holds values below 2^-10 (a microsecond, in milliseconds)
	maxExponent = 30
	numBuckets  = (maxExponent - minExponent) * subBuckets
)

// Add adds a value. Zero and negative values count into the first bucket.
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
		h.grow(b)
	}
	h.buckets[b-h.first]++
}

// plus returns a+b, limited to the range of float64, because JSON has no infinity.
func plus(a, b float64) float64 {
	return max(-math.MaxFloat64, min(a+b, math.MaxFloat64))
}

// bucket returns the bucket of v, from its exponent and the first four bits of its
// fraction. Values outside the range go to the first or last bucket.
func bucket(v float64) int {
	if !(v >= 1.0/1024) {
		return 0
	}
	bits := math.Float64bits(v)
	exponent := int(bits>>52) - 1023
	return min((exponent-minExponent)*subBuckets+int(bits>>48&15), numBuckets-1)
}

// upper returns the upper bound of a bucket.
func upper(bucket int) float64 {
	return math.Ldexp(1+float64(bucket%subBuckets+1)/subBuckets, bucket/subBuckets+minExponent)
}

// grow makes room for bucket b.
func (h *Histogram) grow(b int) {
	from, to := b-b%subBuckets, b-b%subBuckets+subBuckets
	if len(h.buckets) > 0 {
		from, to = min(from, h.first), max(to, h.first+len(h.buckets))
	}
	grown := make([]uint32, to-from)
	copy(grown[max(0, h.first-from):], h.buckets)
	h.first, h.buckets = from, grown
}

// Quantile returns the value that the share q of the values, from 0 to 1, does not
// exceed; 0 if h is empty.
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

// Mean returns the mean of the values; 0 if h is empty.
func (h *Histogram) Mean() float64 {
	if h.Count == 0 {
		return 0
	}
	return h.Sum / float64(h.Count)
}

// merge adds the values of o.
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
			h.addTo(o.first+i, n)
		}
	}
}

// addTo adds n values to bucket b, up to its maximum.
func (h *Histogram) addTo(b int, n uint32) {
	if i := b - h.first; i < 0 || i >= len(h.buckets) {
		h.grow(b)
	}
	at := &h.buckets[b-h.first]
	*at += min(n, math.MaxUint32-*at)
}

// clear empties h and keeps its buckets allocated.
func (h *Histogram) clear() {
	clear(h.buckets)
	*h = Histogram{first: h.first, buckets: h.buckets}
}

// bytes returns the memory of the buckets.
func (h *Histogram) bytes() int64 { return int64(cap(h.buckets)) * 4 }
