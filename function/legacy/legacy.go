// Package legacy answers to the names that the operations had in the older system:
// "cache.GET_TTL" is cache.ttl today. What is not offered any more says why, and
// what to use.
package legacy

import (
	"bytes"
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/hearthgate/hearthgate/config/strictjson"
	"github.com/hearthgate/hearthgate/function/core"
)

// A Name is a name of the older system and what it stands for today.
type Name struct {
	Older string            // "cache.GET_TTL"
	Now   string            // "cache.ttl"; "" when it is gone
	Fixed map[string]string // fields of today's input that the name stands for, as JSON
	Gone  string            // why it is gone, and what to use
}

// Names returns every name of the older system, by gateway and in its order.
func Names() []Name { return slices.Clone(names) }

// Execute runs an operation as [core.Execute] does, by its name of today or of the
// older system. A name that is gone is an error of kind Gone that says what to use.
func Execute(ctx context.Context, d *core.Dispatcher, name string, input []byte) (json.RawMessage, error) {
	name, input, err := Resolve(name, input)
	if err != nil {
		return nil, err
	}
	return core.Execute(ctx, d, name, input)
}

// Resolve returns the operation and the input that a name of the older system
// stands for. Any other name is returned as it is.
func Resolve(name string, input []byte) (string, []byte, error) {
	i := slices.IndexFunc(names, func(n Name) bool { return n.Older == name })
	if i < 0 {
		return name, input, nil
	}
	n := names[i]
	if n.Now == "" {
		return "", nil, core.Errorf(core.Gone, core.CauseGone, "%s is not offered any more: %s", name, n.Gone)
	}
	if len(n.Fixed) == 0 {
		return n.Now, input, nil
	}
	fields := map[string]json.RawMessage{}
	if len(bytes.TrimSpace(input)) > 0 {
		_, err := strictjson.Check(input)
		if err != nil || json.Unmarshal(input, &fields) != nil {
			return n.Now, input, nil // which says better what is wrong with it
		}
	}
	for field, value := range n.Fixed {
		if fields[field] != nil {
			return "", nil, core.Errorf(core.Invalid, core.CauseInput, "field %s is what %s stands for: leave it out, or use %s", field, name, n.Now)
		}
		if fields == nil { // null stands for {}
			fields = map[string]json.RawMessage{}
		}
		fields[field] = json.RawMessage(value)
	}
	input, err := json.Marshal(fields)
	return n.Now, input, err
}

// String returns what the name stands for: `logging.write {"level":"ERROR"}`, or
// why it is gone.
func (n Name) String() string {
	if n.Now == "" {
		return n.Gone
	}
	var fixed []string
	for _, field := range slices.Sorted(maps.Keys(n.Fixed)) {
		fixed = append(fixed, `"`+field+`":`+n.Fixed[field])
	}
	if len(fixed) == 0 {
		return n.Now
	}
	return n.Now + " {" + strings.Join(fixed, ",") + "}"
}
