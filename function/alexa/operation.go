package alexa

import (
	"fmt"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/config/strictjson"
)

// An Operation is an operation of the function that an event runs by its name.
type Operation struct {
	Name  string `json:"operation" doc:"its name, such as cache.get" required:"true"`
	Input []byte `json:"input,omitempty"` // a JSON object; nil for {}

	raw []byte
}

func readOperation(raw []byte) (Event, error) {
	o := Operation{raw: raw}
	err := strictjson.Object(raw, func(key, value []byte) (err error) {
		switch string(key) {
		case "operation":
			o.Name, err = strictjson.String(value)
		case "input":
			o.Input = value
		default:
			return fmt.Errorf("there is no field %.60q; there are operation, input", key)
		}
		return err
	})
	return o, err
}

// Kind returns [KindOperation].
func (o Operation) Kind() Kind { return KindOperation }

// Raw returns the event as it came.
func (o Operation) Raw() []byte { return o.raw }

// String returns the operation's name.
func (o Operation) String() string { return o.Name }

// A Scheduled is what a schedule of the stack sends through EventBridge.
type Scheduled struct {
	Task string // one of config's; config.TaskKeepWarm where the event names none

	raw []byte
}

func readScheduled(raw []byte) (Event, error) {
	s := Scheduled{raw: raw, Task: config.TaskKeepWarm}
	err := members(raw, map[string]func([]byte) error{"detail": func(detail []byte) error {
		return members(detail, map[string]func([]byte) error{"task": func(value []byte) error {
			task, err := strictjson.String(value)
			if task != "" {
				s.Task = task
			}
			return err
		}})
	}})
	return s, err
}

// Kind returns [KindScheduled].
func (s Scheduled) Kind() Kind { return KindScheduled }

// Raw returns the event as it came.
func (s Scheduled) Raw() []byte { return s.raw }

// String returns the task.
func (s Scheduled) String() string { return s.Task }
