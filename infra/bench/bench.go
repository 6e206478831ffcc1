// Package bench measures the built function against other programs: a hello world; the
// floor, which does the same job with nothing around it; the least program that uses the
// same packages; and one that works in haaska's manner. All run on this machine under the
// local Runtime API, in turn, so that a disturbance affects all of them. The home shows a
// chain like Let's Encrypt's and the parameter store one like Amazon's, and the roots of
// both are among those that the function trusts.
package bench

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/invoke"
	"github.com/hearthgate/hearthgate/infra/internal/localrun"
	"github.com/hearthgate/hearthgate/infra/internal/localrun/demohome"
	"github.com/hearthgate/hearthgate/infra/internal/project"
	"github.com/hearthgate/hearthgate/infra/testkit/fakeaws"
)

// share is the part of a core that 128 MB of memory get after the start.
const share = 0.07

// warmEvents is how many events follow the first one in each process.
const warmEvents = 30

// Options say what to measure.
type Options struct {
	Root   string    // of the clone
	Starts int       // cold starts of each program under each condition; default: 30
	Log    io.Writer // gets a line before work that takes a while
}

// A Program is one of those that are compared.
type Program struct {
	Name string
	Dir  string   // below the root of the clone
	env  []string // beside that of all programs
	file string
}

// Programs returns all, the function last.
func Programs() []Program {
	return []Program{
		{Name: "hello", Dir: "infra/bench/hello"},
		{Name: "floor", Dir: "infra/bench/floor"},
		{Name: "least", Dir: "infra/bench/least"},
		{Name: "haaska", Dir: "infra/bench/haaska"},
		{Name: function, Dir: function, env: []string{config.EnvThreads + "=" + config.Stage{Memory: 128}.Environment()[config.EnvThreads]}},
	}
}

const function = "function"

// A bench is one measurement.
type bench struct {
	Options
	env   []string
	event []byte
	ways  []way   // to a home that is far away
	roots []*link // of the home, of the parameter store and of the broker
}

// Run measures. What could not be measured is in Report.Skipped.
func Run(ctx context.Context, o Options) (*Report, error) {
	if o.Starts == 0 {
		o.Starts = 30
	}
	dir, err := os.MkdirTemp("", "bench-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	b := &bench{Options: o}
	end, err := b.surround(ctx)
	if err != nil {
		return nil, err
	}
	defer end()
	programs, err := b.build(ctx, dir)
	if err != nil {
		return nil, err
	}
	r, err := b.measure(ctx, programs)
	if err != nil {
		return nil, err
	}
	r.Version = project.Version(ctx, o.Root)
	if r.Far, err = b.measureFar(ctx, programs[len(programs)-1]); err != nil {
		return nil, err
	}
	if r.Deployed, err = b.deployed(ctx, dir); err != nil {
		return nil, err
	}
	r.Picture, err = b.picture(ctx, programs[len(programs)-1])
	return r, err
}

// build builds the programs into dir; the function with the roots of the benchmark among
// those that it trusts.
func (b *bench) build(ctx context.Context, dir string) ([]Program, error) {
	trusted := filepath.Join(b.Root, "function", "gateway", "httpclient", "roots.der")
	roots, err := os.ReadFile(trusted)
	if err != nil {
		return nil, err
	}
	more, overlay := filepath.Join(dir, "roots.der"), filepath.Join(dir, "overlay.json")
	list, _ := json.Marshal(map[string]map[string]string{"Replace": {trusted: more}}) // text: cannot fail
	for _, root := range b.roots {
		roots = append(roots, root.Raw...)
	}
	if err := errors.Join(os.WriteFile(more, roots, 0o600), os.WriteFile(overlay, list, 0o600)); err != nil {
		return nil, err
	}
	programs := Programs()
	for i := range programs {
		p := &programs[i]
		fmt.Fprintf(b.Log, "building %s ...\n", p.Name)
		p.file = filepath.Join(dir, p.Name)
		var env []string
		if p.Name == function {
			p.file += "-built"
			env = append(env, "GOFLAGS=-overlay="+overlay)
		}
		if err := project.Program(ctx, filepath.Join(b.Root, p.Dir), p.file, env...); err != nil {
			return nil, err
		}
	}
	return programs, nil
}

// deployed returns the size of the function as Lambda gets it.
func (b *bench) deployed(ctx context.Context, dir string) (int64, error) {
	file := filepath.Join(dir, "deployed")
	if err := project.Deployed(ctx, b.Root, file); err != nil {
		return 0, err
	}
	info, err := os.Stat(file)
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

// surround starts a home and a parameter store, both behind TLS, and what is far away.
func (b *bench) surround(ctx context.Context) (end func(), err error) {
	const token = "eyJhbGciOiJIUzI1NiJ9.e30.of-the-benchmark"
	home := httptest.NewUnstartedServer(demohome.New(token))
	cloud := fakeaws.Start(fakeaws.Options{})
	store := httptest.NewUnstartedServer(cloud)
	var trusted []byte
	for _, s := range []struct {
		server *httptest.Server
		chain  func() (*link, *tls.Config, error)
	}{{home, letsEncrypt}, {store, amazon}} {
		root, conf, err := s.chain()
		if err != nil {
			return nil, err
		}
		b.roots = append(b.roots, root)
		trusted = append(trusted, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: root.Raw})...)
		s.server.TLS = conf
		s.server.StartTLS()
	}
	const region, name = "us-east-1", "/hearthgate/bench/home-assistant/token"
	cloud.SetParameter(region, fakeaws.Parameter{Name: name, Type: "SecureString", Value: token, Version: 1})
	b.env = append(cloud.Environment(), "AWS_ENDPOINT_URL="+store.URL, "AWS_REGION="+region, "BENCH_CA="+string(trusted), "BENCH_TOKEN="+token,
		config.EnvStage+"=bench", config.EnvURL+"="+home.URL, config.EnvTokenParameter+"="+name)
	b.event, err = invoke.SampleEvent("turn-on", "light#kitchen_light", "no-token")
	if err != nil {
		return nil, err
	}
	far, err := b.placeFar(ctx, home.Config.Handler, token, home.URL, store.URL)
	if err != nil {
		return nil, err
	}
	return func() { far(); home.Close(); store.Close(); cloud.Close() }, nil
}

