package core

import (
	"encoding"
	"encoding/json"
	"reflect"
	"strings"

	"github.com/hearthgate/hearthgate/config/wire"
)

// A Field is one field of an operation's input or output, of a type in Go.
type Field struct {
	wire.Field

	index []int
	of    reflect.Type
}

// Nested returns the fields of the object that f holds, or of each object in its
// list; none if it holds neither.
func (f Field) Nested() []Field {
	if f.Type != "object" && f.Type != "list" {
		return nil
	}
	return Fields(Object(f.of))
}

// Object returns the type of the object that a t holds: what a pointer points to,
// or what is in a list or a map.
func Object(t reflect.Type) reflect.Type {
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Array, reflect.Map:
		return Object(t.Elem())
	}
	return t
}

// Fields returns the fields of t as JSON spells them, those of embedded structs
// included, in the order of their declaration. Their tags describe them: doc, unit,
// and required:"true" for what the input's Check insists on. A type that is not a
// struct, or reads its JSON itself, has none.
func Fields(t reflect.Type) []Field { return appendFields([]Field{}, t, nil) }

func appendFields(fields []Field, t reflect.Type, at []int) []Field {
	if t.Kind() != reflect.Struct || typeOf(t) != "object" {
		return fields
	}
	for f := range t.Fields() {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		index := append(at[:len(at):len(at)], f.Index...)
		switch {
		case f.Anonymous && name == "":
			fields = appendFields(fields, f.Type, index)
		case f.IsExported() && name != "-":
			if name == "" {
				name = f.Name
			}
			fields = append(fields, Field{
				wire.Field{
					Name: name, Type: typeOf(f.Type), Doc: f.Tag.Get("doc"), Unit: unitOf(f), Required: f.Tag.Get("required") == "true",
				}, index, f.Type,
			})
		}
	}
	return fields
}

func readsItself(t reflect.Type) bool {
	return reflect.PointerTo(t).Implements(reflect.TypeFor[json.Unmarshaler]())
}

func unitOf(f reflect.StructField) string {
	if unit := f.Tag.Get("unit"); unit != "" || f.Type != reflect.TypeFor[Seconds]() {
		return unit
	}
	return "s"
}

// typeOf returns the JSON type of t.
func typeOf(t reflect.Type) string {
	switch t {
	case reflect.TypeFor[json.RawMessage]():
		return "any"
	case reflect.TypeFor[Seconds]():
		return "number"
	}
	if reflect.PointerTo(t).Implements(reflect.TypeFor[encoding.TextUnmarshaler]()) || t.Implements(reflect.TypeFor[encoding.TextMarshaler]()) {
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
		if readsItself(t) {
			return "any"
		}
		return "object"
	case reflect.Interface, reflect.Func, reflect.Chan:
		return "any"
	}
	return "number"
}
