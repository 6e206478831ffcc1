package e2e_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/localrun"
	"github.com/hearthgate/hearthgate/infra/internal/localrun/demohome"
	"github.com/hearthgate/hearthgate/infra/testkit/alexacheck"
	"github.com/hearthgate/hearthgate/infra/testkit/faultyhome"
)

var soak = flag.Int("soak", 5000, "how many invocations TestSoak makes")

// TestSoak makes many invocations of all kinds against a home of which one answer
// in twelve is a fault: no command is lost or carried out twice, every reply is
// valid, and the process holds in the end what it held in the beginning. The
// figures go to .build/soak.txt.
func TestSoak(t *testing.T) {
	token := canaries.make("eyJhbGciOiJIUzI1NiJ9.e30.")
	d := demohome.New(token)
	home, err := faultyhome.New(moody(d), nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(home.Close)
	var log watcher
	// A Lock that waits for the lock would make it a test of waiting: TestConfirmUnderFaults
	// has those.
	env := append(at(home.URL, token), config.EnvTimeout+"=0.05", config.EnvConfirm+"="+config.ConfirmNone)
	f := start(t, localrun.Options{Log: &log, Timeout: 2 * time.Second}, env...)
	s := &soaking{function: f, replies: map[string]int{}, done: map[string]bool{}}

	early := *soak / 5 // by then everything has been done that is done once
	s.run(t, early)
	before := usage(t, f.Pid())
	s.run(t, *soak-early)
	after := usage(t, f.Pid())
	goroutines := s.goroutines(t)

	fresh := &soaking{function: start(t, localrun.Options{}, env...), replies: map[string]int{}, done: map[string]bool{}}
	fresh.run(t, 200)
	normal := fresh.goroutines(t)

	read, did := home.Received(), d.Received()
	lost, doubled, handled := 0, 0, 0
	for id, ok := range s.done {
		handled += min(did[id], 1)
		if read[id] > 1 || did[id] > 1 {
			doubled++
			t.Errorf("%s was read %d times and carried out %d times", id, read[id], did[id])
		}
		if ok && did[id] == 0 {
			lost++
			t.Errorf("%s was answered as done and never reached the home", id)
		}
	}
	table := s.tabulate(before, after, goroutines, normal, handled, lost, doubled)
	t.Log("\n" + table)
	if err := os.WriteFile(filepath.Join(root(t), ".build", "soak.txt"), []byte(table), 0o644); err != nil {
		t.Error(err)
	}
	if handled < len(s.done)*3/4 {
		t.Errorf("%d of %d commands were handled by the home: too few to prove anything", handled, len(s.done))
	}
	if lines, leaks := log.figures(); lines != *soak || leaks != 0 {
		t.Errorf("%d lines for %d invocations, %d with a secret", lines, *soak, leaks)
	}
	const grownKB, grownFiles, grownGoroutines = 16 << 10, 8, 16 // room for the heap, and for connections that happen to be open
	if after.rss > before.rss+grownKB || after.files > before.files+grownFiles || goroutines > normal+grownGoroutines {
		t.Errorf("it holds more than it did: before %+v, after %+v, goroutines %d, normally %d", before, after, goroutines, normal)
	}
}

// moody serves a home and, one time in twelve, does something else. It never refuses
// the token and never bans: after that nothing would reach it for a while.
func moody(d *demohome.Home) faultyhome.Behaviour {
	var mu sync.Mutex
	random := rand.New(rand.NewPCG(1, 2))
	faults := []faultyhome.Behaviour{
		faultyhome.After(), faultyhome.After(faultyhome.Reset), faultyhome.Rude,
		faultyhome.After(faultyhome.Say("HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{"), faultyhome.Reset),
		faultyhome.After(faultyhome.Say(faultyhome.Answer(200, inJSON, "{"))),
		faultyhome.After(faultyhome.Say(faultyhome.Answer(200, inJSON, ""))),
		faultyhome.After(faultyhome.Say(faultyhome.Answer(404, plain, "404: Not Found"))),
		faultyhome.After(faultyhome.Say(faultyhome.Answer(500, plain, "500"))),
		faultyhome.After(faultyhome.Say(faultyhome.Answer(502, html, "<html>"))),
		faultyhome.After(faultyhome.Say(faultyhome.Answer(503, plain, "503"))),
		faultyhome.After(faultyhome.Say(faultyhome.Answer(429, plain, "429"))),
	}
	draw := func(n int) int {
		mu.Lock()
		defer mu.Unlock()
		return random.IntN(n)
	}
	return func(v *faultyhome.Visit) {
		for v.Await() == nil {
			switch {
			case draw(500) == 0:
				faultyhome.After(faultyhome.Hang)(v)
				return
			case draw(12) == 0:
				faults[draw(len(faults))](v)
				return
			}
			if faultyhome.Once(d)(v) != nil {
				return
			}
		}
	}
}

// A soaking is a long run and what came of it.
type soaking struct {
	*function
	n         int
	invalid   int             // replies
	replies   map[string]int  // how often each came
	done      map[string]bool // commands by messageId: whether they were answered as done
	durations []time.Duration
}

func (s *soaking) run(t *testing.T, n int) {
	t.Helper()
	for range n {
		k := kinds[s.n%len(kinds)]
		d := command(k.command, k.endpoint, k.payload)
		s.n++
		event := d.event()
		v, err := s.Invoke(t.Context(), event)
		if err != nil || v.FunctionError != "" {
			t.Fatal(v.FunctionError, err)
		}
		if err := alexacheck.Reply(event, v.Payload); err != nil {
			s.invalid++
			t.Errorf("%v: %v: %s", d, err, v.Payload)
		}
		var r reply
		if err := json.Unmarshal(v.Payload, &r); err != nil {
			t.Fatal(err)
		}
		s.replies[r.kind()]++
		s.durations = append(s.durations, v.Duration)
		if d.name != "Discover" && d.name != "ReportState" {
			s.done[d.id] = r.Event.Header.Name != "ErrorResponse"
		}
	}
}

func (s *soaking) tabulate(before, after holdings, goroutines, normal, handled, lost, doubled int) string {
	var b strings.Builder
	slices.Sort(s.durations)
	at := func(q float64) float64 {
		return float64(s.durations[int(q*float64(len(s.durations)-1))].Microseconds()) / 1000
	}
	fmt.Fprintf(&b, "%d invocations of %d kinds, a fault one time in twelve\n\n", s.n, len(kinds))
	fmt.Fprintf(&b, "commands                            %d, of them handled by the home %d\n", len(s.done), handled)
	fmt.Fprintf(&b, "commands answered as done and lost  %d\ncommands carried out twice          %d\nreplies that are not valid          %d\n", lost, doubled, s.invalid)
	fmt.Fprintf(&b, "duration                            p50 %.1f ms, p90 %.1f ms, p99 %.1f ms, longest %.1f ms\n", at(.5), at(.9), at(.99), at(1))
	fmt.Fprintf(&b, "resident memory                     %.1f MB after a fifth, %.1f MB in the end\n", float64(before.rss)/1e3, float64(after.rss)/1e3)
	fmt.Fprintf(&b, "descriptors                         %d, %d\nthreads                             %d, %d\n", before.files, after.files, before.threads, after.threads)
	fmt.Fprintf(&b, "goroutines                          %d in the end, %d after 200 invocations of a fresh process\n\nreplies\n", goroutines, normal)
	for _, kind := range slices.Sorted(maps.Keys(s.replies)) {
		fmt.Fprintf(&b, "  %-34s%d\n", kind, s.replies[kind])
	}
	return b.String()
}
