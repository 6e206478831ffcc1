package strictjson

import (
	"reflect"
	"slices"
	"strings"
	"sync"
)

// A field is a field of a struct as JSON spells it. Lists hold pointers, whose sorting
// the compiler makes once for all types: that of structs is 35 KB more.
type field struct {
	name   string
	typ    reflect.Type
	index  []int
	tagged bool // the name stands in the tag
	quoted bool // its value stands in a string
}

var cached sync.Map // of []*field, by type

// fieldsOf returns the fields of the struct t that encoding/json stores, those of
// embedded structs among them, in the order of their declaration.
func fieldsOf(t reflect.Type) []*field {
	if known, ok := cached.Load(t); ok {
		return known.([]*field)
	}
	var all []*field
	seen := map[reflect.Type]bool{}
	for level := []*field{{typ: t}}; len(level) > 0; {
		var next []*field
		for _, outer := range level {
			own, embedded := direct(outer)
			all, next = append(all, own...), append(next, embedded...)
		}
		for _, outer := range level {
			seen[outer.typ] = true
		}
		level = slices.DeleteFunc(next, func(f *field) bool { return seen[f.typ] })
	}
	known := slices.DeleteFunc(slices.Clone(all), func(f *field) bool { return hidden(f, all) })
	slices.SortFunc(known, func(a, b *field) int { return slices.Compare(a.index, b.index) })
	cached.Store(t, known)
	return known
}

// direct returns the fields of a struct, and the structs that are embedded in it.
func direct(outer *field) (own, embedded []*field) {
	for f := range outer.typ.Fields() {
		t := f.Type
		if f.Anonymous && t.Kind() == reflect.Pointer {
			t = t.Elem()
		}
		tag := f.Tag.Get("json")
		name, options, _ := strings.Cut(tag, ",")
		inner := &field{name, f.Type, append(slices.Clip(outer.index), f.Index...), name != "", false}
		switch {
		case tag == "-" || !f.IsExported() && (!f.Anonymous || t.Kind() != reflect.Struct):
		case f.Anonymous && name == "" && t.Kind() == reflect.Struct:
			inner.typ = t
			embedded = append(embedded, inner)
		default:
			if name == "" {
				inner.name = f.Name
			}
			inner.quoted = slices.Contains(strings.Split(options, ","), "string") && single(t)
			own = append(own, inner)
		}
	}
	return own, embedded
}

// hidden tells whether another field of the same name is the one that counts, or
// none is: the least deep one does, among those the one with a tag.
func hidden(f *field, all []*field) bool {
	for _, other := range all {
		if other.name != f.name || slices.Equal(other.index, f.index) {
			continue
		}
		if len(other.index) < len(f.index) || len(other.index) == len(f.index) && (other.tagged || !f.tagged) {
			return true
		}
	}
	return false
}

// single tells whether the tag's option string has a meaning for t.
func single(t reflect.Type) bool {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t.Kind() == reflect.String || t.Kind() >= reflect.Bool && t.Kind() <= reflect.Float64
}

// list names the fields that there are.
func list(known []*field) string {
	if len(known) == 0 {
		return "there are none"
	}
	names := make([]string, len(known))
	for i, f := range known {
		names[i] = f.name
	}
	return "there are " + strings.Join(names, ", ")
}
