//go:build !linux

package httpclient

import (
	"net"
	"time"
)

const unheard = 4 * time.Second

// endWhenUnheard does nothing where the kernel cannot be told.
func endWhenUnheard(net.Conn) {}
