package httpclient_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/gateway/httpclient"
)

// TestT1Interim has a server of HTTP/1.1 and of HTTP/2 send interim responses before the
// final one: as many as servers send are skipped, more or others are an error.
func TestT1Interim(t *testing.T) {
	for _, h2 := range []bool{false, true} {
		for _, tt := range []struct {
			name     string
			statuses []int
			cause    core.Cause // "" for the final response
		}{
			{"none", nil, ""},
			{"usual ones", []int{102, 103, 103}, ""},
			{"eight", []int{103, 103, 103, 103, 103, 103, 103, 103}, ""},
			{"nine", []int{103, 103, 103, 103, 103, 103, 103, 103, 103}, core.CauseProtocol},
			{"110", []int{110}, core.CauseProtocol},
			{"199 after 103", []int{103, 199}, core.CauseProtocol},
		} {
			t.Run(map[bool]string{false: "HTTP/1.1, ", true: "HTTP/2 offered, "}[h2]+tt.name, func(t *testing.T) {
				home := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
					for _, status := range tt.statuses {
						w.WriteHeader(status)
					}
					w.WriteHeader(http.StatusTeapot)
				}))
				home.EnableHTTP2 = h2
				home.StartTLS()
				defer home.Close()
				c := client(t, httpclient.Config{Home: httpclient.Home{Address: home.URL, Insecure: true}})
				res, err := send(t, c, httpclient.Request{Method: "POST", URL: home.URL, Body: []byte("{}")})
				if core.CauseOf(err) != tt.cause || tt.cause == "" && res.Status != http.StatusTeapot {
					t.Errorf("got %d, %v; want cause %q", res.Status, err, tt.cause)
				}
			})
		}
	}
}
