package core

import (
	"context"
	"reflect"

	"github.com/hearthgate/hearthgate/config/wire"
)

// An Operation names one operation of a gateway and fixes its types. Operations
// are declared once, as package variables of the gateway that offers them:
//
//	var Get = core.Define[GetInput, Entry](core.Cache, "get", "Return what is kept under a key.")
type Operation[In, Out any] struct{ *Spec }

// A typed calls the implementation of an operation whose types it knows.
type typed interface {
	call(ctx context.Context, impl, in any) (any, error)
}

// types are those of an operation's input and output, for [Do], which knows them when
// it is compiled and so needs no reflection.
type types[In, Out any] struct{}

func (types[In, Out]) call(ctx context.Context, impl, in any) (any, error) {
	return impl.(func(context.Context, In) (Out, error))(ctx, in.(In))
}

// None is the input of an operation that needs none: the JSON object {}.
type None struct{}

// A Spec is the part of an [Operation] that services, documents and callers by
// name see. It is not to be changed.
type Spec struct {
	Gateway Gateway
	Name    string       // "get"; the full name is String()
	Doc     string       // what it does, in one sentence
	In, Out reflect.Type // of its input and output

	full   string
	goOnly string
	fails  []Kind
	reads  bool
}

// Define declares an operation.
func Define[In, Out any](g Gateway, name, doc string) Operation[In, Out] {
	return Operation[In, Out]{define(g, name, doc, (*In)(nil), (*Out)(nil))} // short enough to be inlined
}

// define returns the Spec of an operation, given pointers of its types.
func define(g Gateway, name, doc string, in, out any) *Spec {
	return &Spec{Gateway: g, Name: name, Doc: doc, In: reflect.TypeOf(in).Elem(), Out: reflect.TypeOf(out).Elem(), full: g.String() + "." + name}
}

// InGo returns op, refused by name for a reason that completes the sentence
// "it cannot be run by name: ...".
func (op Operation[In, Out]) InGo(reason string) Operation[In, Out] {
	op.goOnly = reason
	return op
}

// Failing returns op, said to fail with these kinds too, beside [Invalid] and
// [Internal], with which any operation can.
func (op Operation[In, Out]) Failing(kinds ...Kind) Operation[In, Out] {
	op.fails = kinds
	return op
}

// Reading returns op, said to read only: it changes neither the process nor anything
// outside, and what it returns may be seen by all who may invoke the function. An
// operation that is not said to read is taken to change something.
func (op Operation[In, Out]) Reading() Operation[In, Out] {
	op.reads = true
	return op
}

// Changes reports whether the operation may change something: it is not
// said to be [Operation.Reading].
func (s *Spec) Changes() bool { return !s.reads }

// Fails returns the kinds that the operation can fail with beside [Invalid] and
// [Internal].
func (s *Spec) Fails() []Kind { return s.fails }

// String returns the name that [Execute] takes: "cache.get".
func (s *Spec) String() string { return s.full }

// Info describes the operation to people and to other programs.
func (s *Spec) Info() wire.OperationInfo {
	fields := Fields(s.In)
	input := make([]wire.Field, len(fields))
	for i, f := range fields {
		input[i] = f.Field
	}
	return wire.OperationInfo{Name: s.full, Gateway: s.Gateway.String(), Doc: s.Doc, Input: input, ByName: s.GoOnly() == "", Changes: s.Changes()}
}

// GoOnly returns why the operation cannot be run by its name, or "" if it can.
// JSON cannot express an input that holds a function.
func (s *Spec) GoOnly() string {
	if s.goOnly == "" && !expressible(s.In, 0) {
		return "its input holds a function, so only Go code can call it"
	}
	return s.goOnly
}

func expressible(t reflect.Type, depth int) bool {
	switch t.Kind() {
	case reflect.Func, reflect.Chan, reflect.UnsafePointer:
		return false
	case reflect.Pointer, reflect.Slice, reflect.Array, reflect.Map:
		return depth > 8 || expressible(t.Elem(), depth+1)
	case reflect.Interface:
		return t.NumMethod() == 0
	case reflect.Struct:
		for i := range t.NumField() {
			f := t.Field(i)
			if f.IsExported() && f.Tag.Get("json") != "-" && !expressible(f.Type, depth+1) {
				return false
			}
		}
	}
	return true
}
