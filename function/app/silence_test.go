package app

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hearthgate/hearthgate/config"
)

// A router passes bytes on to a home until it forgets its connections, of which it tells
// neither side.
type router struct {
	home string

	mu    sync.Mutex
	conns []*routed // guarded by mu
}

type routed struct{ up, down atomic.Bool } // the direction that is forgotten

func newRouter(t *testing.T, home string) (r *router, url string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	r = &router{home: strings.TrimPrefix(home, "http://")}
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go r.pass(c)
		}
	}()
	return r, "http://" + l.Addr().String()
}

func (r *router) pass(c net.Conn) {
	defer c.Close()
	home, err := net.Dial("tcp", r.home)
	if err != nil {
		return
	}
	defer home.Close()
	n := new(routed)
	r.mu.Lock()
	r.conns = append(r.conns, n)
	r.mu.Unlock()
	pump := func(to io.Writer, from io.Reader, forgotten *atomic.Bool) {
		b := make([]byte, 32<<10)
		for {
			k, err := from.Read(b)
			if err != nil {
				return
			}
			if !forgotten.Load() {
				_, _ = to.Write(b[:k])
			}
		}
	}
	go pump(c, home, &n.down)
	pump(home, c, &n.up)
}

// forget drops, from now on, what comes over the connections that there are.
func (r *router) forget(up, down bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, c := range r.conns {
		c.up.Store(up)
		c.down.Store(down)
	}
}

// A tallying home carries out everything and counts what it receives, by path.
type tallying struct {
	mu       sync.Mutex
	received map[string]int // guarded by mu
}

func (h *tallying) count(path string) int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.received[path]
}

func (h *tallying) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		w.WriteHeader(http.StatusMethodNotAllowed)
		return
	}
	h.mu.Lock()
	h.received[r.URL.Path]++
	h.mu.Unlock()
	if r.URL.Path == "/api/conversation/process" {
		_, _ = io.WriteString(w, `{"response":{"response_type":"action_done","speech":{"plain":{"speech":"Done at home"}}}}`)
		return
	}
	_, _ = io.WriteString(w, handled)
}

// TestT3SilentRouter has a router forget a kept connection after some seconds of silence.
// What must not be sent twice arrives once, at once, over a new connection; the line says
// so.
func TestT3SilentRouter(t *testing.T) {
	sentence := asked("", `"type":"IntentRequest","intent":{"name":"Sentence","slots":{"sentence":{"name":"sentence","value":"turn on the light"}}}`)
	for _, tt := range []struct {
		name, event, path string
		up, down          bool
	}{
		{"a command, both ways", turnOn, "/api/alexa/smart_home", true, true},
		{"a command, on the way back", turnOn, "/api/alexa/smart_home", false, true},
		{"a sentence", sentence, "/api/conversation/process", true, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tally := &tallying{received: map[string]int{}}
			home := httptest.NewServer(tally)
			t.Cleanup(home.Close)
			between, url := newRouter(t, home.URL)
			app, out := started(t, url, map[string]string{config.EnvSkillIDs: "amzn1.ask.skill.home"})
			send := func() (took time.Duration, arrived int, line map[string]any) {
				before := tally.count(tt.path)
				out.before = len(out.lines)
				began := time.Now()
				b, err := app.Invoke(t.Context(), []byte(tt.event))
				took = time.Since(began)
				if err != nil || strings.Contains(string(b), "UNREACHABLE") || strings.Contains(string(b), "Sorry") {
					t.Errorf("the reply is %s, %v", b, err)
				}
				return took, tally.count(tt.path) - before, out.line(t)
			}
			send()
			if _, n, line := send(); n != 1 || line["connection_reused"] != true {
				t.Errorf("in a burst it arrives %d times, over a reused connection: %v", n, line["connection_reused"])
			}
			time.Sleep(2100 * time.Millisecond)
			between.forget(tt.up, tt.down)
			took, n, line := send()
			if n != 1 || took > time.Second || line["connection_reused"] != false {
				t.Errorf("after the silence it arrives %d times within %v, over a reused connection: %v", n, took, line["connection_reused"])
			}
		})
	}
}

// TestT3FailureSaysReused has a connection break that a command of a burst uses: the line
// says that it was a reused one.
func TestT3FailureSaysReused(t *testing.T) {
	var posts atomic.Int32
	home := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.Method != http.MethodPost:
			w.WriteHeader(http.StatusMethodNotAllowed)
		case posts.Add(1) > 1:
			panic(http.ErrAbortHandler)
		default:
			_, _ = fmt.Fprint(w, handled)
		}
	}))
	defer home.Close()
	app, out := started(t, home.URL, nil)
	invoke(t, app, turnOn)
	out.before = len(out.lines)
	invoke(t, app, turnOn)
	if line := out.line(t); line["connection_reused"] != true || line["cause"] != "reset" || posts.Load() != 2 {
		t.Errorf("after %d requests the line is %v", posts.Load(), line)
	}
}
