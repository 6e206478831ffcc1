package app

import (
	"fmt"
	"io"
	"net"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/hearthgate/hearthgate/config"
)

// dead returns an address at which nothing listens.
func dead(t *testing.T, scheme string) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return scheme + "://" + l.Addr().String()
}

// acceptor returns an address at which connections are accepted and handed to serve.
func acceptor(t *testing.T, scheme string, serve func(net.Conn)) (url string, accepted *atomic.Int64) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	accepted = new(atomic.Int64)
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			accepted.Add(1)
			t.Cleanup(func() { conn.Close() })
			go serve(conn)
		}
	}()
	return scheme + "://" + l.Addr().String(), accepted
}

// TestSecondAddress has the first address of a home not be reached, in each way: the second
// takes over, for commands too, and each is sent once.
func TestSecondAddress(t *testing.T) {
	hangs, _ := acceptor(t, "https", func(net.Conn) {})
	ends, _ := acceptor(t, "https", func(c net.Conn) { c.Close() })
	plain, _ := acceptor(t, "https", func(c net.Conn) { _, _ = io.WriteString(c, "HTTP/1.1 400 Bad Request\r\n\r\n"); c.Close() })
	for name, first := range map[string]string{
		"nothing listens":       dead(t, "http"),
		"a name of no one":      "http://no-such-home.invalid",
		"no handshake":          hangs,
		"ends in the handshake": ends,
		"speaks no TLS":         plain,
	} {
		t.Run(name, func(t *testing.T) {
			home := newHouse(t, light("light#kitchen", "Kitchen"))
			app, out := started(t, first, map[string]string{config.EnvSecondURL: home.url, config.EnvTimeout: "1"})
			home.requests()
			for range 7 { // beyond what opens a breaker
				out.before = len(out.lines)
				if got, _ := invoke(t, app, turnOn); got.Event.Header.Name != "Response" {
					t.Fatalf("got %+v: %s", got, out.lines)
				}
				if asked := home.requests(); len(asked) != 1 || asked[0] != turnOn {
					t.Errorf("the home was asked %q", asked)
				}
				if line := out.line(t); line["address"] != "second" || line["success"] != true {
					t.Errorf("the line is %v", line)
				}
			}
			if got, _ := devicesOf(t, app); len(got.Event.Payload.Endpoints) != 1 {
				t.Errorf("got %+v", got)
			}
		})
	}
}

// TestSecondAddressUnused has the first address fail after it got a command: whether it was
// carried out is not known, so the second address does not get it. While the first works,
// the second gets nothing either.
func TestSecondAddressUnused(t *testing.T) {
	const reset, failed = "reset", "failed"
	for _, how := range []string{reset, failed, "works"} {
		t.Run(how, func(t *testing.T) {
			first, second := newHouse(t, light("light#kitchen", "Kitchen")), newHouse(t)
			url := first.url
			if how == reset {
				url, _ = acceptor(t, "http", func(c net.Conn) {
					b := make([]byte, 64<<10)
					_, _ = c.Read(b)
					c.Close()
				})
			}
			if how == failed {
				url, _ = acceptor(t, "http", func(c net.Conn) {
					b := make([]byte, 64<<10)
					for {
						if _, err := c.Read(b); err != nil {
							return
						}
						_, _ = io.WriteString(c, "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")
					}
				})
			}
			app, out := started(t, url, map[string]string{config.EnvSecondURL: second.url})
			second.requests()
			for range 3 {
				out.before = len(out.lines)
				got, _ := invoke(t, app, turnOn)
				if worked := got.Event.Header.Name == "Response"; worked != (how == "works") {
					t.Errorf("got %+v", got)
				}
				if line := out.line(t); line["address"] != nil {
					t.Errorf("the line is %v", line)
				}
			}
			if asked := second.requests(); len(asked) != 0 {
				t.Errorf("the second address was asked %q", asked)
			}
		})
	}
}

// TestBothAddressesDead says so of both.
func TestBothAddressesDead(t *testing.T) {
	app, out := started(t, dead(t, "http"), map[string]string{config.EnvSecondURL: dead(t, "http")})
	got, _ := invoke(t, app, turnOn)
	if line := out.line(t); got.Event.Payload.Type != "BRIDGE_UNREACHABLE" || line["cause"] != "refused" || !strings.Contains(fmt.Sprint(line["error"]), "the other address did not help either") {
		t.Errorf("got %+v: %v", got, line)
	}
}

// TestSecondAddressOfAHome has a further home with two addresses.
func TestSecondAddressOfAHome(t *testing.T) {
	first, cabin := newHouse(t), newHouse(t)
	settings := village(map[string]*house{"cabin": cabin}, nil)
	settings[config.HomeVariable(config.EnvSecondURL, "cabin")] = cabin.url
	settings[config.HomeVariable(config.EnvURL, "cabin")] = dead(t, "http")
	app, _ := started(t, first.url, settings)
	cabin.requests()
	if got, _ := invoke(t, app, command("cabin:light#porch")); got.Event.Header.Name != "Response" || len(cabin.requests()) != 1 || len(first.requests()) != 0 {
		t.Errorf("got %+v", got)
	}
}
