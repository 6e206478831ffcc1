package relayagent_test

import (
	"container/heap"
	"flag"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hearthgate/hearthgate/config/relay"
	"github.com/hearthgate/hearthgate/infra/internal/localrun/broker"
	"github.com/hearthgate/hearthgate/infra/internal/localrun/relayagent"
)

var update = flag.Bool("update", false, "write the table of reliability.md again")

// attempts are when homes connect next, the earliest first.
type attempts []attempt

type attempt struct {
	home   int
	after  time.Duration // since the outage
	before int           // attempts
}

func (a attempts) Len() int           { return len(a) }
func (a attempts) Less(i, j int) bool { return a[i].after < a[j].after }
func (a attempts) Swap(i, j int)      { a[i], a[j] = a[j], a[i] }
func (a *attempts) Push(x any)        { *a = append(*a, x.(attempt)) }
func (a *attempts) Pop() any {
	last := (*a)[len(*a)-1]
	*a = (*a)[:len(*a)-1]
	return last
}

// A storm is a broker with the quota of an account, and the homes of it.
type storm struct {
	t       *testing.T
	broker  *broker.Broker
	clock   atomic.Int64 // nanoseconds since the outage
	homes   []relayagent.Options
	agents  []*relayagent.Agent
	working chan struct{} // has room for so many handshakes at once
	going   sync.WaitGroup

	refused   int
	offered   map[time.Duration]int // connects by the second
	connected []time.Duration       // when homes were back
}

// outage is when the storm begins.
var outage = time.Unix(1_800_000_000, 0)

// newStorm starts a broker and prepares homes, each of a stage of its own.
func newStorm(t *testing.T, homes int) *storm {
	s := &storm{t: t, agents: make([]*relayagent.Agent, homes), working: make(chan struct{}, 2*runtime.GOMAXPROCS(0)), offered: map[time.Duration]int{}}
	var err error
	s.broker, err = broker.Start(broker.Options{MaxConnects: relay.MaxConnects, Now: func() time.Time { return outage.Add(time.Duration(s.clock.Load())) }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.broker.Close)
	for i := range homes {
		end, err := s.broker.Stage(fmt.Sprintf("home%d", i))
		if err != nil {
			t.Fatal(err)
		}
		s.homes = append(s.homes, relayagent.Options{Pairing: end.Pairing, Key: end.Key, Home: relayagent.Behind{}, KeepAlive: relay.MaxKeepAlive})
	}
	return s
}

// connect connects a home as its turn comes, and reports whether the broker takes it: it
// tries each port once.
func (s *storm) connect(home int, after time.Duration) bool {
	s.clock.Store(int64(after))
	for range relay.Ports {
		near, far := net.Pipe()
		s.offered[after.Truncate(time.Second)]++
		if s.broker.Serve(far) {
			s.working <- struct{}{}
			s.going.Go(func() {
				defer func() { <-s.working }()
				o := s.homes[home]
				o.Dial = func(string) (net.Conn, error) { return near, nil }
				a, err := relayagent.Start(s.t.Context(), o)
				if err != nil {
					s.t.Errorf("home %d: %v", home, err)
					return
				}
				s.agents[home] = a
			})
			return true
		}
		s.refused++
		near.Close()
	}
	return false
}

// allOnline fails the test unless each home is connected and says so.
func (s *storm) allOnline() {
	s.t.Helper()
	s.going.Wait()
	if n := len(s.broker.Clients()); n != len(s.homes) {
		s.t.Fatalf("%d homes are connected, want %d", n, len(s.homes))
	}
	for _, o := range s.homes {
		topic := relay.PresenceTopic(o.Pairing.Stage)
		for end := time.Now().Add(time.Minute); !strings.Contains(string(s.broker.Retained(topic)), `"`+relay.Online+`"`); time.Sleep(time.Millisecond) {
			if time.Now().After(end) {
				s.t.Fatalf("the presence of %s is %s", o.Pairing.Stage, s.broker.Retained(topic))
			}
		}
	}
}

// blow ends all connections in one moment, and has the homes come back. It returns a row of
// the table in reliability.md.
func (s *storm) blow() string {
	if err := s.broker.Restart(); err != nil {
		s.t.Fatal(err)
	}
	for _, a := range s.agents {
		<-a.Done()
		a.Cut()
	}
	clear(s.offered)
	s.refused = 0
	random := rand.New(rand.NewPCG(1, 2))
	wait := func(before int) time.Duration {
		return time.Duration(random.Int64N(int64(relay.BackOffLimit(before))))
	}
	var waiting attempts
	for home := range s.homes {
		waiting = append(waiting, attempt{home, wait(0), 0})
	}
	heap.Init(&waiting)
	for waiting.Len() > 0 {
		next := heap.Pop(&waiting).(attempt)
		if s.connect(next.home, next.after) {
			s.connected = append(s.connected, next.after)
			continue
		}
		next.before++
		heap.Push(&waiting, attempt{next.home, next.after + wait(next.before), next.before})
	}
	s.allOnline()
	first, later := s.offered[0], 0
	for second, n := range s.offered {
		if second > 0 {
			later = max(later, n)
		}
	}
	until := func(percent int) string {
		return fmt.Sprintf("%.0f s", s.connected[max(1, len(s.homes)*percent/100)-1].Seconds())
	}
	return fmt.Sprintf("| %d | %d | %d | %s | %s | %s | %d |\n", len(s.homes), first, later, until(50), until(95), until(100), s.refused)
}

// TestStorm connects homes to a broker that takes as many connects a second as AWS IoT
// Core does, ends all connections in one moment, and has each home come back as the
// integration does. The connections are real, with TLS, a certificate each and a
// subscription; the clock and the waiting are the test's own, so that the figures in
// reliability.md are exact.
func TestStorm(t *testing.T) {
	var got strings.Builder
	for _, homes := range []int{1000, 10_000} {
		if testing.Short() && homes > 1000 {
			continue
		}
		before := runtime.NumGoroutine()
		s := newStorm(t, homes)
		for home := range homes { // before the outage, within the quota
			if !s.connect(home, time.Duration(home/relay.MaxConnects-homes)*time.Second) {
				t.Fatalf("home %d was refused", home)
			}
		}
		s.allOnline()
		row := s.blow()
		t.Log(row)
		got.WriteString(row)
		for _, a := range s.agents {
			a.Cut()
		}
		s.broker.Close()
		for end := time.Now().Add(10 * time.Second); runtime.NumGoroutine() > before; time.Sleep(time.Millisecond) {
			if time.Now().After(end) {
				t.Fatalf("%d goroutines are left, want the %d of before", runtime.NumGoroutine(), before)
			}
		}
	}
	compare(t, got.String())
}

// compare compares rows with those of reliability.md, or writes them there.
func compare(t *testing.T, got string) {
	t.Helper()
	const file, begin, end = "../../../../function/docs/reliability.md", "<!-- storm -->\n", "<!-- end -->"
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(b), begin)
	table, after, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		t.Fatal("reliability.md has no place for the table")
	}
	const head = "| homes that lost their connection in one moment | connects in the first second | most in a later one | half are back after | 95 % | the last | connects refused |\n|---|---|---|---|---|---|---|\n"
	if *update && !testing.Short() {
		if err := os.WriteFile(file, []byte(before+begin+head+got+end+after), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if want, found := strings.CutPrefix(table, head); !found || !strings.HasPrefix(want, got) || !testing.Short() && want != got {
		t.Errorf("the table of reliability.md differs; write it with: go test ./infra/internal/localrun/relayagent -run TestStorm -update\ngot:\n%s\nwant:\n%s", got, table)
	}
}
