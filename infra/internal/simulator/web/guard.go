package web

import (
	"crypto/rand"
	"crypto/subtle"
	"io"
	"net/http"
	"strings"
	"sync"
)

// A guard admits one browser: the one that first opened the address with the key. Every
// other request is rejected, whichever program of this machine or other page sends it.
type guard struct {
	host   string // "127.0.0.1:40123"
	cookie string // what the browser is known by

	mu   sync.Mutex
	key  string // guarded by mu
	used bool   // guarded by mu
}

func newGuard(host string) *guard { return &guard{host: host, key: rand.Text(), cookie: rand.Text()} }

// address returns the address that opens the page, once.
func (g *guard) address() string { return "http://" + g.host + "/?key=" + g.key }

// cookieName has the port in it, because browsers share cookies between ports.
func (g *guard) cookieName() string {
	_, port, _ := strings.Cut(g.host, ":")
	return "hearthgate-" + port
}

// headers are those of every answer. The page loads our own files and nothing else.
var headers = map[string]string{
	"Content-Security-Policy":      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
	"X-Content-Type-Options":       "nosniff",
	"Referrer-Policy":              "no-referrer",
	"Cache-Control":                "no-store",
	"Cross-Origin-Opener-Policy":   "same-origin",
	"Cross-Origin-Resource-Policy": "same-origin",
}

// wrap returns h behind the guard.
func (g *guard) wrap(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for name, value := range headers {
			w.Header().Set(name, value)
		}
		key, known := r.URL.Query().Get("key"), g.knows(r)
		switch why := g.foreign(r); {
		case why != "":
			http.Error(w, why, http.StatusForbidden)
		case r.URL.Path == "/" && key != "" && !known && !g.admit(w, key):
			http.Error(w, "This key is wrong, or it was used already: it opens the page once. Start `hearthgate simulator --web` again.", http.StatusForbidden)
		case r.URL.Path == "/" && key != "":
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			io.WriteString(w, opening)
		case !known:
			http.Error(w, "This browser has not opened the page with its key. Open the address that `hearthgate simulator --web` has printed.", http.StatusForbidden)
		default:
			h.ServeHTTP(w, r)
		}
	})
}

// opening leads to the page, without the key. It is a page of its own and not a redirect:
// a browser that came from elsewhere, such as from a file, sends no cookie with a redirect.
const opening = `<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>hearthgate simulator</title><link rel="icon" href="/favicon.svg"><meta http-equiv="refresh" content="0;url=/"><p><a href="/">Open the simulator</a></p></html>`

// foreign returns why a request is not one of our page; "" if it is. A name that leads here
// by DNS is in the Host header, and another page in Origin or Sec-Fetch-Site. A link in
// another page may lead to ours: the browser does not send the cookie then.
func (g *guard) foreign(r *http.Request) string {
	if r.Host != g.host {
		return "This page has no name. Open it by its address, " + g.host + "."
	}
	origin, site := r.Header.Get("Origin"), r.Header.Get("Sec-Fetch-Site")
	reads := r.Method == http.MethodGet || r.Method == http.MethodHead
	elsewhere := site == "cross-site" || site == "same-site"
	if origin != "" && origin != "http://"+g.host || origin == "" && !reads || elsewhere && r.URL.Path != "/" {
		return "This request comes from another page, and was rejected."
	}
	return ""
}

func (g *guard) knows(r *http.Request) bool {
	c, err := r.Cookie(g.cookieName())
	return err == nil && subtle.ConstantTimeCompare([]byte(c.Value), []byte(g.cookie)) == 1
}

// admit takes the key, and gives the browser its cookie.
func (g *guard) admit(w http.ResponseWriter, key string) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.used || subtle.ConstantTimeCompare([]byte(key), []byte(g.key)) != 1 {
		return false
	}
	g.used = true
	http.SetCookie(w, &http.Cookie{Name: g.cookieName(), Value: g.cookie, Path: "/", HttpOnly: true, SameSite: http.SameSiteStrictMode})
	return true
}
