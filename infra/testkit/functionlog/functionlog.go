// Package functionlog has lines of the log as the built function writes them, so that
// no test reads a line that was invented.
package functionlog

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/invoke"
	"github.com/hearthgate/hearthgate/infra/internal/localrun/demohome"
	"github.com/hearthgate/hearthgate/infra/internal/project"
)

// Lines are what one function wrote, in this order: of directives, of which one
// failed and one was denied, and of an operation.
type Lines struct {
	Cold        string // turned on a switch, the first directive of the process
	Brightness  string // set a brightness, after a discovery, so that the device's name is known
	Rejected    string // the home has no such device, and says so
	Denied      string // a rule of the owner refused to unlock a door
	Unreachable string // the home was stopped
	Operation   string // ran logging.write
	Other       string // what that wrote, as an error
}

// Device is the endpoint of Brightness, and DeviceName its friendly name.
const Device, DeviceName = "light#kitchen_light", "Kitchen Light"

// All returns every line.
func (l Lines) All() []string {
	return []string{l.Cold, l.Brightness, l.Rejected, l.Denied, l.Unreachable, l.Other, l.Operation}
}

// Read returns the lines. The function runs once for all tests of a package.
func Read(t *testing.T) Lines {
	t.Helper()
	l, err := written()
	if err != nil {
		t.Fatal(err)
	}
	return l
}

var written = sync.OnceValues(func() (l Lines, err error) {
	const token = "a-token-of-the-demo-home"
	root, err := project.Root()
	if err != nil {
		return l, err
	}
	home := &demohome.Server{Handler: demohome.New(token)}
	if err := home.Start(); err != nil {
		return l, err
	}
	defer home.Stop()
	f, err := invoke.Local(context.Background(), root, []string{
		config.EnvStage + "=test", config.EnvURL + "=" + home.URL(), config.EnvToken + "=" + token,
		config.EnvPolicy + `=[{"effect":"deny","name":"Unlock","reason":"asleep"}]`,
	})
	if err != nil {
		return l, err
	}
	defer f.Close()

	// send sends an event and stores the lines that were written meanwhile.
	send := func(event []byte, into ...*string) {
		a, failed := f.Invoke(context.Background(), event)
		if failed == nil && len(a.Lines) != len(into) {
			failed = fmt.Errorf("%s: the function wrote %d lines, expected %d: %q", event, len(a.Lines), len(into), a.Lines)
		}
		err = errors.Join(err, failed)
		for i := range min(len(into), len(a.Lines)) {
			*into[i] = a.Lines[i]
		}
	}
	turnOn := func(endpoint string) []byte {
		return invoke.Directive("Alexa.PowerController", "TurnOn", endpoint, "", invoke.NoToken)
	}
	var discovery string
	send(turnOn("switch#outlet"), &l.Cold)
	send(invoke.Directive("Alexa.Discovery", "Discover", "", "", invoke.NoToken), &discovery)
	send(invoke.Directive("Alexa.BrightnessController", "SetBrightness", Device, `{"brightness":40}`, invoke.NoToken), &l.Brightness)
	send(turnOn("light#nowhere"), &l.Rejected)
	send(invoke.Directive("Alexa.LockController", "Unlock", "lock#front_door", "", invoke.NoToken), &l.Denied)
	home.Stop()
	send(turnOn("switch#outlet"), &l.Unreachable)
	send([]byte(`{"operation":"logging.write","input":{"level":"error","message":"the lamp is broken"}}`), &l.Other, &l.Operation)
	return l, err
})

// At returns a line as if it had been written at another time, and by the function of a
// stage; "" is the stage that it has.
func At(t testing.TB, line, stage string, at time.Time) string {
	t.Helper()
	var fields map[string]any
	if err := json.Unmarshal([]byte(line), &fields); err != nil {
		t.Fatal(err)
	}
	if fields["timestamp"] = at.UTC().Format(time.RFC3339Nano); stage != "" {
		fields["Stage"] = stage
	}
	if metrics, ok := fields["_aws"].(map[string]any); ok {
		metrics["Timestamp"] = at.UnixMilli()
	}
	b, err := json.Marshal(fields)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
