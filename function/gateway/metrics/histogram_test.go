package metrics_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/hearthgate/hearthgate/function/gateway/metrics"
)

// TestQuantiles compares quantiles with the exact ones for several distributions: the
// error is at most 1/16.
func TestQuantiles(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for name, next := range map[string]func() float64{
		"even":      func() float64 { return 1 + random.Float64()*1000 },
		"long tail": func() float64 { return math.Exp(random.NormFloat64()*2 + 3) },
		"tiny":      func() float64 { return 0.001 + random.Float64()/100 },
		"two peaks": func() float64 { return []float64{3, 7000}[random.IntN(2)] },
		"constant":  func() float64 { return 42 },
	} {
		t.Run(name, func(t *testing.T) {
			var h metrics.Histogram
			var values []float64
			for range 10_000 {
				v := next()
				values = append(values, v)
				h.Add(v)
			}
			slices.Sort(values)
			for _, q := range []float64{0, .001, .5, .9, .95, .99, 1} {
				want := values[max(0, int(math.Ceil(q*float64(len(values))))-1)]
				if got := h.Quantile(q); got < want || got > want*(1+1.0/16) {
					t.Errorf("quantile %v is %v, want %v or a sixteenth more", q, got, want)
				}
			}
			if h.Min != values[0] || h.Max != values[len(values)-1] || h.Count != int64(len(values)) {
				t.Errorf("min %v, max %v, count %d", h.Min, h.Max, h.Count)
			}
		})
	}
}

// TestOddValues adds extreme values.
func TestOddValues(t *testing.T) {
	var h metrics.Histogram
	if h.Quantile(.5) != 0 || h.Mean() != 0 {
		t.Error("an empty histogram has values")
	}
	for _, v := range []float64{0, -5, 1e300, math.SmallestNonzeroFloat64, math.MaxFloat64, -math.MaxFloat64, 1 << 30, 1.0 / 1024} {
		h.Add(v)
	}
	if h.Count != 8 || h.Quantile(0) < h.Min || h.Quantile(1) > h.Max {
		t.Errorf("%d values, quantiles from %v to %v", h.Count, h.Quantile(0), h.Quantile(1))
	}
}

func BenchmarkHistogram(b *testing.B) {
	var h metrics.Histogram
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		h.Add(float64(i & 1023))
	}
}
