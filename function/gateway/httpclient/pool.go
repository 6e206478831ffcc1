package httpclient

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// A pool knows the connections that are open. The transport keeps them; it tells
// nobody how many there are.
type pool struct {
	mu   sync.Mutex
	open map[*conn]struct{} // guarded by mu
}

// errHungUp says that a connection was found ended before anything was written to it,
// so that the request may go over another one, whatever it is.
var errHungUp = fmt.Errorf("the far side has ended it while it was idle: %w", syscall.ECONNRESET)

// A conn is a connection that counts what is written to it.
type conn struct {
	net.Conn
	pool    *pool
	written atomic.Int64 // bytes
	rested  atomic.Bool  // nothing was written since it was idle

	users int       // guarded by pool.mu; requests on it
	since time.Time // guarded by pool.mu; when the last one left it, by the wall clock
}

// dial is how a transport makes its connections. The transport would go on dialling
// and shaking hands for a request that has ended; nothing may outlive that.
func (c *Client) dial(ctx context.Context, network, address string) (net.Conn, error) {
	a, _ := ctx.Value(attemptKey{}).(*attempt)
	if a != nil {
		var cancel context.CancelFunc
		ctx, cancel = context.WithCancel(ctx)
		defer cancel()
		ended := make(chan struct{})
		defer close(ended)
		go func() {
			select {
			case <-a.done:
				cancel()
			case <-ended:
			}
		}()
	}
	dial := c.Dial
	if dial == nil {
		dial = (&net.Dialer{KeepAlive: 15 * time.Second}).DialContext
	}
	raw, err := dial(ctx, network, address)
	if err != nil {
		return nil, err
	}
	endWhenUnheard(raw)
	c.counts.dialled.Add(1)
	made := c.pool.add(raw)
	if a != nil && !a.adopt(made) {
		made.Close()
		return nil, net.ErrClosed
	}
	return made, nil
}

// adopt notes that c was made for a; it returns false if a has ended.
func (a *attempt) adopt(c *conn) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.dialled = c
	return a.cut != nil
}

func (p *pool) add(raw net.Conn) *conn {
	c := &conn{Conn: raw, pool: p, since: time.Now().Round(0)}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.open == nil {
		p.open = map[*conn]struct{}{}
	}
	p.open[c] = struct{}{}
	return c
}

// count returns how many connections are open, and how many of them no request is
// on.
func (p *pool) count() (open, idle int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for c := range p.open {
		open++
		if c.users == 0 {
			idle++
		}
	}
	return open, idle
}

// expire closes the connections that have been idle for longer than d, by the wall
// clock, which goes on while the process is frozen. It returns how many.
func (p *pool) expire(d time.Duration) (closed int) {
	p.mu.Lock()
	var old []*conn
	for c := range p.open {
		if c.users == 0 && time.Now().Round(0).Sub(c.since) >= d {
			old = append(old, c)
		}
	}
	p.mu.Unlock()
	for _, c := range old {
		c.Close()
	}
	return len(old)
}

// Write counts what it writes. The first bytes of a request are not written to a
// connection that the far side has ended: nobody could tell whether they arrived.
func (c *conn) Write(b []byte) (int, error) {
	if c.rested.Load() {
		if hungUp(c.Conn) {
			return 0, errHungUp // and so for the good-bye of TLS that follows
		}
		c.rested.Store(false)
	}
	c.written.Add(int64(len(b))) // ahead, or the far side could answer before they count
	n, err := c.Conn.Write(b)
	c.written.Add(int64(n - len(b)))
	return n, err
}

// Close closes the connection.
func (c *conn) Close() error {
	c.pool.mu.Lock()
	delete(c.pool.open, c)
	c.pool.mu.Unlock()
	return c.Conn.Close()
}

// enter notes that a request is on c, which may be nil, and returns what has been
// written to it before.
func (c *conn) enter() int64 {
	if c == nil {
		return 0
	}
	c.pool.mu.Lock()
	defer c.pool.mu.Unlock()
	c.rested.Store(c.users == 0)
	c.users++
	return c.written.Load()
}

func (c *conn) leave() {
	if c == nil {
		return
	}
	c.pool.mu.Lock()
	defer c.pool.mu.Unlock()
	c.users--
	c.since = time.Now().Round(0)
}

func (c *conn) closeUnused() {
	if c == nil {
		return
	}
	c.pool.mu.Lock()
	used := c.users > 0
	c.pool.mu.Unlock()
	if !used {
		c.Close()
	}
}

// under returns the conn below c, or nil.
func under(c net.Conn) *conn {
	for {
		switch v := c.(type) {
		case *conn:
			return v
		case *tls.Conn:
			c = v.NetConn()
		default:
			return nil
		}
	}
}
