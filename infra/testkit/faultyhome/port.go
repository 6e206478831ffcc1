//go:build unix

package faultyhome

import (
	"fmt"
	"net"
	"syscall"
	"time"
)

// Refusing returns the address of a port that refuses connections. No other process
// gets the port until close is called.
func Refusing() (url string, close func(), err error) {
	fd, port, err := bind()
	if err != nil {
		return "", nil, err
	}
	return fmt.Sprintf("http://127.0.0.1:%d", port), func() { syscall.Close(fd) }, nil
}

// Unaccepting returns the address of a port that neither accepts nor refuses
// connections: its queue is full and stays so.
func Unaccepting() (url string, close func(), err error) {
	fd, port, err := bind()
	if err != nil {
		return "", nil, err
	}
	if err := syscall.Listen(fd, 0); err != nil {
		syscall.Close(fd)
		return "", nil, err
	}
	address := fmt.Sprintf("127.0.0.1:%d", port)
	var queued []net.Conn
	close = func() {
		for _, c := range queued {
			c.Close()
		}
		syscall.Close(fd)
	}
	const longest = 16 // the queue of length 0 holds one or two
	for range longest {
		c, err := net.DialTimeout("tcp", address, 200*time.Millisecond)
		if err != nil {
			return "http://" + address, close, nil
		}
		queued = append(queued, c)
	}
	close()
	return "", nil, fmt.Errorf("the queue of %s took %d connections and was not full", address, longest)
}

// bind returns a socket with a loopback port on which it does not listen.
func bind() (fd, port int, err error) {
	fd, err = syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM, 0)
	if err != nil {
		return 0, 0, err
	}
	syscall.CloseOnExec(fd)
	if err = syscall.Bind(fd, &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}); err != nil {
		syscall.Close(fd)
		return 0, 0, err
	}
	name, err := syscall.Getsockname(fd)
	if err != nil {
		syscall.Close(fd)
		return 0, 0, err
	}
	return fd, name.(*syscall.SockaddrInet4).Port, nil
}
