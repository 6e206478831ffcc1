package lambda

import (
	"context"
	"encoding"
	"encoding/json"
	"reflect"
	"strings"

	"github.com/hearthgate/hearthgate/function/core"
)

// ListOperations lists what the function can do.
var ListOperations = core.Define[OperationsInput, []OperationFacts](core.Lambda, "operations",
	"List the operations of all gateways, with the fields of their inputs.")

// An OperationsInput is the input of [ListOperations].
type OperationsInput struct{}

// OperationFacts is what is told of one operation.
type OperationFacts struct {
	Name    string       `json:"name" doc:"what an event calls it by, such as cache.get"`
	Gateway string       `json:"gateway"`
	Doc     string       `json:"doc"`
	Input   []FieldFacts `json:"input"`
	ByName  bool         `json:"by_name" doc:"whether an event can call it, or only Go code"`
}

// FieldFacts is what is told of one field of an input.
type FieldFacts struct {
	Name string `json:"name"`
	Type string `json:"type" doc:"of JSON: string, number, boolean, list, object, or any"`
	Doc  string `json:"doc,omitempty"`
	Unit string `json:"unit,omitempty"`
}

func (g *gateway) operations(context.Context, OperationsInput) ([]OperationFacts, error) {
	all := []OperationFacts{}
	for _, s := range g.opts.Specs() {
		all = append(all, OperationFacts{
			Name: s.String(), Gateway: s.Gateway.String(), Doc: s.Doc, Input: fieldsOf(s.In), ByName: s.GoOnly() == "",
		})
	}
	return all, nil
}

// fieldsOf returns the fields of an input as JSON spells them. An input that reads
// its JSON itself has none that could be told.
func fieldsOf(t reflect.Type) []FieldFacts {
	fields := []FieldFacts{}
	if t.Kind() != reflect.Struct || reflect.PointerTo(t).Implements(reflect.TypeFor[json.Unmarshaler]()) {
		return fields
	}
	for f := range t.Fields() {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case f.Anonymous && name == "":
			fields = append(fields, fieldsOf(f.Type)...)
		case f.IsExported() && name != "-":
			if name == "" {
				name = f.Name
			}
			fields = append(fields, FieldFacts{name, typeOf(f.Type), f.Tag.Get("doc"), unitOf(f)})
		}
	}
	return fields
}

func unitOf(f reflect.StructField) string {
	if unit := f.Tag.Get("unit"); unit != "" || f.Type != reflect.TypeFor[core.Seconds]() {
		return unit
	}
	return "s"
}

// typeOf returns the type that JSON has for t.
func typeOf(t reflect.Type) string {
	switch t {
	case reflect.TypeFor[json.RawMessage]():
		return "any"
	case reflect.TypeFor[core.Seconds]():
		return "number"
	}
	if reflect.PointerTo(t).Implements(reflect.TypeFor[encoding.TextUnmarshaler]()) {
		return "string"
	}
	switch t.Kind() {
	case reflect.Pointer:
		return typeOf(t.Elem())
	case reflect.Bool:
		return "boolean"
	case reflect.String:
		return "string"
	case reflect.Slice, reflect.Array:
		if t.Elem().Kind() == reflect.Uint8 {
			return "string"
		}
		return "list"
	case reflect.Map, reflect.Struct:
		if reflect.PointerTo(t).Implements(reflect.TypeFor[json.Unmarshaler]()) {
			return "any"
		}
		return "object"
	case reflect.Interface, reflect.Func, reflect.Chan:
		return "any"
	}
	return "number"
}
