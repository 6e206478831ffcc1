package faultyhome

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"
)

// Well serves a handler as any server does.
func Well(h http.Handler) Behaviour {
	once := Once(h)
	return func(v *Visit) {
		for once(v) == nil {
		}
	}
}

// Once serves the next request of a connection, which stays open. It returns an error
// if there is no next request.
func Once(h http.Handler) func(*Visit) error {
	return func(v *Visit) error {
		r, err := v.Request()
		if err != nil {
			return err
		}
		rec := httptest.NewRecorder()
		h.ServeHTTP(rec, r)
		res := rec.Result()
		res.ContentLength = int64(rec.Body.Len())
		return res.Write(v)
	}
}

// Forgetful serves a handler, as Well does, until a connection has been silent for so
// long: what comes then is dropped without a word, as by a router that has forgotten the
// connection.
func Forgetful(h http.Handler, silence time.Duration) Behaviour {
	once := Once(h)
	return func(v *Visit) {
		for last := time.Now(); v.Await() == nil; last = time.Now() {
			if time.Since(last) > silence {
				v.Hang()
				return
			}
			if once(v) != nil {
				return
			}
		}
	}
}

// Probed answers a GET of the endpoint as Home Assistant does and closes the
// connection, so that the client cannot reuse it.
func Probed(v *Visit) {
	if _, err := v.Request(); err != nil {
		return
	}
	io.WriteString(v, Answer(http.StatusMethodNotAllowed, "Content-Type: text/plain\r\nConnection: close", "405: Method Not Allowed"))
}

// Silent accepts and does not even read.
func Silent(v *Visit) {
	<-v.home.gone
}

// Deaf reads what it is sent and never answers.
func Deaf(v *Visit) { v.Hang() }

// Curt closes the connection before anything is said.
func Curt(*Visit) {}

// Rude resets the connection before anything is said.
func Rude(v *Visit) { v.Reset() }

// After reads one request and then does each of these.
func After(then ...func(*Visit)) Behaviour {
	return func(v *Visit) {
		if _, err := v.Request(); err != nil {
			return
		}
		for _, do := range then {
			do(v)
		}
	}
}

// Say writes a text as it is.
func Say(text string) func(*Visit) {
	return func(v *Visit) { io.WriteString(v, text) }
}

// Flood writes a text again and again until so many bytes are written, or the client
// stops reading.
func Flood(text string, bytes int) func(*Visit) {
	block := strings.Repeat(text, max(1, (64<<10)/len(text)))
	return func(v *Visit) {
		for left := bytes; left > 0; {
			n, err := io.WriteString(v, block[:min(len(block), left)])
			if err != nil {
				return
			}
			left -= n
		}
	}
}

// Trickle writes a text a byte at a time, with a pause after each.
func Trickle(text string, pause time.Duration) func(*Visit) {
	return func(v *Visit) {
		every := time.NewTicker(pause)
		defer every.Stop()
		for i := range len(text) {
			if _, err := io.WriteString(v, text[i:i+1]); err != nil {
				return
			}
			select {
			case <-every.C:
			case <-v.home.gone:
				return
			}
		}
	}
}

// Hang and Reset are steps for After.
func Hang(v *Visit)  { v.Hang() }
func Reset(v *Visit) { v.Reset() }

// Answer returns a whole answer of HTTP/1.1 as text; header holds further lines
// without the last line's end.
func Answer(status int, header, body string) string {
	if header != "" {
		header += "\r\n"
	}
	return fmt.Sprintf("HTTP/1.1 %d %s\r\n%sContent-Length: %d\r\n\r\n%s", status, http.StatusText(status), header, len(body), body)
}

// Pass hands each request on to a server at that address. Where that does not
// answer, the connection breaks, as it would without anything in between.
func Pass(url string) Behaviour {
	return func(v *Visit) {
		client := &http.Transport{DisableKeepAlives: true}
		for {
			r, err := v.Request()
			if err != nil {
				return
			}
			out, err := http.NewRequest(r.Method, url+r.URL.RequestURI(), r.Body)
			if err != nil {
				return
			}
			out.Header = r.Header
			res, err := client.RoundTrip(out)
			if err != nil {
				v.Reset()
				return
			}
			err = res.Write(v)
			res.Body.Close()
			if err != nil || res.Close {
				return
			}
		}
	}
}
