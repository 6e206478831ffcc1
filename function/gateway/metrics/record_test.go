package metrics_test

import (
	"context"
	"encoding/json"
	"maps"
	"math"
	"sync"
	"testing"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/gateway/metrics"
)

// fields returns the numbers in the line of an invocation.
func fields(t *testing.T, ctx context.Context) map[string]float64 {
	t.Helper()
	line := written(metrics.AppendEMF(ctx, nil, "test", ""))
	if problems := broken(line); problems != nil {
		t.Errorf("%v: %s", problems, line)
	}
	var all map[string]any
	if err := json.Unmarshal([]byte(line), &all); err != nil {
		t.Fatal(err)
	}
	numbers := map[string]float64{}
	for name, v := range all {
		if n, ok := v.(float64); ok {
			numbers[name] = n
		}
	}
	return numbers
}

func TestRecordValues(t *testing.T) {
	r := metrics.New(metrics.Options{})
	d := bound(r)
	ctx := metrics.WithRecorder(t.Context())
	do := func(values ...metrics.Value) (metrics.Recorded, error) {
		return core.Do(ctx, d, metrics.Record, metrics.RecordInput{Values: values})
	}
	if _, err := do(metrics.Value{"Success", 1}, metrics.Value{"mine", 7}, metrics.Value{"Duration", 30}); err != nil {
		t.Fatal(err)
	}
	got, err := do(metrics.Value{"mine", 9}, metrics.Value{"Duration", 10})
	if err != nil || got != (metrics.Recorded{Count: 2, Mean: 20}) {
		t.Errorf("got %+v, %v; want the two values of Duration with a mean of 20", got, err)
	}
	if got, want := fields(t, ctx), map[string]float64{"Success": 1, "Duration": 10}; !maps.Equal(got, want) {
		t.Errorf("the line has %v, want %v", got, want)
	}
	for name, want := range map[string][2]float64{"Success": {1, 1}, "mine": {2, 16}, "Duration": {2, 40}} {
		if got := r.Value(name); got.Count != int64(want[0]) || got.Sum != want[1] {
			t.Errorf("%s has %d values with the sum %v, want %v with %v", name, got.Count, got.Sum, want[0], want[1])
		}
	}
	out, err := core.Execute(t.Context(), d, "metrics.record", []byte(`{"values":[{"name":"a","value":1},{"name":"b","value":2}]}`))
	if err != nil || string(out) != `{"count":1,"mean":2}` {
		t.Errorf("by name: %s, %v; want b's one value, 2", out, err)
	}
}

// TestRecordAllOrNothing has a counter among the metrics.
func TestRecordAllOrNothing(t *testing.T) {
	r := metrics.New(metrics.Options{})
	d := bound(r)
	do(t, d, metrics.Increment, metrics.IncrementInput{Name: "doors"})
	ctx := metrics.WithRecorder(t.Context())
	_, err := core.Do(ctx, d, metrics.Record, metrics.RecordInput{Values: []metrics.Value{{"Duration", 1}, {"doors", 1}}})
	if core.CauseOf(err) != core.CauseKind {
		t.Errorf("%v, want that a counter takes no values", err)
	}
	if n, attrs := r.Value("Duration").Count, metrics.AppendEMF(ctx, nil, "test", ""); n != 0 || attrs != nil {
		t.Errorf("%d values and %v were recorded, want none", n, attrs)
	}
}

func TestPut(t *testing.T) {
	r := metrics.New(metrics.Options{})
	d := bound(r)
	ctx := metrics.WithRecorder(t.Context())
	metrics.Put(t.Context(), config.HomeDuration, 5) // without a recorder: ignored
	metrics.Put(ctx, config.HomeDuration, 40)
	metrics.Put(ctx, config.HomeDuration, 60) // after a retry, for example
	metrics.Put(ctx, config.EndpointsDropped, math.NaN())
	metrics.Put(ctx, config.EndpointsDropped, math.Inf(-1))
	if got, want := fields(t, ctx), map[string]float64{"HomeDuration": 60}; !maps.Equal(got, want) {
		t.Errorf("the line has %v, want %v", got, want)
	}
	for range 2 { // the second time, there is nothing left to count
		if _, err := core.Do(ctx, d, metrics.Record, metrics.RecordInput{Values: []metrics.Value{{"Success", 1}}}); err != nil {
			t.Fatal(err)
		}
		if got := r.Value("HomeDuration"); got.Count != 2 || got.Sum != 100 {
			t.Errorf("the registry has %d values with the sum %v, want 2 with 100", got.Count, got.Sum)
		}
	}
	if got, want := fields(t, ctx), map[string]float64{"HomeDuration": 60, "Success": 1}; !maps.Equal(got, want) {
		t.Errorf("the line has %v, want %v", got, want)
	}
	metrics.Put(ctx, config.HomeDuration, 80)
	if _, err := r.Record(ctx, metrics.RecordInput{Name: "Success"}); err != nil || r.Value("HomeDuration").Sum != 180 {
		t.Errorf("the sum is %v, %v; want 180 after the next value", r.Value("HomeDuration").Sum, err)
	}
}

// TestPutConcurrent counts every value once, whatever runs at the same time.
func TestPutConcurrent(t *testing.T) {
	r := metrics.New(metrics.Options{})
	ctx := metrics.WithRecorder(t.Context())
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 200 {
				metrics.Put(ctx, config.HomeDuration, 2)
				if _, err := r.Record(ctx, metrics.RecordInput{Name: "mine"}); err != nil {
					t.Error(err)
				}
				metrics.AppendEMF(ctx, nil, "test", "")
			}
		})
	}
	all.Wait()
	if got := r.Value("HomeDuration"); got.Count != 1600 || got.Sum != 3200 {
		t.Errorf("%d values with the sum %v, want 1600 with 3200", got.Count, got.Sum)
	}
}
