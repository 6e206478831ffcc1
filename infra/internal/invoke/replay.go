package invoke

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/hearthgate/hearthgate/config/wire"
	"github.com/hearthgate/hearthgate/infra/internal/logview"
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
		return restore(record, token), nil
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

// restore puts a token where one was redacted.
func restore(event []byte, token string) []byte {
	quoted, _ := json.Marshal(token) // text: cannot fail
	return []byte(strings.ReplaceAll(string(event), `"`+logview.Hidden+`"`, string(quoted)))
}
