// Package demo shows the function at work: it sends directives through the built
// function to a home and reports the directive, the reply, the state of the home before
// and after, and whether all of it is right.
package demo

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/localrun"
	"github.com/hearthgate/hearthgate/infra/internal/localrun/demohome"
	"github.com/hearthgate/hearthgate/infra/internal/localrun/homestate"
	"github.com/hearthgate/hearthgate/infra/internal/project"
)

// Options choose the function and the home. Root or Binary is required.
type Options struct {
	Root   string       // of the clone, to build the function from
	Binary string       // the built function; default: it is built
	Home   http.Handler // the demo home, which accepts Token; default: a demohome.Home
	URL    string       // of a Home Assistant to use instead of a demo home; default: none
	Token  string       // for it; default: a random one
	Relay  bool         // puts a relay in front of the demo home; default: the function reaches it by its address
	Switch string       // the entity of that Home Assistant that may be switched, and is switched back; default: none
	Env    []string     // "NAME=value": further settings of the function, such as HOME_ASSISTANT_CA

	Client  *http.Client      // asks that Home Assistant; default: http.DefaultClient
	Headers map[string]string // secret headers that it needs, such as those of Cloudflare Access; default: none

	Progress func(string) // is called with what happens now, as [project.Function] calls a watcher; default: nothing
	Show     func(Step)   // is called after each directive; default: nothing
}

// A Report is what came of all directives.
type Report struct {
	OK      bool     `json:"ok"`
	Home    string   `json:"home"`     // where it is
	Start   float64  `json:"start_ms"` // of the function, until it asked for its first event
	Steps   []Step   `json:"steps"`
	Metrics []Metric `json:"metrics"`
	Problem string   `json:"problem,omitempty"` // with the metrics
}

// Run sends the directives one after another. The error says why they could not be sent;
// a directive that was not answered as it should be is in the report.
func Run(ctx context.Context, o Options) (Report, error) {
	if o.Progress == nil {
		o.Progress = func(string) {}
	}
	if o.Show == nil {
		o.Show = func(Step) {}
	}
	dir, err := os.MkdirTemp("", "hearthgate-demo-")
	if err != nil {
		return Report{}, err
	}
	defer os.RemoveAll(dir)
	if o.Binary == "" {
		o.Binary = filepath.Join(dir, "bootstrap")
		if err := project.Function(ctx, o.Root, o.Binary, o.Progress); err != nil {
			return Report{}, err
		}
	}
	if o.URL != "" {
		return real(ctx, o)
	}
	if o.Token == "" {
		o.Token = rand.Text()
	}
	if o.Home == nil {
		o.Home = demohome.New(o.Token)
	}
	server := &demohome.Server{Handler: o.Home}
	if err := server.Start(); err != nil {
		return Report{}, err
	}
	defer server.Stop()
	if o.Relay {
		h, env, err := relayed(o)
		if err != nil {
			return Report{}, err
		}
		defer h.Close()
		o.Env = append(o.Env, env...)
		return perform(ctx, o, homestate.Home{URL: server.URL(), Token: o.Token}, demoPlay(h))
	}
	return perform(ctx, o, homestate.Home{URL: server.URL(), Token: o.Token}, demoPlay(server))
}

// perform runs the scenes of a play at a home.
func perform(ctx context.Context, o Options, h homestate.Home, scenes []scene) (Report, error) {
	o.Progress("starting the function")
	began := time.Now()
	f, err := start(ctx, o, h.URL)
	if err != nil {
		return Report{}, err
	}
	defer f.Close()
	r := Report{OK: true, Home: h.URL, Start: ms(time.Since(began))}
	for i := 0; i < len(scenes); i++ {
		step, more, err := scenes[i].play(ctx, o, h, f)
		if err != nil {
			return r, err
		}
		r.OK = r.OK && step.OK
		r.Steps = append(r.Steps, step)
		o.Show(step)
		scenes = append(scenes, more...)
	}
	r.Metrics = summary(r.Steps)
	if r.Problem = incomplete(r.Metrics, len(r.Steps)); r.Problem != "" {
		r.OK = false
	}
	return r, nil
}

// start starts the function for a home. Secrets are passed in the environment, which
// the list of processes does not show.
func start(ctx context.Context, o Options, url string) (*localrun.Function, error) {
	return localrun.Start(ctx, localrun.Options{
		Binary: o.Binary,
		Env:    append(address(o, url), o.Env...),
	})
}

// address returns the settings of the function for where the home is. Over a relay it
// needs neither address nor token.
func address(o Options, url string) []string {
	if o.Relay {
		return nil
	}
	return []string{config.EnvStage + "=demo", config.EnvURL + "=" + url, config.EnvToken + "=" + o.Token}
}

func ms(d time.Duration) float64 { return float64(d.Round(time.Microsecond)) / 1e6 }

// problem returns a sentence about what is wrong.
func problem(format string, args ...any) string { return fmt.Sprintf(format, args...) }
