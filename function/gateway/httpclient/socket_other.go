//go:build !linux

package httpclient

import (
	"net"
	"time"
)

const maxUnacknowledged = 4 * time.Second

// setTCPUserTimeout does nothing: the option is Linux's.
func setTCPUserTimeout(net.Conn) {}

// peerClosed returns false: only Linux tells without reading.
func peerClosed(net.Conn) bool { return false }
