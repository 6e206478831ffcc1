package metrics

import (
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/hearthgate/hearthgate/function/core"
)

// A Snapshot holds the totals of a process, so that another can go on from them.
// What was when, within the last day, is not in it.
type Snapshot struct {
	Version    int                `json:"version" doc:"of the form of the snapshot: 1"`
	Process    string             `json:"process" doc:"which it was taken of"`
	Includes   []string           `json:"includes,omitempty" doc:"processes whose own snapshots are in it"`
	Since      time.Time          `json:"since" doc:"when what it counts began"`
	Taken      time.Time          `json:"taken" doc:"when it was taken"`
	Used       Counters           `json:"used" doc:"of the free tier"`
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
	Buckets [][2]int64           `json:"buckets" doc:"pairs of a bucket's number and how many values are in it"`
}

// Named are the totals of a metric, and what it is.
type Named struct {
	Kind  Kind   `json:"kind"`
	Unit  string `json:"unit,omitempty"`
	About string `json:"about,omitempty"`
	Numbers
}

const snapshotVersion = 1

// Limits of a snapshot, above which it is not one of ours.
const (
	maxCount    = 1 << 52
	maxIncludes = 50
)

// Check refuses what no process could have counted. It names the field.
func (s *Snapshot) Check() error {
	switch {
	case s.Version != snapshotVersion:
		return fmt.Errorf("field snapshot.version is %d; this function reads version %d", s.Version, snapshotVersion)
	case s.Process == "" || len(s.Process) > 64:
		return fmt.Errorf("field snapshot.process is %.70q; the ID of a process is wanted", s.Process)
	case len(s.Includes) > maxIncludes:
		return fmt.Errorf("field snapshot.includes has %d processes; at most %d are taken", len(s.Includes), maxIncludes)
	case len(s.Metrics) > 2*maxMetrics || len(s.Operations) > 2000:
		return fmt.Errorf("field snapshot.metrics or snapshot.operations has too many names")
	case s.Since.IsZero() || s.Since.After(time.Now().Add(time.Hour)):
		return fmt.Errorf("field snapshot.since is %v, which is no time in the past", s.Since)
	}
	u := s.Used
	for _, n := range []int64{u.Invocations, u.BilledMS, u.LogBytes, u.ParameterCalls, u.CacheCalls} {
		if n < 0 || n > maxCount {
			return fmt.Errorf("field snapshot.used has %d in it, which is no count", n)
		}
	}
	for name, n := range s.Operations {
		if err := n.check(); err != nil {
			return fmt.Errorf("field snapshot.operations.%.60s.%w", name, err)
		}
	}
	for name, n := range s.Metrics {
		err := n.check()
		if checkName("", name) != nil || checkKind(n.Kind) != nil || len(n.Unit) > 40 || len(n.About) > 400 {
			err = fmt.Errorf("name, kind, unit or about is none")
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
			return fmt.Errorf("buckets has %v in it, which is no bucket", b)
		}
		values += b[1]
	}
	var causes int64
	for _, c := range n.Causes {
		if c < 0 || c > maxCount {
			return fmt.Errorf("causes has %d in it, which is no count", c)
		}
		causes += c
	}
	switch {
	case len(n.Buckets) > numBuckets || len(n.Causes) > 2*maxCauses:
		return fmt.Errorf("buckets or causes has too many entries")
	case n.Count < 0 || n.Count > maxCount || values > n.Count:
		return fmt.Errorf("count is %d, and the buckets hold %d", n.Count, values)
	case n.Errors < 0 || n.Errors > n.Count || causes > n.Errors:
		return fmt.Errorf("errors is %d, of %d, and the causes are %d", n.Errors, n.Count, causes)
	case n.Hits < 0 || n.Hits > n.Count:
		return fmt.Errorf("cache_hits is %d, of %d", n.Hits, n.Count)
	case n.Min > n.Max:
		return fmt.Errorf("min is %v, above max, %v", n.Min, n.Max)
	}
	return nil
}

// numbers returns the totals of s.
func (s *series) numbers() Numbers {
	var t tally
	s.sum(&t, span{})
	causes := s.failures()
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

// restore adds n to what was before the open slot.
func (s *series) restore(n Numbers) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if n.Count == 0 {
		return
	}
	t := tally{errors: n.Errors, hits: n.Hits}
	t.Count, t.Sum, t.Min, t.Max = n.Count, n.Sum, n.Min, n.Max
	for _, b := range n.Buckets {
		t.put(int(b[0]), uint32(b[1]))
	}
	if s.past.Count+s.open.Count == 0 {
		s.last = n.Last
	}
	s.past.merge(&t)
	for cause, count := range n.Causes {
		s.blame(cause, count)
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
		if n := m.numbers(); n.Count > 0 || m.stacks.Name == "" {
			s.Metrics[name] = Named{m.kind, unit, about, n}
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	s.Process, s.Since = r.id, r.since
	for id := range r.restored {
		s.Includes = append(s.Includes, id)
	}
	slices.Sort(s.Includes)
	return s
}
