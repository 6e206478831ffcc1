package e2e_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hearthgate/hearthgate/infra/internal/localrun"
	"github.com/hearthgate/hearthgate/infra/internal/project/procgroup"
	"github.com/hearthgate/hearthgate/infra/testkit/faultyhome"
	"github.com/hearthgate/hearthgate/infra/testkit/judges"
)

// An emulator is Amazon's Runtime Interface Emulator with the built function in it.
type emulator struct {
	t   *testing.T
	url string
	out *buffer
}

// emulate starts the emulator with these settings and so many seconds for each event.
func emulate(t *testing.T, seconds string, env ...string) *emulator {
	t.Helper()
	program := judges.Emulator.Install(t, root(t))
	front, back := freeAddress(t), freeAddress(t)
	e := &emulator{t, "http://" + front + "/2015-03-31/functions/function/invocations", &buffer{}}
	cmd := exec.Command(program, "--runtime-interface-emulator-address", front, "--runtime-api-address", back, binary(t))
	cmd.Dir = t.TempDir()
	cmd.Env = append(env, "AWS_LAMBDA_FUNCTION_TIMEOUT="+seconds, "TMPDIR="+cmd.Dir, "AWS_REGION=eu-west-1", "LOG_LEVEL=error")
	cmd.Stdout, cmd.Stderr = e.out, e.out
	p, err := procgroup.Start(cmd)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		p.Stop(time.Second)
		noSecrets(t, "the emulator's output", e.out.String())
	})
	for begin := time.Now(); ; time.Sleep(20 * time.Millisecond) {
		c, err := net.Dial("tcp", front)
		if err == nil {
			c.Close()
			return e
		}
		if time.Since(begin) > 10*time.Second {
			t.Fatalf("the emulator does not listen: %v\n%s", err, e.out)
		}
	}
}

// invoke sends an event and returns the answer, which is an error of the function or
// its reply.
func (e *emulator) invoke(event []byte) []byte {
	e.t.Helper()
	res, err := http.Post(e.url, "application/json", bytes.NewReader(event))
	if err != nil {
		e.t.Fatal(err)
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		e.t.Fatalf("the emulator answered %s %s %v\n%s", res.Status, answer, err, e.out)
	}
	return answer
}

// logged returns the ids of the requests of which the function has written a line. The
// emulator's own lines are no JSON.
func (e *emulator) logged() (ids []string) {
	for text := range strings.Lines(e.out.String()) {
		if !strings.HasPrefix(text, "{") {
			continue
		}
		var l struct{ RequestID string }
		if err := json.Unmarshal([]byte(text), &l); err != nil {
			e.t.Errorf("%v: %s", err, text)
		}
		ids = append(ids, l.RequestID)
	}
	return ids
}

// freeAddress returns an address that was free a moment ago: the emulator takes no
// port of its own choice.
func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// A buffer is a bytes.Buffer for several goroutines.
type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer // guarded by mu
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// invocations are what differs in an operation's answer from one event to the next.
var invocations = regexp.MustCompile(`("(?:correlation_id|duration)": ?)("[^"]*"|[0-9.]+)`)

// TestJudgeEmulator has the function answer every sample in Amazon's emulator as it
// does under our Runtime API, each with a home of its own that begins in the same
// state. What is no directive fails alike.
func TestJudgeEmulator(t *testing.T) {
	token := canaries.make("stored")
	_, one := demo(t, token)
	_, two := demo(t, token)
	ours := start(t, localrun.Options{}, at(one.URL, token)...)
	theirs := emulate(t, "8", at(two.URL, token)...)

	cases := samples(t)
	for name, event := range map[string]string{"array": `[]`, "text": `"turn on"`, "null": `null`, "empty": `{}`, "unknown operation": `{"operation":"cache.eat"}`} {
		cases = append(cases, sample{name: name, directive: []byte(event)})
	}
	for _, s := range cases {
		t.Run(s.name, func(t *testing.T) {
			v, err := ours.Invoke(t.Context(), s.directive)
			if err != nil {
				t.Fatal(err)
			}
			got := theirs.invoke(s.directive)
			mask := func(answer []byte) []byte { return invocations.ReplaceAll(still(answer), []byte(`$1"*"`)) }
			if !bytes.Equal(mask(got), mask(v.Payload)) {
				t.Errorf("the answer in the emulator differs\nemulator: %s\nours:     %s", got, v.Payload)
			}
		})
	}
	ids := theirs.logged()
	for end := time.Now().Add(10 * time.Second); len(ids) < len(cases) && time.Now().Before(end); ids = theirs.logged() {
		time.Sleep(time.Millisecond) // the line comes after the reply
	}
	if len(ids) != len(cases) {
		t.Errorf("%d lines of %d events", len(ids), len(cases))
	}
	for _, id := range ids {
		if !strings.Contains(theirs.out.String(), "START RequestId: "+id+" ") {
			t.Errorf("the emulator knows no request %q", id)
		}
	}
	t.Logf("%d events", len(cases))
}

// TestJudgeEmulatorTimeout has the function answer a silent home's directive within
// the time that the emulator enforces, and the next one too.
func TestJudgeEmulatorTimeout(t *testing.T) {
	h, err := faultyhome.New(faultyhome.Deaf, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(h.Close)
	e := emulate(t, "3", at(h.URL, canaries.make("stored"))...)
	for range 2 {
		answer := e.invoke(command("PowerController.TurnOn", "light#kitchen_light", "").event())
		var r reply
		if err := json.Unmarshal(answer, &r); err != nil || r.kind() != "BRIDGE_UNREACHABLE" {
			t.Errorf("the answer is %s, want BRIDGE_UNREACHABLE: %v", answer, err)
		}
	}
	if strings.Contains(e.out.String(), "timed out after 3") {
		t.Errorf("the emulator ended the function: %s", e.out)
	}
}
