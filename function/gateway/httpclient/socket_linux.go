package httpclient

import (
	"net"
	"syscall"
	"time"
)

// maxUnacknowledged is how long sent bytes may stay unacknowledged.
const maxUnacknowledged = 4 * time.Second

// setTCPUserTimeout makes the kernel close a connection whose bytes stay
// unacknowledged, as behind a router that has forgotten it. Its own default is a
// quarter of an hour.
func setTCPUserTimeout(c net.Conn) {
	const tcpUserTimeout = 0x12
	tcp, ok := c.(*net.TCPConn)
	if !ok {
		return
	}
	raw, err := tcp.SyscallConn()
	if err != nil {
		return
	}
	// If it fails, the deadline ends the request, later.
	_ = raw.Control(func(fd uintptr) {
		_ = syscall.SetsockoptInt(int(fd), syscall.IPPROTO_TCP, tcpUserTimeout, int(maxUnacknowledged.Milliseconds()))
	})
}

// peerClosed reports whether the server has closed or reset a connection. It asks the
// kernel: after a freeze the process writes before its readers have run.
func peerClosed(c net.Conn) (closed bool) {
	const established = 1
	socket, ok := c.(syscall.Conn)
	if !ok {
		return false
	}
	raw, err := socket.SyscallConn()
	if err != nil {
		return false
	}
	_ = raw.Control(func(fd uintptr) {
		info, err := syscall.GetsockoptInt(int(fd), syscall.IPPROTO_TCP, syscall.TCP_INFO)
		closed = err == nil && byte(info) != established // the state is the first byte
	})
	return closed
}
