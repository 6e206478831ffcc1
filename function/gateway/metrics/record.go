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

// A Value is one value of a metric.
type Value struct {
	Name  string  `json:"name" doc:"of the metric, such as Duration" required:"true"`
	Value float64 `json:"value" doc:"in the metric's unit"`
}

// maxValue is the greatest absolute value that CloudWatch accepts; maxValues is how
// many metrics it accepts in one record.
const (
	maxValue  = 1 << 360
	maxValues = 100
)

// check rejects an invalid name or value. Its error names the field below path.
func (v Value) check(path string) error {
	if !(math.Abs(v.Value) <= maxValue) {
		return fmt.Errorf("field %svalue is %v; expected a number between -2^360 and 2^360", path, v.Value)
	}
	return checkName(path+"name", v.Name)
}

// checkName rejects a name that CloudWatch or the reader of an export would reject.
func checkName(field, name string) error {
	const marks = "_-.:/# "
	switch {
	case name == "":
		return fmt.Errorf("field %s is missing", field)
	case len(name) > 255:
		return fmt.Errorf("field %s is %d bytes long; the maximum is 255", field, len(name))
	}
	for _, c := range []byte(name) {
		if (c|0x20 < 'a' || c|0x20 > 'z') && (c < '0' || c > '9') && strings.IndexByte(marks, c) < 0 {
			return fmt.Errorf("field %s is %.60q; expected letters, digits and %q", field, name, marks)
		}
	}
	return nil
}

// A RecordInput is the input of [Record]: one value, or several.
type RecordInput struct {
	Name   string  `json:"name,omitempty" doc:"of the metric, such as Duration; required unless values is present"`
	Value  float64 `json:"value" doc:"in the metric's unit"`
	Values []Value `json:"values,omitempty" doc:"several metrics at once, instead of name and value"`
}

// Check rejects an invalid name or value, and both one value and several.
func (in RecordInput) Check() error {
	switch {
	case len(in.Values) == 0:
		return Value{in.Name, in.Value}.check("")
	case in.Name != "" || in.Value != 0:
		return errors.New("field values is present beside name or value; expected one or the other")
	case len(in.Values) > maxValues:
		return fmt.Errorf("field values has %d metrics; the maximum is %d", len(in.Values), maxValues)
	}
	for i, v := range in.Values {
		if v.check("") != nil {
			return v.check(fmt.Sprintf("values[%d].", i))
		}
	}
	return nil
}

// Recorded describes a metric after a value was recorded: the last one, if several were.
type Recorded struct {
	Count int64   `json:"count" doc:"values since the process started"`
	Mean  float64 `json:"mean" doc:"in the metric's unit"`
}

// Record runs the operation of that name without its services. The application uses it
// when one of those fails. Either all of the values are recorded, or none.
//
// It also counts the values that [Put] has put into ctx since the last Record.
func (r *Registry) Record(ctx context.Context, in RecordInput) (Recorded, error) {
	values := in.Values
	if len(values) == 0 {
		values = []Value{{in.Name, in.Value}}
	}
	var onStack [16]*metric
	metrics := onStack[:0]
	for _, v := range values {
		m, ok := r.metric(v.Name, HistogramKind)
		if ok && m.kind == CounterKind {
			return Recorded{}, core.Errorf(core.Invalid, core.CauseKind, "field name is %q, which is a counter: use metrics.increment", v.Name)
		}
		metrics = append(metrics, m)
	}
	now := time.Now()
	invocation := recorderOf(ctx)
	var last Recorded
	for i, m := range metrics {
		if invocation != nil && m.published != (config.Metric{}) {
			invocation.set(m.published, values[i].Value)
		}
		count, sum := m.add(now, values[i].Value, "", false)
		last = Recorded{count, sum / float64(count)}
	}
	if invocation != nil {
		invocation.countPut(r, now)
	}
	return last, nil
}
