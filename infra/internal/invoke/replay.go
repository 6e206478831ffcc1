package invoke

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/hearthgate/hearthgate/config/strictjson"
	"github.com/hearthgate/hearthgate/config/wire"
	"github.com/hearthgate/hearthgate/infra/internal/ui/redact"
)

// emptyPayload are the directives whose payload is empty.
var emptyPayload = map[string]bool{
	"Discover": true, "ReportState": true, "TurnOn": true, "TurnOff": true, "Lock": true, "Unlock": true, "Activate": true,
	"Deactivate": true, "Play": true, "Pause": true, "Stop": true, "Next": true, "Previous": true, "IncreaseColorTemperature": true,
	"DecreaseColorTemperature": true, "ResumeSchedule": true,
}

// ReplayEvent returns the directive of a record as Alexa would send it again. A
// record is a line of the log, or a whole event whose secrets were redacted. A line
// has no payload: pass it if the directive has one.
func ReplayEvent(record []byte, payload, token string) ([]byte, error) {
	var whole struct {
		Directive json.RawMessage `json:"directive"`
	}
	if json.Unmarshal(record, &whole) == nil && whole.Directive != nil {
		return restore(record, token)
	}
	l, ok := wire.ParseLogLine(record)
	switch {
	case !ok || l.Namespace == "" || l.Name == "":
		return nil, errors.New("the record is neither a line of the function's log nor an event: copy one line of `hearthgate logs --json`")
	case payload != "" && !json.Valid([]byte(payload)):
		return nil, errors.New("the payload is not JSON: write it in quotation marks, such as '{\"brightness\": 40}'")
	case payload == "" && !emptyPayload[l.Name]:
		return nil, fmt.Errorf("the log does not keep the payload of %s: pass it with --payload, such as '{\"brightness\": 40}'", l.Name)
	}
	return Directive(l.Namespace, l.Name, l.Endpoint, payload, token), nil
}

// places are where a directive has the token of the linked account, by the path below
// the directive.
var places = [][]string{{"endpoint", "scope", "token"}, {"payload", "scope", "token"}, {"payload", "grantee", "token"}}

// restore puts a token where that of the linked account was redacted, and nowhere else:
// what else was hidden is not known, and the token is not meant for it.
func restore(event []byte, token string) ([]byte, error) {
	for _, place := range places {
		var err error
		if event, err = replaced(event, append([]string{"directive"}, place...), token); err != nil {
			return nil, fmt.Errorf("the record is not an event as Alexa sends it: %w", err)
		}
	}
	return event, nil
}

// replaced returns an object whose value at a path is a text if it was redacted. The
// other values stay as they are, byte for byte.
func replaced(object []byte, path []string, text string) ([]byte, error) {
	out := []byte{'{'}
	err := strictjson.Object(object, func(key, value []byte) (err error) {
		hidden, isText := strictjson.String(value)
		switch {
		case string(key) != path[0]:
		case len(path) > 1 && strictjson.Kind(value) == "object":
			value, err = replaced(value, path[1:], text)
		case len(path) == 1 && isText == nil && hidden == redact.Hidden:
			value, _ = json.Marshal(text) // text: cannot fail
		}
		name, _ := json.Marshal(string(key))
		if len(out) > 1 {
			out = append(out, ',')
		}
		out = append(append(append(out, name...), ':'), value...)
		return err
	})
	return append(out, '}'), err
}
