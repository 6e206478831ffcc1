package utility

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hearthgate/hearthgate/config/strictjson"
	"github.com/hearthgate/hearthgate/function/core"
)

// A StructureInput is the input of [ValidateStructure].
type StructureInput struct {
	Value    json.RawMessage   `json:"value" required:"true" doc:"any JSON"`
	MaxDepth int               `json:"max_depth,omitempty" doc:"maximum nesting depth of objects and lists; 0 for any"`
	MaxKeys  int               `json:"max_keys,omitempty" doc:"maximum number of keys of all objects together; 0 for any"`
	Required []string          `json:"required,omitempty" doc:"keys that the object must have"`
	Types    map[string]string `json:"types,omitempty" doc:"the type of each key's value: string, number, boolean, list, object or null"`
}

var kinds = []string{"string", "number", "boolean", "list", "object", "null"}

// Check rejects negative limits and unknown types.
func (in StructureInput) Check() error {
	switch {
	case len(in.Value) == 0:
		return errors.New("field value is missing")
	case in.MaxDepth < 0:
		return errors.New("field max_depth is negative")
	case in.MaxKeys < 0:
		return errors.New("field max_keys is negative")
	}
	for key, kind := range in.Types {
		if !slices.Contains(kinds, kind) {
			return fmt.Errorf("field types.%.60s is %.40q; expected one of %s", key, kind, strings.Join(kinds, ", "))
		}
	}
	return nil
}

// A StructureResult is the output of [ValidateStructure].
type StructureResult struct {
	Verdict
	Shape
}

// A Shape is the kind and the size of a JSON value.
type Shape struct {
	Kind  string `json:"kind" doc:"string, number, boolean, list, object or null"`
	Depth int    `json:"depth" doc:"nesting depth of objects and lists; 0 for a scalar"`
	Keys  int    `json:"keys" doc:"number of keys of all objects together"`
}

func validateStructure(_ context.Context, in StructureInput) (StructureResult, error) {
	measured, twice, err := strictjson.Measure(in.Value)
	if e, ok := errors.AsType[*strictjson.Error](err); ok {
		return StructureResult{}, core.Errorf(core.Invalid, core.CauseInput, "%w", e.Under("value"))
	}
	shape := Shape(measured)
	r := StructureResult{valid, shape}
	r.require(twice == "", "the key %.60s occurs twice in one object", twice)
	r.require(shape.Depth <= in.MaxDepth || in.MaxDepth == 0, "the value is %d levels deep; the maximum is %d", shape.Depth, in.MaxDepth)
	r.require(shape.Keys <= in.MaxKeys || in.MaxKeys == 0, "the value has %d keys; the maximum is %d", shape.Keys, in.MaxKeys)
	if len(in.Required)+len(in.Types) == 0 {
		return r, nil
	}
	var object map[string]json.RawMessage
	if json.Unmarshal(in.Value, &object) != nil {
		r.require(false, "the value is of kind %s; expected an object", shape.Kind)
		return r, nil
	}
	for _, key := range in.Required {
		r.require(object[key] != nil, "the key %.60s is missing", key)
	}
	for _, key := range slices.Sorted(maps.Keys(in.Types)) {
		kind := kindOf(object[key])
		r.require(object[key] == nil || kind == in.Types[key], "the key %.60s is of kind %s; expected %s", key, kind, in.Types[key])
	}
	return r, nil
}

// kindOf returns what sort of JSON raw is; null if there is none.
func kindOf(raw []byte) string {
	return cmp.Or(strictjson.Kind(raw), "null")
}
