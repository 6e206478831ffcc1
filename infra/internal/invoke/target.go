// Package invoke sends events to the function, wherever it runs: deployed, or built
// and started on this machine.
package invoke

import (
	"context"
	"crypto/rand"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/awsaccount"
	"github.com/hearthgate/hearthgate/infra/internal/localrun"
	"github.com/hearthgate/hearthgate/infra/internal/localrun/demohome"
	"github.com/hearthgate/hearthgate/infra/internal/project"
)

// An Answer is what a function returned for an event.
type Answer struct {
	Payload []byte
	Error   string        // why the function failed instead of answering; default: it answered
	Took    time.Duration // the round trip from this machine
	Lines   []string      // of its log: all of a local function, the last of a deployed one
}

// A Target is one function.
type Target struct {
	Where string // for a person: "hearthgate-dev in us-east-1", "this machine"

	invoke func(context.Context, []byte) (Answer, error)
	close  []func()
}

// Invoke sends the function an event.
func (t *Target) Invoke(ctx context.Context, event []byte) (Answer, error) {
	began := time.Now()
	a, err := t.invoke(ctx, event)
	a.Took = time.Since(began)
	return a, err
}

// Close stops what runs on this machine for the target.
func (t *Target) Close() {
	for i := len(t.close) - 1; i >= 0; i-- {
		t.close[i]()
	}
}

// Deployed returns a function in the account, by its name or ARN and, unless
// qualifier is empty, an alias of it.
func Deployed(a *awsaccount.Account, function, qualifier string) *Target {
	return &Target{
		Where: fmt.Sprintf("%s in %s", function, a.Region),
		invoke: func(ctx context.Context, event []byte) (Answer, error) {
			v, err := a.Invoke(ctx, function, qualifier, event)
			return Answer{Payload: v.Payload, Error: v.FunctionError, Lines: v.Lines}, err
		},
	}
}

// Func returns a target that f invokes. Close calls nothing.
func Func(where string, f func(ctx context.Context, event []byte) (Answer, error)) *Target {
	return &Target{Where: where, invoke: f}
}

// Local builds the function of the clone at root and starts it on this machine with
// these environment variables, "NAME=value". Without any, it gets a demo home.
func Local(ctx context.Context, root string, env []string) (*Target, error) {
	dir, err := os.MkdirTemp("", "hearthgate-")
	if err != nil {
		return nil, err
	}
	t := &Target{Where: "this machine", close: []func(){func() { os.RemoveAll(dir) }}}
	if err := t.start(ctx, root, filepath.Join(dir, "bootstrap"), env); err != nil {
		t.Close()
		return nil, err
	}
	return t, nil
}

func (t *Target) start(ctx context.Context, root, binary string, env []string) error {
	if err := project.Function(ctx, root, binary); err != nil {
		return err
	}
	if len(env) == 0 {
		t.Where += ", with a demo home"
		token := rand.Text()
		home := &demohome.Server{Handler: demohome.New(token)}
		if err := home.Start(); err != nil {
			return err
		}
		t.close = append(t.close, home.Stop)
		env = []string{config.EnvStage + "=demo", config.EnvURL + "=" + home.URL(), config.EnvToken + "=" + token}
	}
	f, err := localrun.Start(ctx, localrun.Options{Binary: binary, Env: env, Timeout: 30 * time.Second})
	if err != nil {
		return err
	}
	t.close = append(t.close, func() { f.Close() })
	t.invoke = func(ctx context.Context, event []byte) (Answer, error) {
		written := len(f.Lines())
		v, err := f.Invoke(ctx, event)
		return Answer{Payload: v.Payload, Error: v.FunctionError, Lines: f.Lines()[written:]}, err
	}
	return nil
}

// Environment returns the environment variables that the stack gives the function of
// a stage, so that a local function has the settings of the deployed one. The log
// level is among them, because a local function does not read its parameter.
func Environment(s config.Stage) []string {
	variables := s.Environment()
	delete(variables, config.EnvParameterPrefix)
	variables[config.EnvLogLevel] = s.LogLevel
	var env []string
	for _, name := range slices.Sorted(maps.Keys(variables)) {
		env = append(env, name+"="+variables[name])
	}
	return env
}
