package app

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"
)

// A rawHome accepts connections, answers each GET with 405, as Home Assistant does, and
// the first POST of a connection with whatever say writes.
func rawHome(t testing.TB, say func(net.Conn)) (url string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go answerRaw(c, say)
		}
	}()
	return "http://" + l.Addr().String()
}

// rawDial is rawHome in memory, for the bubble of a test: a way to connect, and what
// ends all connections.
func rawDial(say func(net.Conn)) (dial func(context.Context, string, string) (net.Conn, error), hangUp func()) {
	var mu sync.Mutex
	var all []net.Conn
	var answering sync.WaitGroup
	dial = func(context.Context, string, string) (net.Conn, error) {
		near, far := net.Pipe()
		answering.Go(func() { answerRaw(far, say) })
		mu.Lock()
		defer mu.Unlock()
		all = append(all, near)
		return near, nil
	}
	return dial, func() {
		mu.Lock()
		defer mu.Unlock()
		for _, c := range all {
			_ = c.Close()
		}
		answering.Wait()
	}
}

func answerRaw(c net.Conn, say func(net.Conn)) {
	defer c.Close()
	in := bufio.NewReader(c)
	for {
		r, err := http.ReadRequest(in)
		if err != nil {
			return
		}
		_, _ = io.Copy(io.Discard, r.Body)
		if r.Method == http.MethodPost {
			say(c)
			return
		}
		_, _ = io.WriteString(c, "HTTP/1.1 405 Method Not Allowed\r\nContent-Length: 0\r\n\r\n")
	}
}

// again writes a text until the client stops reading, with a pause after each.
func again(text string, pause time.Duration) func(net.Conn) {
	return func(c net.Conn) {
		for {
			if _, err := io.WriteString(c, text); err != nil {
				return
			}
			time.Sleep(pause)
		}
	}
}

// hangs waits until the client closes the connection.
func hangs(c net.Conn) { _, _ = io.Copy(io.Discard, c) }

// says writes a text and then does the next thing.
func says(text string, next func(net.Conn)) func(net.Conn) {
	return func(c net.Conn) {
		_, _ = io.WriteString(c, text)
		next(c)
	}
}

// goodHTTP is a whole response to turnOn.
var goodHTTP = fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", len(handled), handled)