// measure runs the programs in turn, at full speed and under the quota.
func (b *bench) measure(ctx context.Context, programs []Program) (*Report, error) {
	r := newReport(programs, b.Starts)
	for _, c := range []condition{fullSpeed, underQuota} {
		var q *quota
		if c == underQuota {
			var err error
			if q, err = newQuota(share); err != nil {
				r.Skipped = append(r.Skipped, fmt.Sprintf("the share of a core that 128 MB buy cannot be acted out: %v", err))
				continue
			}
			defer q.remove()
		}
		for i := range b.Starts {
			if i%10 == 0 {
				fmt.Fprintf(b.Log, "%v, start %d of %d ...\n", c, i+1, b.Starts)
			}
			for j, p := range programs {
				m, err := b.once(ctx, p, q)
				if err != nil {
					return nil, fmt.Errorf("%s: %w", p.Name, err)
				}
				r.Rows[j].add(c, m)
			}
		}
	}
	return r, nil
}

// A measurement is one process: its first event and those that followed.
type measurement struct {
	init, cold time.Duration   // until it asked for the first event, until it had answered it
	cpu        time.Duration   // that it took until then
	faults     int64           // of pages, until then
	warm       []time.Duration // the later events
	peak       int64           // of the resident set, bytes
}

// start starts a process of p.
func (b *bench) start(ctx context.Context, p Program, env ...string) (*localrun.Function, error) {
	return localrun.Start(ctx, localrun.Options{Binary: p.file, Env: slices.Concat(b.env, p.env, env), Timeout: 10 * time.Second})
}

// once runs one process. The quota holds from the end of the start on, which
// Lambda runs at full speed.
func (b *bench) once(ctx context.Context, p Program, q *quota, env ...string) (m measurement, err error) {
	f, err := b.start(ctx, p, env...)
	if err != nil {
		return m, err
	}
	defer f.Close()
	if q != nil {
		if err := q.add(f.Pid()); err != nil {
			return m, err
		}
	}
	for i := range warmEvents + 1 {
		if q != nil {
			time.Sleep(2 * periodMicros * time.Microsecond) // people pause between requests
		}
		v, err := f.Invoke(ctx, b.event)
		if err != nil {
			return m, err
		}
		if v.FunctionError != "" || !strings.Contains(string(v.Payload), `"Response"`) {
			return m, fmt.Errorf("it answers %.300s %s", v.Payload, v.FunctionError)
		}
		if i == 0 {
			m.init, m.cold = v.Init, v.Init+v.Duration
			m.faults, m.cpu = faults(f.Pid()), cpu(f.Pid())
		} else {
			m.warm = append(m.warm, v.Duration)
		}
	}
	m.peak = peak(f.Pid())
	return m, nil
}
