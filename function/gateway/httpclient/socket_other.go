//go:build !linux

package httpclient

import (
	"net"
	"time"
)

const unheard = 4 * time.Second

// endWhenUnheard does nothing where the kernel cannot be told.
func endWhenUnheard(net.Conn) {}

// hungUp cannot tell; the answer that does not come tells later.
func hungUp(net.Conn) bool { return false }
