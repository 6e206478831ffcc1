package metrics

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/function/core"
)

// A RecordInput is the input of [Record].
type RecordInput struct {
	Name  string  `json:"name" doc:"of the metric, such as Duration" required:"true"`
	Value float64 `json:"value" doc:"in the metric's unit"`
}

// Check refuses a name that is none and a value that CloudWatch does not take.
func (in RecordInput) Check() error {
	if !(math.Abs(in.Value) <= 1<<360) {
		return fmt.Errorf("field value is %v; a number between -2^360 and 2^360 is wanted", in.Value)
	}
	return checkName("name", in.Name)
}

// checkName refuses what CloudWatch, or a reader of an export, would stumble over.
func checkName(field, name string) error {
	const marks = "_-.:/# "
	switch {
	case name == "":
		return fmt.Errorf("field %s is missing", field)
	case len(name) > 255:
		return fmt.Errorf("field %s is %d bytes long; at most 255 are taken", field, len(name))
	}
	for _, c := range []byte(name) {
		if (c|0x20 < 'a' || c|0x20 > 'z') && (c < '0' || c > '9') && strings.IndexByte(marks, c) < 0 {
			return fmt.Errorf("field %s is %.60q; letters, digits and %q are taken", field, name, marks)
		}
	}
	return nil
}

// Recorded is what is known of a metric after a value was recorded.
type Recorded struct {
	Count int64   `json:"count" doc:"values since the process started"`
	Mean  float64 `json:"mean" doc:"in the metric's unit"`
}

// Record does what the operation of that name does. The application calls it when the
// services around the operation fail.
func (r *Registry) Record(ctx context.Context, in RecordInput) (Recorded, error) {
	m, own := r.metric(in.Name, HistogramKind)
	if own && m.kind == CounterKind {
		return Recorded{}, core.Errorf(core.Invalid, core.CauseKind, "field name is %q, which is a counter: metrics.increment counts it on", in.Name)
	}
	if m.stacks != (config.Metric{}) {
		if s := sheetOf(ctx); s != nil {
			s.put(m.stacks, in.Value)
		}
	}
	count, sum := m.add(time.Now(), in.Value, "", false)
	return Recorded{count, sum / float64(count)}, nil
}

// An IncrementInput is the input of [Increment].
type IncrementInput struct {
	Name string  `json:"name" doc:"of the counter" required:"true"`
	By   float64 `json:"by,omitempty" doc:"how much is added; default: 1"`
}

// Check refuses a name that is none, and to count backwards.
func (in IncrementInput) Check() error {
	if !(in.By >= 0 && in.By <= 1<<360) {
		return fmt.Errorf("field by is %v; a counter only goes up, and by 2^360 at most", in.By)
	}
	return checkName("name", in.Name)
}

// Counted is where a counter stands.
type Counted struct {
	Value float64 `json:"value"`
}

func (r *Registry) increment(_ context.Context, in IncrementInput) (Counted, error) {
	if in.By == 0 {
		in.By = 1
	}
	m, own := r.metric(in.Name, CounterKind)
	if own && m.kind != CounterKind {
		return Counted{}, core.Errorf(core.Invalid, core.CauseKind, "field name is %q, which is a %s: metrics.record takes its values", in.Name, m.kind)
	}
	_, sum := m.add(time.Now(), in.By, "", false)
	return Counted{sum}, nil
}

// A Kind says what a metric's values mean.
type Kind string

// The kinds of metric.
const (
	CounterKind   Kind = "counter"   // a sum that only grows
	GaugeKind     Kind = "gauge"     // what it was last
	HistogramKind Kind = "histogram" // how its values are spread; the default
)

func checkKind(k Kind) error {
	switch k {
	case CounterKind, GaugeKind, HistogramKind:
		return nil
	case "":
		return errors.New("field kind is missing")
	}
	return fmt.Errorf("field kind is %.40q; counter, gauge or histogram is wanted", k)
}

// A DeclareInput is the input of [Declare].
type DeclareInput struct {
	Name  string `json:"name" doc:"of the metric" required:"true"`
	Kind  Kind   `json:"kind" doc:"counter, gauge or histogram" required:"true"`
	Unit  string `json:"unit,omitempty" doc:"of its values, in a word"`
	About string `json:"about,omitempty" doc:"what it counts, in a sentence, for who reads an export"`
}

// Check refuses a name or a kind that is none, and texts that are too long.
func (in DeclareInput) Check() error {
	switch {
	case len(in.Unit) > 40:
		return fmt.Errorf("field unit is %d bytes long; at most 40 are taken", len(in.Unit))
	case len(in.About) > 400:
		return fmt.Errorf("field about is %d bytes long; at most 400 are taken", len(in.About))
	}
	if err := checkName("name", in.Name); err != nil {
		return err
	}
	return checkKind(in.Kind)
}

// Declared says how many metrics there are.
type Declared struct {
	Names int `json:"names" doc:"that are in use"`
	Room  int `json:"room" doc:"for further names; past it, values are counted under \"other\""`
}

func (r *Registry) declare(_ context.Context, in DeclareInput) (Declared, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.wake()
	m := r.metrics[in.Name]
	switch {
	case m == nil && len(r.metrics) >= maxMetrics:
		return Declared{}, core.Errorf(core.RateLimited, core.CauseNames, "there are %d metrics, and there is no room for more: use fewer names, not one for each thing", maxMetrics)
	case m == nil:
		m = &metric{kind: in.Kind}
		r.metrics[in.Name] = m
	case m.kind != in.Kind:
		return Declared{}, core.Errorf(core.Invalid, core.CauseKind, "field kind is %s, and %q is a %s already", in.Kind, in.Name, m.kind)
	case m.stacks != (config.Metric{}) && in.Unit != m.stacks.Unit:
		return Declared{}, core.Errorf(core.Invalid, core.CauseUnit, "field unit is %q, and the stack knows %s in %s", in.Unit, in.Name, m.stacks.Unit)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.unit, m.about = in.Unit, in.About
	return Declared{len(r.metrics), maxMetrics - len(r.metrics)}, nil
}
