package testnet

import (
	"errors"
	"math/rand/v2"
	"net"
)

// FreePort returns a port of this machine that was free a moment ago, for a program that
// must be told one. It is below those that systems give to connections and to port 0
// (from 32768 on, on Linux): one of those would soon belong to someone else.
func FreePort() (int, error) {
	const first, last = 20_000, 32_767
	var errs error
	for range 100 {
		l, err := net.ListenTCP("tcp", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: first + rand.IntN(last-first+1)})
		if err == nil {
			return l.Addr().(*net.TCPAddr).Port, l.Close()
		}
		errs = errors.Join(errs, err)
	}
	return 0, errs
}
