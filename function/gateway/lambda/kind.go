package lambda

import (
	"bytes"
	"encoding/json"
	"iter"
	"strings"

	"github.com/hearthgate/hearthgate/function/core"
)

// Kinds of event.
const (
	KindDirective = "directive"
	KindSkill     = "skill"
	KindOperation = "operation"
	KindScheduled = "scheduled"
)

// marks are the keys by which an event's kind is known.
var marks = []struct{ key, kind string }{
	{"directive", KindDirective}, {"request", KindSkill}, {"operation", KindOperation}, {"detail-type", KindScheduled},
}

// KindOf returns the one kind that an event is, by its keys alone. Go's decoder takes
// a key in any letter case, and of two the last; Home Assistant's does not. An event
// that one could take for this and another for that is none.
func KindOf(event []byte) (string, error) {
	event = bytes.TrimLeft(event, " \t\r\n")
	if len(event) == 0 || event[0] != '{' {
		return "", core.Errorf(core.Invalid, core.CauseEvent, "the event is not a JSON object with a directive, a request or an operation")
	}
	var kind, found string
	for key := range keys(event) {
		for _, m := range marks {
			switch {
			case !strings.EqualFold(key, m.key):
			case key != m.key:
				return "", core.Errorf(core.Invalid, core.CauseEvent, "the event has a key %q; it is spelt %q", key, m.key)
			case found == key:
				return "", core.Errorf(core.Invalid, core.CauseEvent, "the event has its %s twice; one is wanted", key)
			case found != "":
				return "", core.Errorf(core.Invalid, core.CauseEvent, "the event is of several kinds at once, %s and %s; one of them is wanted", kind, m.kind)
			default:
				kind, found = m.kind, key
			}
		}
	}
	if kind == "" {
		return "", core.Errorf(core.Invalid, core.CauseEvent,
			`the event is neither a Smart Home directive, {"directive": {...}}, nor a custom skill's request, {"request": {...}}, nor an operation, {"operation": "lambda.status", "input": {}}, nor a scheduled event, {"detail-type": "Scheduled Event", ...}`)
	}
	return kind, nil
}

// keys goes through the keys of the JSON object b itself, each as often as it is there.
func keys(b []byte) iter.Seq[string] {
	return func(yield func(string) bool) {
		depth := 0
		for i := 0; i < len(b); i++ {
			switch b[i] {
			case '{', '[':
				depth++
			case '}', ']':
				depth--
			case '"':
				from := i
				for i++; i < len(b) && b[i] != '"'; i++ {
					if b[i] == '\\' {
						i++
					}
				}
				if depth != 1 || i >= len(b) || !bytes.HasPrefix(bytes.TrimLeft(b[i+1:], " \t\r\n"), []byte(":")) {
					continue
				}
				if key, ok := unquoted(b[from : i+1]); ok && !yield(key) {
					return
				}
			}
		}
	}
}

// unquoted returns the text of a JSON string.
func unquoted(b []byte) (text string, ok bool) {
	if bytes.IndexByte(b, '\\') < 0 {
		return string(b[1 : len(b)-1]), true
	}
	return text, json.Unmarshal(b, &text) == nil
}
