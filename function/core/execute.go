package core

import (
	"context"
	"encoding/json"
	"reflect"
)

// Execute runs the operation called name, "cache.get", on JSON and returns JSON.
// The input is strict, as [Decode] has it. An operation that JSON cannot express,
// or that is not there, says so.
func Execute(ctx context.Context, d *Dispatcher, name string, input []byte) (json.RawMessage, error) {
	s := d.Spec(name)
	if s == nil {
		return nil, Errorf(NotFound, CauseUnknownOperation, "there is no operation %.100q; `hearthgate op` lists them", name)
	}
	if reason := s.GoOnly(); reason != "" {
		return nil, named(s, Errorf(Invalid, CauseGoOnly, "it cannot be run by name: %s", reason))
	}
	in := reflect.New(s.In)
	if err := Decode(input, in.Interface()); err != nil {
		return nil, named(s, err)
	}
	impl := d.bound[s]
	if other := d.byName[s]; other != nil {
		impl = other
	}
	out, err := d.do(ctx, &Call{Spec: s, Input: in.Elem().Interface(), impl: impl})
	if err != nil {
		return nil, err
	}
	b, err := json.Marshal(out)
	return b, named(s, err)
}
