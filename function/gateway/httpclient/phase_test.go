package httpclient_test

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/gateway/httpclient"
)

// A line is a network of pipes, on which time is that of the synctest bubble. Each
// function serves the connection of one dial, the last one all further dials; nil never
// connects.
type line struct {
	serve []func(net.Conn)
	start time.Time

	mu    sync.Mutex
	dials []time.Duration // guarded by mu; when each began
}

func (l *line) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	l.mu.Lock()
	serve := l.serve[min(len(l.dials), len(l.serve)-1)]
	l.dials = append(l.dials, time.Since(l.start))
	l.mu.Unlock()
	if serve == nil {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	near, far := net.Pipe()
	go func() {
		defer far.Close()
		serve(far)
	}()
	return near, nil
}

// mute reads and never answers.
func mute(c net.Conn) { _, _ = io.Copy(io.Discard, c) }

// polite answers every request.
func polite(c net.Conn) {
	in := bufio.NewReader(c)
	for answerOne(in, c) {
	}
}

func answerOne(in *bufio.Reader, c net.Conn) bool {
	r, err := http.ReadRequest(in)
	if err != nil {
		return false
	}
	_, _ = io.Copy(io.Discard, r.Body)
	_, err = io.WriteString(c, ok)
	return err == nil
}

// politeOnce answers one request only.
func politeOnce(c net.Conn) {
	in := bufio.NewReader(c)
	if answerOne(in, c) {
		_, _ = io.Copy(io.Discard, in)
	}
}

// unfinished sends an answer without its last byte.
func unfinished(c net.Conn) {
	if _, err := http.ReadRequest(bufio.NewReader(c)); err != nil {
		return
	}
	_, _ = io.WriteString(c, ok[:len(ok)-1])
	_, _ = io.Copy(io.Discard, c)
}

// TestPhases has each phase hang, with eight seconds left. The bubble fails the test
// when a goroutine outlives the request.
func TestPhases(t *testing.T) {
	const all = 8 * time.Second
	for name, tt := range map[string]struct {
		url        string
		serve      []func(net.Conn)
		config     httpclient.Config
		warm       bool
		idempotent bool
		took       time.Duration
		dials      []time.Duration
		want       string // in the error; "" for none
		retries    int64
	}{
		"dial once": {serve: []func(net.Conn){nil, polite}, took: 3 * time.Second, dials: []time.Duration{0, 3 * time.Second}, retries: 1},
		"dial":      {serve: []func(net.Conn){nil}, took: all, dials: []time.Duration{0, 3 * time.Second}, want: "resolving the name", retries: 1},
		"dial, as configured": {
			serve: []func(net.Conn){nil}, config: httpclient.Config{Timeouts: httpclient.Timeouts{Dial: core.Seconds(time.Second)}},
			took: 2 * time.Second, dials: []time.Duration{0, time.Second}, want: "resolving the name", retries: 1,
		},
		"handshake":           {url: "https://home.test", serve: []func(net.Conn){mute}, took: all, dials: []time.Duration{0, 5 * time.Second}, want: "handshake", retries: 1},
		"first byte, command": {serve: []func(net.Conn){mute}, took: all, dials: []time.Duration{0}, want: "first byte"},
		"first byte, idempotent on a new connection":    {serve: []func(net.Conn){mute}, idempotent: true, took: all, dials: []time.Duration{0}, want: "first byte"},
		"first byte, idempotent on a reused connection": {serve: []func(net.Conn){politeOnce, polite}, warm: true, idempotent: true, took: 5 * time.Second, dials: []time.Duration{0, 5 * time.Second}, retries: 1},
		"first byte, command on a reused connection":    {serve: []func(net.Conn){politeOnce, polite}, warm: true, took: all, dials: []time.Duration{0}, want: "first byte"},
		"first byte, as configured": {
			serve: []func(net.Conn){mute}, config: httpclient.Config{Timeouts: httpclient.Timeouts{FirstByte: core.Seconds(2 * time.Second)}},
			took: 2 * time.Second, dials: []time.Duration{0}, want: "first byte",
		},
		"body":               {serve: []func(net.Conn){unfinished}, took: all, dials: []time.Duration{0}, want: "reading the body"},
		"all, as configured": {serve: []func(net.Conn){mute}, config: httpclient.Config{Timeouts: httpclient.Timeouts{Request: core.Seconds(time.Second)}}, took: time.Second, dials: []time.Duration{0}, want: "first byte"},
		"too little time left for a retry": {
			serve: []func(net.Conn){nil}, config: httpclient.Config{Timeouts: httpclient.Timeouts{Request: core.Seconds(700 * time.Millisecond)}},
			took: 262500 * time.Microsecond, dials: []time.Duration{0}, want: "resolving the name",
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := &line{serve: tt.serve, start: time.Now()}
				c := &httpclient.Client{Dial: l.dial}
				if err := c.Configure(tt.config); err != nil {
					t.Fatal(err)
				}
				d := bound(c)
				r := httpclient.Request{Method: "POST", URL: tt.url, Body: []byte("{}"), Idempotent: tt.idempotent}
				if r.URL == "" {
					r.URL = "http://home.test"
				}
				if tt.warm {
					if _, err := core.Do(t.Context(), d, httpclient.MakeRequest, r); err != nil {
						t.Fatal(err)
					}
				}
				start := time.Now()
				ctx, cancel := context.WithTimeout(t.Context(), all)
				defer cancel()
				_, err := core.Do(ctx, d, httpclient.MakeRequest, r)
				if (err == nil) != (tt.want == "") || err != nil && (!strings.Contains(err.Error(), tt.want) || core.CauseOf(err) != core.CauseTimeout) {
					t.Errorf("got %v, want %q", err, tt.want)
				}
				took := time.Since(start)
				l.mu.Lock()
				defer l.mu.Unlock()
				if took != tt.took || !slices.Equal(l.dials, tt.dials) {
					t.Errorf("it took %v and dialled at %v, want %v and %v", took, l.dials, tt.took, tt.dials)
				}
				if s := status(t, c); s.Retries != tt.retries {
					t.Errorf("%d retries, want %d", s.Retries, tt.retries)
				}
				_, _ = core.Do(t.Context(), d, httpclient.Reset, core.None{})
				synctest.Wait()
				if s := status(t, c); s.Open != 0 {
					t.Errorf("%d connections are open after a reset", s.Open)
				}
			})
		})
	}
}

// TestCleanup checks that connections are closed after 40 s idle, and not before.
func TestCleanup(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &line{serve: []func(net.Conn){polite}, start: time.Now()}
		c := &httpclient.Client{Dial: l.dial}
		d := bound(c)
		if _, err := core.Do(t.Context(), d, httpclient.MakeRequest, httpclient.Request{URL: "http://home.test"}); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		for _, tt := range []struct {
			after time.Duration
			want  int
		}{{39 * time.Second, 0}, {time.Second, 1}, {time.Second, 0}} {
			time.Sleep(tt.after)
			if f := c.Cleanup(t.Context()); f.Items != tt.want {
				t.Errorf("%v later: got %+v, want %d connections", tt.after, f, tt.want)
			}
		}
		synctest.Wait()
		if s := status(t, c); s.Open != 0 {
			t.Errorf("%d connections are open, want none", s.Open)
		}
	})
}
