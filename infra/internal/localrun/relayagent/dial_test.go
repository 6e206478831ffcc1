package relayagent_test

import (
	"context"
	"fmt"
	"net"
	"slices"
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/infra/internal/localrun/broker"
	"github.com/hearthgate/hearthgate/infra/internal/localrun/relayagent"
)

// TestPorts sees which ports a home tries: the broker behind the second one speaks with
// those alone that name IoT Core's protocol.
func TestPorts(t *testing.T) {
	start := func(o broker.Options) (*broker.Broker, string) {
		b, err := broker.Start(o)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(b.Close)
		host, port := b.MQTT()
		return b, fmt.Sprint(host, ":", port)
	}
	named, second := start(broker.Options{ALPN: true})
	_, other := start(broker.Options{})
	closing, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer closing.Close()
	go func() {
		for {
			conn, err := closing.Accept()
			if err != nil {
				return
			}
			conn.Close()
		}
	}()
	const nothing = "127.0.0.1:1"
	for name, tt := range map[string]struct {
		port  int               // of the pairing
		at    map[string]string // what listens at the ports of the broker
		tried []string
		wrong string // in the error; "" for none
	}{
		"the first is closed":       {0, map[string]string{"8883": nothing, "443": second}, []string{"8883", "443"}, ""},
		"a network ends the first":  {0, map[string]string{"8883": closing.Addr().String(), "443": second}, []string{"8883", "443"}, ""},
		"both are closed":           {0, map[string]string{"8883": nothing, "443": nothing}, []string{"8883", "443"}, "refused"},
		"another server answers":    {0, map[string]string{"8883": other, "443": second}, []string{"8883"}, "certificate"},
		"the broker refuses":        {0, map[string]string{"8883": second, "443": second}, []string{"8883"}, "remote error"},
		"443 alone":                 {443, map[string]string{"443": second}, []string{"443"}, ""},
		"a port of one's own":       {1883, map[string]string{"1883": second}, []string{"1883"}, "remote error"},
		"a port of one's own, shut": {1883, map[string]string{"1883": nothing}, []string{"1883"}, "refused"},
	} {
		t.Run(name, func(t *testing.T) {
			s, err := named.Stage("test")
			if err != nil {
				t.Fatal(err)
			}
			s.Pairing.Port = tt.port
			var tried []string
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			a, err := relayagent.Start(ctx, relayagent.Options{Pairing: s.Pairing, Key: s.Key, Home: relayagent.Behind{}, Dial: func(address string) (net.Conn, error) {
				_, port, _ := net.SplitHostPort(address)
				tried = append(tried, port)
				return net.Dial("tcp", tt.at[port])
			}})
			if a != nil {
				a.Cut()
			}
			if (err == nil) != (tt.wrong == "") || err != nil && !strings.Contains(err.Error(), tt.wrong) {
				t.Errorf("error %v, want %q", err, tt.wrong)
			}
			if !slices.Equal(tried, tt.tried) {
				t.Errorf("tried the ports %v, want %v", tried, tt.tried)
			}
		})
	}
}
