package checks_test

import (
	"context"
	"net"
	"strings"
	"testing"
)

// serveNames answers every question for an IPv6 address with one, and for an IPv4
// address with none, as the name of a home whose provider has no IPv4.
func serveNames(conn net.PacketConn) {
	buf := make([]byte, 512)
	for {
		n, from, err := conn.ReadFrom(buf)
		if err != nil {
			return
		}
		question := buf[12:n]
		end := strings.IndexByte(string(question), 0) + 5 // name, type, class
		answer := append([]byte{buf[0], buf[1], 0x81, 0x80, 0, 1, 0, 0, 0, 0, 0, 0}, question[:end]...)
		if kind := question[end-3]; kind == 28 { // AAAA
			answer[7] = 1
			answer = append(answer, 0xc0, 12, 0, 28, 0, 1, 0, 0, 0, 60, 0, 16)
			answer = append(answer, net.ParseIP("2001:db8::1")...)
		}
		if _, err := conn.WriteTo(answer, from); err != nil {
			return
		}
	}
}

func TestDiagnoseOnlyIPv6(t *testing.T) {
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	go serveNames(conn)
	before := net.DefaultResolver
	defer func() { net.DefaultResolver = before }()
	net.DefaultResolver = &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "udp", conn.LocalAddr().String())
	}}
	got := diagnose(t, map[string]string{"HOME_ASSISTANT_URL": "https://home.example.com", "HOME_ASSISTANT_TOKEN": canary})
	named(t, got, "dns", "only_ipv6", "IPv4 address")
	if got.Found != "2001:db8::1" {
		t.Errorf("found %q", got.Found)
	}
}
