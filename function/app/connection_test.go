package app

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/hearthgate/hearthgate/config"
)

// TestLineSplitsTheTime checks what the line of a directive says about the way to the home:
// how long connecting took and how long the certificate is valid, if the connection is new;
// and how long the home and the way took, also when nothing came back.
func TestLineSplitsTheTime(t *testing.T) {
	silent := make(chan struct{})
	answers := true
	home := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !answers && r.Method == http.MethodPost {
			<-silent
			return
		}
		_, _ = fmt.Fprint(w, handled)
	}))
	defer home.Close()
	defer close(silent)
	app, out := started(t, home.URL, map[string]string{config.EnvVerifySSL: "false", config.EnvTimeout: "0.3"})
	line := func() map[string]any {
		out.before = len(out.lines)
		invoke(t, app, turnOn)
		return out.line(t)
	}
	home.CloseClientConnections() // the start opened one, and may not know yet that it is gone
	first := line()
	for n := 0; first["connection_reused"] != false && n < 5; n++ {
		first = line()
	}
	days := int(time.Until(home.Certificate().NotAfter) / (24 * time.Hour))
	if first["certificate_days"] != float64(days) {
		t.Errorf("the certificate is valid for %v days, want %d: %v", first["certificate_days"], days, first)
	}
	if ms, _ := first["connect_ms"].(float64); first["connection_reused"] != false || ms <= 0 || ms >= first["HomeDuration"].(float64) {
		t.Errorf("connecting took %v of %v ms, on a reused connection: %v", first["connect_ms"], first["HomeDuration"], first["connection_reused"])
	}
	second := line()
	if second["connection_reused"] != true || second["connect_ms"] != nil || second["certificate_days"] != nil || second["HomeDuration"] == nil {
		t.Errorf("on a reused connection the line is %v", second)
	}
	answers = false
	late := line()
	if ms, _ := late["HomeDuration"].(float64); late["cause"] != "timeout" || ms < 200 || ms > late["Duration"].(float64) {
		t.Errorf("of a timeout after 300 ms the line says %v: %v", late["HomeDuration"], late)
	}
}
