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
	MaxDepth int               `json:"max_depth,omitempty" doc:"how deep objects and lists may sit inside one another; 0 for any depth"`
	MaxKeys  int               `json:"max_keys,omitempty" doc:"how many keys there may be in all its objects together; 0 for any number"`
	Required []string          `json:"required,omitempty" doc:"keys that the object must have"`
	Types    map[string]string `json:"types,omitempty" doc:"what the values of the object's keys must be: string, number, boolean, list, object or null"`
}

var kinds = []string{"string", "number", "boolean", "list", "object", "null"}

// Check refuses limits that are negative and types that there are not.
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
			return fmt.Errorf("field types.%.60s is %.40q; %s is wanted", key, kind, strings.Join(kinds, ", "))
		}
	}
	return nil
}

// StructureFacts is what [ValidateStructure] found.
type StructureFacts struct {
	Verdict
	Shape
}

// A Shape is what JSON looks like from outside.
type Shape struct {
	Kind  string `json:"kind" doc:"string, number, boolean, list, object or null"`
	Depth int    `json:"depth" doc:"how deep objects and lists sit inside one another; 0 for a single value"`
	Keys  int    `json:"keys" doc:"how many keys all its objects have together"`
}

func validateStructure(_ context.Context, in StructureInput) (StructureFacts, error) {
	measured, twice, err := strictjson.Measure(in.Value)
	if e, ok := errors.AsType[*strictjson.Error](err); ok {
		return StructureFacts{}, core.Errorf(core.Invalid, core.CauseInput, "%w", e.Under("value"))
	}
	shape := Shape(measured)
	var problems []string
	say := func(format string, args ...any) { problems = append(problems, fmt.Sprintf(format, args...)) }
	if twice != "" {
		say("the key %.60s comes twice in one object", twice)
	}
	if in.MaxDepth > 0 && shape.Depth > in.MaxDepth {
		say("the value is %d levels deep; at most %d are wanted", shape.Depth, in.MaxDepth)
	}
	if in.MaxKeys > 0 && shape.Keys > in.MaxKeys {
		say("the value has %d keys; at most %d are wanted", shape.Keys, in.MaxKeys)
	}
	var object map[string]json.RawMessage
	if json.Unmarshal(in.Value, &object) != nil && len(in.Required)+len(in.Types) > 0 {
		say("the value is of kind %s; an object is wanted", shape.Kind)
		return StructureFacts{verdict(problems), shape}, nil
	}
	for _, key := range in.Required {
		if object[key] == nil {
			say("the key %.60s is missing", key)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(in.Types)) {
		if raw := object[key]; raw != nil && kindOf(raw) != in.Types[key] {
			say("the key %.60s is of kind %s; %s is wanted", key, kindOf(raw), in.Types[key])
		}
	}
	return StructureFacts{verdict(problems), shape}, nil
}

// kindOf returns what sort of JSON raw is; null if there is none.
func kindOf(raw []byte) string {
	return cmp.Or(strictjson.Kind(raw), "null")
}
