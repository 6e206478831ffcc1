package metrics

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"time"

	"github.com/hearthgate/hearthgate/function/core"
)

// A Snapshot holds the totals of a process, for another process to continue from. It
// does not hold the slots of the last day.
type Snapshot struct {
	Version    int                `json:"version" doc:"of the format: 1"`
	Process    string             `json:"process" doc:"ID of the process"`
	Includes   []string           `json:"includes,omitempty" doc:"IDs of the processes whose snapshots it had restored"`
	Since      time.Time          `json:"since" doc:"start of the counted period"`
	Taken      time.Time          `json:"taken" doc:"end of the counted period"`
	Used       Counters           `json:"used" doc:"usage of the free tier"`
	Operations map[string]Numbers `json:"operations"`
	Metrics    map[string]Named   `json:"metrics"`
}

// Numbers are the totals of an operation or a metric.
type Numbers struct {
	Count   int64                `json:"count"`
	Sum     float64              `json:"sum"`
	Min     float64              `json:"min"`
	Max     float64              `json:"max"`
	Last    float64              `json:"last"`
	Errors  int64                `json:"errors,omitempty"`
	Hits    int64                `json:"cache_hits,omitempty"`
	Causes  map[core.Cause]int64 `json:"causes,omitempty"`
	Buckets [][2]int64           `json:"buckets" doc:"pairs of a bucket's number and its count"`
}

// Named are the totals of a metric with its declaration.
type Named struct {
	Kind  Kind   `json:"kind"`
	Unit  string `json:"unit,omitempty"`
	About string `json:"about,omitempty"`
	Numbers
}

const snapshotVersion = 1

// Limits of a valid snapshot.
const (
	maxCount      = 1 << 52
	maxIncludes   = 50
	maxOperations = 2000
)

// Check rejects totals that no process can have. Its error names the field.
func (s *Snapshot) Check() error {
	switch {
	case s.Version != snapshotVersion:
		return fmt.Errorf("field snapshot.version is %d; expected version %d", s.Version, snapshotVersion)
	case s.Process == "" || len(s.Process) > 64:
		return fmt.Errorf("field snapshot.process is %.70q; expected the ID of a process", s.Process)
	case len(s.Includes) > maxIncludes:
		return fmt.Errorf("field snapshot.includes has %d processes; the maximum is %d", len(s.Includes), maxIncludes)
	case len(s.Metrics) > 2*maxMetrics || len(s.Operations) > maxOperations:
		return errors.New("field snapshot.metrics or snapshot.operations has too many names")
	case s.Since.IsZero() || s.Since.After(time.Now().Add(time.Hour)):
		return fmt.Errorf("field snapshot.since is %v; expected a time in the past", s.Since)
	}
	u := s.Used
	for _, n := range []int64{u.Invocations, u.BilledMS, u.LogBytes, u.ParameterCalls, u.CacheCalls} {
		if n < 0 || n > maxCount {
			return fmt.Errorf("field snapshot.used has the invalid count %d in it", n)
		}
	}
	for name, n := range s.Operations {
		if err := n.check(); err != nil {
			return fmt.Errorf("field snapshot.operations.%.60s.%w", name, err)
		}
	}
	for name, n := range s.Metrics {
		err := n.check()
		if checkName("", name) != nil || checkKind(n.Kind) != nil || len(n.Unit) > maxUnit || len(n.About) > maxAbout {
			err = errors.New("name, kind, unit or about is invalid")
		}
		if err != nil {
			return fmt.Errorf("field snapshot.metrics.%.60s.%w", name, err)
		}
	}
	return nil
}

func (n Numbers) check() error {
	var values int64
	for _, b := range n.Buckets {
		if b[0] < 0 || b[0] >= numBuckets || b[1] < 0 || b[1] > math.MaxUint32 {
			return fmt.Errorf("buckets has the invalid bucket %v in it", b)
		}
		values += b[1]
	}
	var causes int64
	for _, c := range n.Causes {
		if c < 0 || c > maxCount {
			return fmt.Errorf("causes has the invalid count %d in it", c)
		}
		causes += c
	}
	switch {
	case len(n.Buckets) > numBuckets || len(n.Causes) > 2*maxCauses:
		return errors.New("buckets or causes has too many entries")
	case n.Count < 0 || n.Count > maxCount || values > n.Count:
		return fmt.Errorf("count is %d, but the buckets hold %d", n.Count, values)
	case n.Errors < 0 || n.Errors > n.Count || causes > n.Errors:
		return fmt.Errorf("errors is %d, but count is %d and the causes sum up to %d", n.Errors, n.Count, causes)
	case n.Hits < 0 || n.Hits > n.Count:
		return fmt.Errorf("cache_hits is %d, but count is %d", n.Hits, n.Count)
	case n.Min > n.Max:
		return fmt.Errorf("min is %v, more than max, %v", n.Min, n.Max)
	}
	return nil
}

// numbers returns the totals of s.
func (s *series) numbers() Numbers {
	var t tally
	s.sum(&t, window{})
	causes := s.causesOfFailure()
	s.mu.Lock()
	last := s.last
	s.mu.Unlock()
	n := Numbers{t.Count, t.Sum, t.Min, t.Max, last, t.errors, t.hits, causes, [][2]int64{}}
	for i, c := range t.buckets {
		if c > 0 {
			n.Buckets = append(n.Buckets, [2]int64{int64(t.first + i), int64(c)})
		}
	}
	return n
}

// restore adds n to the totals before the open slot.
func (s *series) restore(n Numbers) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if n.Count == 0 {
		return
	}
	t := tally{errors: n.Errors, hits: n.Hits}
	t.Count, t.Sum, t.Min, t.Max = n.Count, n.Sum, n.Min, n.Max
	for _, b := range n.Buckets {
		t.addTo(int(b[0]), uint32(b[1]))
	}
	if s.past.Count+s.open.Count == 0 {
		s.last = n.Last
	}
	s.past.merge(&t)
	for cause, count := range n.Causes {
		s.addCause(cause, count)
	}
}

// snapshot returns the totals of r.
func (r *Registry) snapshot() *Snapshot {
	operations, metrics := r.all()
	s := &Snapshot{
		Version: snapshotVersion, Taken: time.Now(), Used: r.used(),
		Operations: map[string]Numbers{}, Metrics: map[string]Named{},
	}
	for name, o := range operations {
		if n := o.numbers(); n.Count > 0 {
			s.Operations[name] = n
		}
	}
	for name, m := range metrics {
		unit, about, _ := m.described()
		if n := m.numbers(); n.Count > 0 || m.published.Name == "" {
			s.Metrics[name] = Named{m.kind, unit, about, n}
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	s.Process, s.Since = r.id, r.since
	s.Includes = slices.Sorted(maps.Keys(r.includes))
	return s
}
