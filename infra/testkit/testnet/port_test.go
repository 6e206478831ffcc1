package testnet_test

import (
	"net"
	"strconv"
	"testing"

	"github.com/hearthgate/hearthgate/infra/testkit/testnet"
)

// TestFreePort takes each port that it gets: none comes twice, and none is one that the
// system would give to others.
func TestFreePort(t *testing.T) {
	for range 50 {
		port, err := testnet.FreePort()
		if err != nil {
			t.Fatal(err)
		}
		l, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		if port < 1024 || port >= 32768 {
			t.Errorf("the port is %d", port)
		}
	}
}
