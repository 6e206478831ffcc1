package strictjson

import (
	"fmt"
	"strconv"
	"unicode/utf8"
)

// An Error is one fault of a JSON text.
type Error struct {
	Path      string // of the field, "directive.header.name" or "rules[2].effect"; empty: the value as a whole
	Offset    int64  // of the fault, in bytes from the start
	Problem   string // what follows the field in a sentence: "is a JSON number; expected a string"
	Truncated bool   // the text ends too early
	Unknown   bool   // there is no such field; Problem lists the known ones

	cause error // what f or the type itself said
}

func (e *Error) Error() string {
	switch {
	case e.Unknown:
		return `there is no field "` + e.Path + `"; ` + e.Problem
	case e.Path == "":
		return "the value " + e.Problem
	}
	return "field " + e.Path + " " + e.Problem
}

// Unwrap returns the error of the caller's function or of a type that reads itself.
func (e *Error) Unwrap() error { return e.cause }

// maxPath bounds the path of an error, in bytes: the text chooses its keys.
const maxPath = 256

// Under returns e for a reader of what is around: with that key, or [index], in
// front of the path.
func (e *Error) Under(outer string) *Error {
	inner := e.Path
	if len(inner) > maxPath {
		cut := maxPath
		for !utf8.RuneStart(inner[cut]) {
			cut--
		}
		inner = inner[:cut] + "…"
	}
	if inner != "" && inner[0] != '[' {
		outer += "."
	}
	whole := *e
	whole.Path = outer + inner
	return &whole
}

// wrap returns err, met by the reader of a value that begins at offset, as an Error
// that is the caller's own.
func wrap(err error, offset int) *Error {
	if e, ok := err.(*Error); ok {
		own := *e
		own.Offset += int64(offset)
		return &own
	}
	return &Error{Offset: int64(offset), Problem: err.Error(), cause: err}
}

// segment returns a key as a path has it: short, without control characters.
func segment(key string) string {
	if key == "" {
		return `""`
	}
	quoted := strconv.Quote(fmt.Sprintf("%.60s", key))
	return quoted[1 : len(quoted)-1]
}
