package e2e_test

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/config/relay"
	"github.com/hearthgate/hearthgate/infra/internal/localrun"
	"github.com/hearthgate/hearthgate/infra/internal/localrun/relayagent"
	"github.com/hearthgate/hearthgate/infra/testkit/link"
)

// A load is what came of the directives that the processes of a function sent at once.
type load struct {
	mu       sync.Mutex
	seen     map[string]int // guarded by mu; requests that reached the home, by their id
	done     int            // guarded by mu; directives that were carried out
	failed   map[string]int // guarded by mu; those that were not, by the cause
	connects int            // guarded by mu
}

// TestRelayConnects connects 10,000 times: the processes of a function, at once, lose their
// connection before each directive, and every tenth attempt to connect again is refused.
// Each directive is carried out once, or fails with the reason. What a process holds does
// not grow with the number of its connections, and nothing is left of them at the broker.
func TestRelayConnects(t *testing.T) {
	overEach(t, func(t *testing.T, begin func(testing.TB) *relayed) {
		r := begin(t)
		processes, each := 8, 1250
		if r.Broker == nil {
			each = 50 // its WebSockets wait a tenth of a second now and then
		} else if testing.Short() {
			each = 100
		}
		l := load{seen: map[string]int{}, failed: map[string]int{}}
		home := r.connect(t, relayagent.Options{Intercept: func(_ *relayagent.Agent, q relay.Request, _ string) bool {
			l.mu.Lock()
			defer l.mu.Unlock()
			l.seen[q.ID]++
			return true
		}})
		before := held(t)
		l.run(t, r, processes, each)
		want := processes * each
		if refused := want / 10; l.done != want-refused || l.failed["tls"] != refused || l.connects < want {
			t.Errorf("of %d directives %d were carried out, and %v failed, with %d connects; want %d refused", want, l.done, l.failed, l.connects, refused)
		}
		for id, times := range l.seen {
			if times != 1 {
				t.Errorf("the request %s reached the home %d times", id, times)
			}
		}
		if home.Handled() != l.done {
			t.Errorf("the home carried out %d directives, and %d were answered so", home.Handled(), l.done)
		}
		if after := settled(t, before); after.goroutines > before.goroutines || after.files > before.files {
			t.Errorf("%+v are left, want the %+v of before", after, before)
		}
		t.Logf("%d connects of %d processes: %d directives carried out, failed %v", l.connects, processes, l.done, l.failed)
	})
}

// run has processes send directives at once, each over a link of its own.
func (l *load) run(t *testing.T, r *relayed, processes, each int) {
	var going sync.WaitGroup
	defer going.Wait()
	for range processes {
		broker := ""
		for _, v := range r.Environment {
			if host, ok := strings.CutPrefix(v, config.EnvRelayEndpoint+"="); ok {
				broker = host
			}
		}
		way, err := link.New(broker, 0)
		if err != nil {
			t.Fatal(err)
		}
		env := append(r.Environment[:len(r.Environment):len(r.Environment)], config.EnvRelayEndpoint+"=localhost:"+way.Port())
		process, err := localrun.Start(t.Context(), localrun.Options{Binary: binary(t), Env: env})
		if err != nil {
			t.Fatal(err)
		}
		going.Go(func() {
			defer way.Close()
			l.send(t, &function{process, t}, way, each)
			if err := process.Close(); err != nil {
				t.Error(err)
			}
			l.mu.Lock()
			defer l.mu.Unlock()
			l.connects += way.Taken()
		})
	}
}

// send sends directives, and ends the connection before each but the first.
func (l *load) send(t *testing.T, f *function, way *link.Link, times int) {
	const warm = 20
	d := turnOn()
	var first holdings
	for i := range times {
		if i == warm {
			first = usage(t, f.Pid())
		}
		if i > 0 { // the first goes over the connection that the start has made
			way.Cut()
		}
		if i%10 == 9 {
			way.Refuse(1)
		}
		d.id = fmt.Sprintf("load-%d-%d", f.Pid(), i)
		o, err := f.try(t.Context(), d)
		if err != nil {
			t.Error(err)
			return
		}
		for _, wrong := range o.problems(d) {
			t.Errorf("directive %d: %s", i, wrong)
		}
		l.mu.Lock()
		if o.line.Cause == "" {
			l.done++
		} else {
			l.failed[o.line.Cause]++
		}
		l.mu.Unlock()
	}
	const spare = 10 // a connection more or less, and threads of the runtime
	if now := usage(t, f.Pid()); now.files > first.files+spare || now.threads > first.threads+spare {
		t.Errorf("after %d connections a process holds %+v, and after %d it held %+v", times, now, warm, first)
	}
}

// inTest is what the test's own process holds, the broker's ends of connections included.
type inTest struct{ goroutines, files int }

func held(t *testing.T) inTest {
	t.Helper()
	files, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Skip("skipped: what a process holds is read from /proc, which only Linux has: ", err)
	}
	return inTest{runtime.NumGoroutine(), len(files)}
}

// settled returns what is held when it is no more than before, or after some seconds.
func settled(t *testing.T, before inTest) (now inTest) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		if now = held(t); now.goroutines <= before.goroutines && now.files <= before.files || time.Now().After(end) {
			return now
		}
	}
}
