package browser_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"
)

// request sends one request as some program or page would, and returns the status and the
// text of the answer.
func request(t *testing.T, client *http.Client, method, address, host string, header map[string]string) (int, string) {
	t.Helper()
	r, err := http.NewRequest(method, address, strings.NewReader("sentence=turn+on+outlet"))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if host != "" {
		r.Host = host
	}
	for name, value := range header {
		r.Header.Set(name, value)
	}
	res, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(io.LimitReader(res.Body, 1<<20))
	if err != nil {
		t.Fatal(err)
	}
	csp := res.Header.Get("Content-Security-Policy")
	if !strings.HasPrefix(csp, "default-src 'none'") || strings.Contains(csp, "unsafe") || strings.Contains(csp, "*") || res.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("%s %s: the headers are %v", method, address, res.Header)
	}
	return res.StatusCode, string(b)
}

// TestWhoMayOpenIt sends what the page must reject: without the key, with a wrong one, with
// one that was used, from another page, and by a name that leads here.
func TestWhoMayOpenIt(t *testing.T) {
	address := serve(t, nil)
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	base, own := "http://"+u.Host, map[string]string{"Origin": "http://" + u.Host}
	stranger := &http.Client{}
	for _, path := range []string{"/", "/?key=", "/?key=wrong", "/part/devices", "/events", "/app.js", "/turn/1", "/complete?typed=t"} {
		if status, text := request(t, stranger, "GET", base+path, "", nil); status != http.StatusForbidden {
			t.Errorf("GET %s without the key: %d, %.100q", path, status, text)
		}
	}
	if status, _ := request(t, stranger, "POST", base+"/say", "", own); status != http.StatusForbidden {
		t.Errorf("POST /say without the key: %d", status)
	}
	if status, _ := request(t, stranger, "GET", address, "evil.example:"+u.Port(), nil); status != http.StatusForbidden {
		t.Errorf("by another name, with the key: %d", status) // it must not use the key up
	}

	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	browser := &http.Client{Jar: jar}
	if status, text := request(t, browser, "GET", address, "", map[string]string{"Sec-Fetch-Site": "none"}); status != http.StatusOK || strings.Contains(text, u.Query().Get("key")) {
		t.Fatalf("with the key: %d, %.200q", status, text)
	}
	if status, _ := request(t, stranger, "GET", address, "", nil); status != http.StatusForbidden {
		t.Errorf("with the key that was used: %d", status)
	}
	for _, tt := range []struct {
		name, method, path, host string
		header                   map[string]string
		want                     int
	}{
		{"the page", "GET", "/", "", nil, 200},
		{"the page, again by its address", "GET", "/?" + u.RawQuery, "", nil, 200},
		{"a part", "GET", "/part/devices", "", map[string]string{"Sec-Fetch-Site": "same-origin"}, 200},
		{"an action", "POST", "/say", "", own, 204},
		{"a part that is not", "GET", "/part/nothing", "", nil, 404},
		{"a part outside", "GET", "/part/..%2fpage", "", nil, 404},
		{"a turn that is not", "GET", "/turn/99", "", nil, 404},
		{"by a name that leads here", "GET", "/", "evil.example:" + u.Port(), nil, 403},
		{"by localhost", "GET", "/", "localhost:" + u.Port(), nil, 403},
		{"without a port", "GET", "/", "127.0.0.1", nil, 403},
		{"an action of another page", "POST", "/say", "", map[string]string{"Origin": "https://evil.example"}, 403},
		{"an action of another port", "POST", "/say", "", map[string]string{"Origin": "http://127.0.0.1:1"}, 403},
		{"an action of a file", "POST", "/say", "", map[string]string{"Origin": "null"}, 403},
		{"an action of no page", "POST", "/say", "", nil, 403},
		{"a part for another page", "GET", "/part/devices", "", map[string]string{"Sec-Fetch-Site": "cross-site"}, 403},
		{"a part for another port", "GET", "/events", "", map[string]string{"Sec-Fetch-Site": "same-site"}, 403},
		{"an action by another method", "GET", "/say", "", nil, 405},
	} {
		if status, text := request(t, browser, tt.method, base+tt.path, tt.host, tt.header); status != tt.want {
			t.Errorf("%s: %d, want %d: %.100q", tt.name, status, tt.want, text)
		}
	}
	if status, text := request(t, browser, "POST", base+"/say", "", map[string]string{"Origin": "http://" + u.Host, "Content-Length": "0"}); status != 204 {
		t.Errorf("said twice: %d %s", status, text)
	}
	_, text := request(t, browser, "GET", base+"/part/conversation", "", nil)
	if n := strings.Count(text, "You: <bdi>turn on outlet"); n != 2 {
		t.Errorf("it was said %d times, want only by the two requests of the page: %s", n, fmt.Sprint(text))
	}
}
