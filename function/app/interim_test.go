package app

import (
	"context"
	"fmt"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// TestT1StatusBelow200 has the home answer a command with each kind of response that
// never becomes one, and with responses that never end. Each is answered with an error:
// at once where the first bytes say so, else when the time is up.
func TestT1StatusBelow200(t *testing.T) {
	const ok = "HTTP/1.1 200 OK\r\n"
	type fault struct {
		name   string
		say    func(net.Conn)
		cause  string // "" for an answer as it should be
		atOnce bool
	}
	all := []fault{
		{"101", says("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n", hangs), "protocol", true},
		{"101 without Upgrade", says("HTTP/1.1 101 Switching Protocols\r\n\r\n", hangs), "protocol", true},
		{"101, then a response", says("HTTP/1.1 101 Switching Protocols\r\n\r\n"+goodHTTP, hangs), "protocol", true},
		{"interim responses without end", again("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n", 0), "protocol", true},
		{"interim, then nothing", says("HTTP/1.1 100 Continue\r\n\r\n", hangs), "timeout", false},
		{"interim, then good", says("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\n\r\n"+goodHTTP, hangs), "", true},
		{"header without end", says(ok, again("X-Filler: "+strings.Repeat("x", 1000)+"\r\n", 0)), "protocol", true},
		{"header line without end", says(ok+"X-Filler: ", again(strings.Repeat("x", 4096), 0)), "protocol", true},
		{"header a line at a time", says(ok, again("X-Filler: x\r\n", 10*time.Millisecond)), "timeout", false},
		{"body without end", says(ok+"\r\n", again(strings.Repeat("x", 4096), 0)), "oversized", true},
		{"body a byte at a time", says(ok+"\r\n", again("x", 10*time.Millisecond)), "timeout", false},
		{"chunks a byte at a time", says(ok+"Transfer-Encoding: chunked\r\n\r\n", again("1\r\nx\r\n", 10*time.Millisecond)), "timeout", false},
		{"chunk extensions without end", says(ok+"Transfer-Encoding: chunked\r\n\r\n1;", again(strings.Repeat("e=x;", 1024), 0)), "protocol", true},
		{"trailers without end", says(ok+"Transfer-Encoding: chunked\r\nTrailer: X-T\r\n\r\n0\r\n", again("X-T: "+strings.Repeat("x", 1000)+"\r\n", 0)), "protocol", true},
		{"promised body that never comes", says(ok+"Content-Length: 100\r\n\r\n", hangs), "timeout", false},
	}
	for _, status := range []int{0, 1, 99, 104, 110, 150, 199} {
		all = append(all,
			fault{fmt.Sprintf("%03d", status), says(fmt.Sprintf("HTTP/1.1 %03d Odd\r\n\r\n", status), hangs), "protocol", true},
			fault{fmt.Sprintf("%03d without end", status), again(fmt.Sprintf("HTTP/1.1 %03d Odd\r\n\r\n", status), 0), "protocol", true})
	}
	for _, f := range all {
		t.Run(f.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				dial, hangUp := rawDial(f.say)
				defer hangUp()
				app, out := startedWith(t, Options{Dial: dial}, "http://home.test", nil)
				const limit = 2 * time.Second
				ctx, cancel := context.WithTimeout(t.Context(), limit)
				defer cancel()
				began := time.Now()
				b, err := app.Invoke(ctx, []byte(turnOn))
				took := time.Since(began)
				if err != nil || took > limit-limit/16 || f.atOnce && took != 0 {
					t.Fatalf("answered after %v with %v: %s", took, err, b)
				}
				line := out.line(t)
				cause, _ := line["cause"].(string)
				if cause != f.cause || f.cause == "" && string(b) != handled {
					t.Errorf("the cause is %q, want %q (%v): %s", cause, f.cause, line["error"], b)
				}
				told := map[string]string{"protocol": "BRIDGE_UNREACHABLE", "timeout": "BRIDGE_UNREACHABLE", "oversized": "INTERNAL_ERROR", "": "Response"}[cause]
				if !strings.Contains(string(b), `"`+told+`"`) {
					t.Errorf("the reply is %s, want %s", b, told)
				}
			})
		})
	}
}
