package metrics

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/hearthgate/hearthgate/function/core"
)

// prometheus returns all statistics in the text format of Prometheus, version 0.0.4.
func (r *Registry) prometheus(ctx context.Context) string {
	e := &exposition{taken: map[string]bool{}}
	operations, metrics := r.all()
	e.operations(operations)
	for _, name := range slices.Sorted(maps.Keys(metrics)) {
		e.metric(name, metrics[name])
	}
	e.limits(r.Usage().Limits)
	s, _ := r.system(ctx, core.None{})
	e.single("process_resident_memory_bytes", GaugeKind, "Resident set of the process.", float64(s.RSS))
	e.single("go_memstats_heap_alloc_bytes", GaugeKind, "Bytes in use on the heap.", float64(s.Heap))
	e.single("go_goroutines", GaugeKind, "Number of goroutines.", float64(s.Goroutines))
	e.single("go_threads", GaugeKind, "Number of operating system threads.", float64(s.Threads))
	since, _ := r.times()
	e.single("hearthgate_counted_since_seconds", GaugeKind, "Start of the counted period, in seconds since 1970.", float64(since.UnixMilli())/1000)
	return e.text.String()
}

// An exposition builds a text in that format.
type exposition struct {
	text  bytes.Buffer
	taken map[string]bool // names of families and of their samples
}

// family writes the header of a family and returns its name, made valid and unique:
// different names of metrics can become the same valid name.
func (e *exposition) family(name string, kind Kind, about string) string {
	base := validName(name)
	suffixes := []string{""}
	switch kind {
	case CounterKind:
		base = strings.TrimSuffix(base, "_total")
		suffixes = []string{"_total"}
	case HistogramKind:
		suffixes = []string{"", "_bucket", "_sum", "_count"}
	}
	name = base
	for n := 2; slices.ContainsFunc(suffixes, func(s string) bool { return e.taken[name+s] }); n++ {
		name = base + "_" + strconv.Itoa(n)
	}
	for _, s := range suffixes {
		e.taken[name+s] = true
	}
	if kind == CounterKind {
		name += "_total"
	}
	fmt.Fprintf(&e.text, "# HELP %s %s\n# TYPE %s %s\n", name, helpEscaper.Replace(about), name, kind)
	return name
}

// validName replaces the characters that the format does not allow.
func validName(name string) string {
	name = strings.Map(func(c rune) rune {
		if c == '_' || c == ':' || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' {
			return c
		}
		return '_'
	}, name)
	if name == "" || '0' <= name[0] && name[0] <= '9' {
		return "_" + name
	}
	return name
}

var (
	helpEscaper  = strings.NewReplacer(`\`, `\\`, "\n", `\n`)
	labelEscaper = strings.NewReplacer(`\`, `\\`, "\n", `\n`, `"`, `\"`)
)

// A label is a name and an unescaped value.
type label struct{ name, value string }

func (e *exposition) sample(name string, value float64, labels ...label) {
	e.text.WriteString(name)
	for i, l := range labels {
		e.text.WriteByte("{,"[min(i, 1)])
		e.text.WriteString(l.name + `="` + labelEscaper.Replace(l.value) + `"`)
	}
	if len(labels) > 0 {
		e.text.WriteByte('}')
	}
	e.text.WriteByte(' ')
	e.text.WriteString(strconv.FormatFloat(value, 'g', -1, 64))
	e.text.WriteByte('\n')
}

func (e *exposition) single(name string, kind Kind, about string, value float64) {
	e.sample(e.family(name, kind, about), value)
}

// operations writes the families of the operations that were called.
func (e *exposition) operations(all map[string]*series) {
	tallies := map[string]*tally{}
	for name, s := range all {
		t := new(tally)
		if s.sum(t, window{}); t.Count > 0 {
			tallies[name] = t
		}
	}
	names := slices.Sorted(maps.Keys(tallies))
	family := e.family("hearthgate_operation_duration_seconds", HistogramKind, "Duration of the calls of an operation.")
	for _, name := range names {
		e.histogram(family, &tallies[name].Histogram, 14, 1000, operationLabels(name)...) // up to 16 s
	}
	family = e.family("hearthgate_operation_failures", CounterKind, "Failed calls of an operation, by cause.")
	for _, name := range names {
		causes := all[name].causesOfFailure()
		for _, cause := range slices.Sorted(maps.Keys(causes)) {
			e.sample(family, float64(causes[cause]), append(operationLabels(name), label{"cause", string(cause)})...)
		}
	}
	family = e.family("hearthgate_operation_cache_hits", CounterKind, "Calls of an operation that were cache hits.")
	for _, name := range names {
		e.sample(family, float64(tallies[name].hits), operationLabels(name)...)
	}
}

func operationLabels(operation string) []label {
	gateway, name, _ := strings.Cut(operation, ".")
	return []label{{"gateway", gateway}, {"operation", name}}
}

func (e *exposition) metric(name string, m *metric) {
	var t tally
	if m.sum(&t, window{}); t.Count == 0 {
		return
	}
	unit, about, last := m.described()
	if about == "" {
		about = name
	}
	if unit != "" && unit != "None" {
		about += " (" + unit + ")"
	}
	family := e.family("hearthgate_"+name, m.kind, about)
	switch m.kind {
	case CounterKind:
		e.sample(family, t.Sum)
	case GaugeKind:
		e.sample(family, last)
	default:
		e.histogram(family, &t.Histogram, maxExponent-2, 1)
	}
}

// histogram writes a histogram with fixed buckets, whose bounds are every second power
// of two up to 2^top. Values are divided by scale.
func (e *exposition) histogram(family string, h *Histogram, top int, scale float64, labels ...label) {
	bucket := func(le string, count int64) {
		e.sample(family+"_bucket", float64(count), append(slices.Clip(labels), label{"le", le})...)
	}
	var seen int64
	i := 0
	for exponent := minExponent + 2; exponent <= top; exponent += 2 {
		for ; i < len(h.buckets) && h.first+i < (exponent-minExponent)*subBuckets; i++ {
			seen += int64(h.buckets[i])
		}
		bucket(strconv.FormatFloat(math.Ldexp(1, exponent)/scale, 'g', -1, 64), seen)
	}
	bucket("+Inf", h.Count)
	e.sample(family+"_sum", h.Sum/scale, labels...)
	e.sample(family+"_count", float64(h.Count), labels...)
}

// limits writes the usage of the free tier.
func (e *exposition) limits(all []Limit) {
	family := e.family("hearthgate_used", CounterKind, "Usage of each limit of the free tier, by this process and those it restored.")
	for _, l := range all {
		e.sample(family, l.Used, label{"limit", l.Name}, label{"unit", l.Unit})
	}
	family = e.family("hearthgate_month_share", GaugeKind, "Projected share of each limit of the free tier in a month.")
	for _, l := range all {
		if l.Limit > 0 {
			e.sample(family, l.Share, label{"limit", l.Name})
		}
	}
}
