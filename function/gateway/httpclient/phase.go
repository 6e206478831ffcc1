package httpclient

import (
	"crypto/tls"
	"net/http"
	"net/http/httptrace"
	"net/textproto"
	"time"
)

// A phase is a stage that an attempt passes through.
type phase int32

const (
	resolving phase = iota
	dialling
	tlsHandshake
	sending
	waiting
	reading

	numPhases = iota
)

func (p phase) String() string {
	return [...]string{"resolving the name", "connecting", "the TLS handshake", "sending the request", "waiting for the first byte", "reading the body"}[p]
}

// trace follows the attempt through the transport.
func (a *attempt) trace() *httptrace.ClientTrace {
	a.hooks = httptrace.ClientTrace{
		ConnectStart:      func(string, string) { a.enter(dialling) },
		TLSHandshakeStart: func() { a.enter(tlsHandshake) },
		TLSHandshakeDone: func(s tls.ConnectionState, err error) {
			if err == nil && s.DidResume {
				a.client.counts.resumed.Add(1)
			}
			a.mu.Lock()
			a.tls = &s
			a.mu.Unlock()
		},
		GotConn: func(i httptrace.GotConnInfo) {
			a.got(i)
			a.enter(sending)
		},
		WroteRequest:         func(httptrace.WroteRequestInfo) { a.enter(waiting) },
		GotFirstResponseByte: func() { a.enter(reading) },
		Got1xxResponse:       func(status int, _ textproto.MIMEHeader) error { return a.gotInterim(status) },
	}
	return &a.hooks
}

// maxInterim is how many interim responses an attempt accepts: a proxy sends one or two.
const maxInterim = 8

// gotInterim returns an error for a status that announces no final response, and for
// interim responses without end. It keeps the error, which the transport may lose.
func (a *attempt) gotInterim(status int) (err error) {
	switch status {
	case http.StatusContinue, http.StatusProcessing, http.StatusEarlyHints:
		if a.interim.Add(1) <= maxInterim {
			return nil
		}
		err = errInterim
	default:
		err = notFinal(status)
	}
	a.rejected.Store(&err)
	return err
}

func (a *attempt) got(i httptrace.GotConnInfo) {
	if i.Reused {
		a.client.counts.reused.Add(1)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.conn.release()
	a.conn, a.reused = connOf(i.Conn), i.Reused
	a.before = a.conn.acquire(a.request.Idempotent)
}

// measure writes into res what is known of an attempt that has ended, failed or not.
func (a *attempt) measure(res *Response) {
	a.mu.Lock()
	defer a.mu.Unlock()
	connected := a.began[sending]
	if connected.IsZero() {
		connected = a.ended
	}
	res.Reused, res.Connecting, res.Duration = a.reused, connected.Sub(a.began[resolving]), a.ended.Sub(a.began[resolving])
	if a.tls != nil && len(a.tls.PeerCertificates) > 0 {
		res.Expires = a.tls.PeerCertificates[0].NotAfter
	}
}

// adopt records that c was dialled for a; it returns false if a has ended.
func (a *attempt) adopt(c *conn) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.made = c
	return a.cancel != nil
}

// enter records that the attempt has reached phase p, and sets the timer for it.
func (a *attempt) enter(p phase) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.cancel == nil {
		return // a dial that outlived the attempt
	}
	if p < phase(a.phase.Load()) {
		return // the server answers before it has read the whole request
	}
	a.phase.Store(int32(p))
	now := time.Now()
	if a.began[p].IsZero() {
		a.began[p] = now
	}
	if p == dialling {
		return // shares the limit of resolving; a host with two addresses is dialled twice
	}
	limit, ok := a.deadlines.limit(p, now, a.reused && a.request.Idempotent)
	switch {
	case !ok && a.timer != nil:
		a.timer.Stop()
	case ok && a.timer == nil:
		a.timer = time.AfterFunc(limit, a.timeOut)
	case ok:
		a.timer.Reset(limit)
	}
}

func (a *attempt) timeOut() {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.cancel != nil {
		a.cancel()
	}
}
