// Package bench measures the built function against a hello world and against the
// floor, which does the same job with nothing around it. All three run on this machine
// under the local Runtime API, in turn, so that a disturbance affects all of them.
package bench

import (
	"context"
	"fmt"
	"io"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/invoke"
	"github.com/hearthgate/hearthgate/infra/internal/localrun"
	"github.com/hearthgate/hearthgate/infra/internal/localrun/demohome"
	"github.com/hearthgate/hearthgate/infra/internal/project"
	"github.com/hearthgate/hearthgate/infra/testkit/fakeaws"
	"github.com/hearthgate/hearthgate/infra/testkit/faultyhome"
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

// A Program is one of the three that are compared.
type Program struct {
	Name string
	Dir  string // below the root of the clone
	file string
}

// Programs returns the three, the function last.
func Programs() []Program {
	return []Program{
		{Name: "hello", Dir: "infra/bench/hello"},
		{Name: "floor", Dir: "infra/bench/floor"},
		{Name: "function", Dir: "function"},
	}
}

// A bench is one measurement.
type bench struct {
	Options
	env   []string
	event []byte
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
	programs := Programs()
	for i := range programs {
		p := &programs[i]
		fmt.Fprintf(o.Log, "building %s ...\n", p.Name)
		p.file = filepath.Join(dir, p.Name)
		if err := project.Program(ctx, filepath.Join(o.Root, p.Dir), p.file); err != nil {
			return nil, err
		}
	}
	b := &bench{Options: o}
	end, err := b.surround()
	if err != nil {
		return nil, err
	}
	defer end()
	return b.measure(ctx, programs)
}

// surround starts a home behind TLS and a parameter store. The certificate is an
// elliptic one, as Let's Encrypt makes them.
func (b *bench) surround() (end func(), err error) {
	const token = "eyJhbGciOiJIUzI1NiJ9.e30.of-the-benchmark"
	ca, err := faultyhome.NewCA()
	if err != nil {
		return nil, err
	}
	home := httptest.NewUnstartedServer(demohome.New(token))
	if home.TLS, err = ca.TLS(faultyhome.Certificate{}); err != nil {
		return nil, err
	}
	home.StartTLS()
	cloud := fakeaws.Start(fakeaws.Options{})
	const region, name = "us-east-1", "/hearthgate/bench/home-assistant/token"
	cloud.SetParameter(region, fakeaws.Parameter{Name: name, Type: "SecureString", Value: token, Version: 1})
	b.env = append(cloud.Environment(), "AWS_REGION="+region,
		config.EnvStage+"=bench", config.EnvURL+"="+home.URL, config.EnvTokenParameter+"="+name, config.EnvCA+"="+ca.PEM)
	b.event, err = invoke.SampleEvent("turn-on", "light#kitchen_light", "no-token")
	return func() { home.Close(); cloud.Close() }, err
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
	warm       []time.Duration // the later ones
	peak       int64           // of the resident set, bytes
}

// once runs one process. The quota holds from the end of the start on, which
// Lambda runs at full speed.
func (b *bench) once(ctx context.Context, p Program, q *quota) (m measurement, err error) {
	f, err := localrun.Start(ctx, localrun.Options{Binary: p.file, Env: b.env, Timeout: 10 * time.Second})
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
		} else {
			m.warm = append(m.warm, v.Duration)
		}
	}
	m.peak, err = peak(f.Pid())
	return m, err
}

// peak returns the peak of a process's resident memory in bytes, 0 if the system does
// not report it.
func peak(pid int) (int64, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, nil
	}
	var kb int64
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			_, err := fmt.Sscan(rest, &kb)
			return kb << 10, err
		}
	}
	return 0, nil
}
