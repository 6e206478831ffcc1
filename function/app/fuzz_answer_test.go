package app

import (
	"context"
	"encoding/json"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/function/alexa"
)

// How a hostile home goes on after what it has said.
const (
	closes  = iota
	waits   // until the client leaves
	repeats // what it says last, without end
	faultyWays
)

// FuzzHostileAnswer has the home answer a directive with any bytes, and then close, wait,
// or repeat some bytes without end. The reply comes in time, is one to the directive, and
// the line shows no token.
func FuzzHostileAnswer(f *testing.F) {
	const ok, chunked = "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
	for _, seed := range []struct {
		first, last string
		way         uint8
	}{
		{goodHTTP, "", closes},
		{"HTTP/1.1 101 Switching Protocols\r\n\r\n", "", waits},
		{"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n", "x", repeats},
		{"HTTP/1.1 199 Odd\r\n\r\n", "", waits},
		{"HTTP/1.1 001 Odd\r\n\r\n", "", waits},
		{"", "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n", repeats},
		{"HTTP/1.1 100 Continue\r\n\r\n" + goodHTTP, "", waits},
		{ok, "X-Filler: x\r\n", repeats},
		{ok + "\r\n", "{}", repeats},
		{chunked, "1\r\n{\r\n", repeats},
		{chunked + "1;", "e=x;", repeats},
		{chunked + "0\r\n", "X-T: x\r\n", repeats},
		{ok + "Content-Encoding: gzip\r\n\r\n\x1f\x8b\x08", "\x00", repeats},
		{ok + "Content-Length: 100\r\n\r\n{", "", waits},
		{ok + "Content-Length: -1\r\n\r\n{", "", closes},
		{"HTTP/1.1 200 OK\nContent-Length: 2\n\n{}", "", closes},
		{"HTTP/2.0 200 OK\r\n\r\n", "", waits},
		{"\x00\x00\x12\x04\x00\x00\x00\x00\x00", "\x00", repeats},
		{"220 mail.test ready\r\n", "", closes},
	} {
		f.Add([]byte(seed.first), []byte(seed.last), seed.way)
	}
	var say atomic.Pointer[func(net.Conn)]
	url := rawHome(f, func(c net.Conn) { (*say.Load())(c) })
	env := map[string]string{config.EnvURL: url, config.EnvToken: canary, config.EnvTokenSource: string(config.Stored)}
	f.Fuzz(func(t *testing.T, first, last []byte, way uint8) {
		answer := func(c net.Conn) {
			_, _ = c.Write(first)
			switch {
			case way%faultyWays == waits:
				hangs(c)
			case way%faultyWays == repeats && len(last) > 0:
				again(strings.Repeat(string(last), 1+4096/len(last)), 0)(c)
			}
		}
		say.Store(&answer)
		out := &writer{}
		app := New(Options{Getenv: func(name string) string { return env[name] }, Output: out})
		app.Start(t.Context())
		for _, event := range []string{turnOn, discover} {
			const limit = 400 * time.Millisecond
			ctx, cancel := context.WithTimeout(t.Context(), limit)
			began := time.Now()
			reply, err := app.Invoke(ctx, []byte(event))
			took := time.Since(began)
			cancel()
			if err != nil || !json.Valid(reply) || took > limit+2*time.Second { // of a machine with other things to do
				t.Fatalf("%q, %q, %d: answered after %v with %q, %v", first, last, way, took, reply, err)
			}
			parsed, _ := alexa.ParseEvent([]byte(event))
			d := parsed.(alexa.Directive)
			r, err := alexa.ParseReply(reply)
			if err != nil || d.IsDiscover() && r.Name != "Discover.Response" || !d.IsDiscover() && r.CorrelationToken != d.Header.CorrelationToken {
				t.Errorf("%q, %q, %d: the reply is %q, %v", first, last, way, reply, err)
			}
		}
		if log := strings.Join(out.lines, ""); strings.Contains(log, canary) {
			t.Errorf("%q: the log shows a secret: %s", first, log)
		}
	})
}
