package httpclient_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/gateway/httpclient"
)

// BenchmarkSilence measures what a command costs over a connection that is in use, and
// over a new one, whose TLS handshake resumes a session: the price of not trusting a
// connection that was idle.
func BenchmarkSilence(b *testing.B) {
	home := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.Copy(io.Discard, r.Body) }))
	defer home.Close()
	for _, fresh := range []bool{false, true} {
		b.Run(map[bool]string{false: "kept", true: "new"}[fresh], func(b *testing.B) {
			c := client(b, httpclient.Config{Home: home.URL, Insecure: true})
			d := bound(c)
			for b.Loop() {
				if fresh {
					home.CloseClientConnections()
				}
				if _, err := core.Do(b.Context(), d, httpclient.MakeRequest, httpclient.Request{Method: "POST", URL: home.URL, Body: []byte("{}")}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
