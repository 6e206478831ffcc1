package invoke

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/hearthgate/hearthgate/infra/internal/ui"
	"github.com/hearthgate/hearthgate/infra/internal/ui/redact"
)

// A Reply is what the function replied to a directive, without its secrets.
type Reply struct {
	Reply json.RawMessage `json:"reply"`
	Took  float64         `json:"took_ms"`
	From  string          `json:"from"`

	failed bool
	empty  bool // a discovery without a device, which is also what Alexa gets when the home fails
}

// Send sends a directive. A function that failed instead of replying is an error; a
// reply that says that the directive failed is a Reply.
func (t *Target) Send(ctx context.Context, directive []byte) (Reply, error) {
	payload, took, err := t.payload(ctx, directive)
	if err != nil {
		return Reply{}, err
	}
	name := replyName(payload)
	return Reply{
		Reply: redact.JSON(payload), Took: float64(took.Microseconds()) / 1e3, From: t.Where,
		failed: name == "" || name == "ErrorResponse",
		empty:  name == "Discover.Response" && endpoints(payload) == 0,
	}, nil
}

// payload sends an event and returns what the function answered and how long that
// took. A function that failed instead is an error.
func (t *Target) payload(ctx context.Context, event []byte) ([]byte, time.Duration, error) {
	a, err := t.Invoke(ctx, event)
	if err == nil && a.Error != "" {
		err = fmt.Errorf("the function failed instead of answering: %s", a.Error)
	}
	return a.Payload, a.Took, err
}

// Failed reports whether the reply is an error, or no reply of a Smart Home skill.
func (r Reply) Failed() bool { return r.failed }

// Show writes the reply for a person.
func (r Reply) Show(to *ui.Screen) {
	to.Verbatim(indented(r.Reply))
	to.Printf("%s\n", to.Dim(fmt.Sprintf("from %s in %.1f ms", r.From, r.Took)))
	if r.empty {
		to.Printf("The list is empty: `hearthgate doctor` says why.\n")
	}
}

// Discovers checks that the function finds devices in the home. The error says what
// prevents it, as the function itself finds it.
func (t *Target) Discovers(ctx context.Context) error {
	event, err := SampleEvent("discover", "", NoToken)
	if err != nil {
		return err
	}
	payload, _, err := t.payload(ctx, event)
	if err != nil {
		return err
	}
	discovered := replyName(payload) == "Discover.Response"
	if discovered && endpoints(payload) > 0 {
		return nil
	}
	if err := t.obstacle(ctx); err != nil {
		return err
	}
	if !discovered {
		return errors.New("the function's answer to a Discover is not what Alexa expects: `hearthgate logs` shows what it did")
	}
	return errors.New("the function reaches Home Assistant, which shows it no device: check the filter below `alexa:`, `smart_home:` in configuration.yaml")
}

// endpoints returns how many endpoints a Discover.Response has.
func endpoints(payload []byte) int {
	var reply struct {
		Event struct {
			Payload struct{ Endpoints []json.RawMessage }
		}
	}
	if json.Unmarshal(payload, &reply) != nil {
		return 0
	}
	return len(reply.Event.Payload.Endpoints)
}

// replyName returns the name of a reply, "" if it is not a reply of a Smart Home
// skill.
func replyName(raw []byte) string {
	var r struct {
		Event struct {
			Header struct {
				Name string `json:"name"`
			} `json:"header"`
		} `json:"event"`
	}
	if json.Unmarshal(raw, &r) != nil {
		return ""
	}
	return r.Event.Header.Name
}

// indented returns JSON as a person reads it.
func indented(raw json.RawMessage) []byte {
	text, err := json.MarshalIndent(raw, "", "  ")
	if err != nil {
		return raw
	}
	return text
}
