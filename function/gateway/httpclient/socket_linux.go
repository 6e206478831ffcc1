package httpclient

import (
	"net"
	"syscall"
	"time"
)

// unheard is how long bytes may go without being acknowledged.
const unheard = 4 * time.Second

// endWhenUnheard has the kernel end a connection whose bytes nobody acknowledges,
// as behind a router that has forgotten it, well before a quarter of an hour.
func endWhenUnheard(c net.Conn) {
	const tcpUserTimeout = 0x12
	tcp, ok := c.(*net.TCPConn)
	if !ok {
		return
	}
	raw, err := tcp.SyscallConn()
	if err != nil {
		return
	}
	// Without it the deadline ends the request, later.
	_ = raw.Control(func(fd uintptr) {
		_ = syscall.SetsockoptInt(int(fd), syscall.IPPROTO_TCP, tcpUserTimeout, int(unheard.Milliseconds()))
	})
}

// hungUp reports whether the far side has ended a connection. The kernel knows that
// before anyone has read: a process that was frozen writes before its readers wake.
func hungUp(c net.Conn) (ended bool) {
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
		ended = err == nil && byte(info) != established // the state is the first byte
	})
	return ended
}
