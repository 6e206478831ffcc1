package app

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/config/alexa"
)

// An offer and an answer of a camera's live session have addresses of the home.
const (
	sdp    = `v=0\r\no=- 46117317 2 IN IP4 192.168.77.7\r\ns=-\r\na=candidate:1 1 UDP 2013266431 192.168.77.7 49203 typ host\r\n`
	secret = "192.168.77.7" // what no line may have
)

// rtc returns a directive for a camera.
func rtc(name string) string {
	offer := ""
	if name == "InitiateSessionWithOffer" {
		offer = `,"offer":{"format":"SDP","value":"` + sdp + `"}`
	}
	return `{"directive":{"header":{"namespace":"Alexa.RTCSessionController","name":"` + name + `","payloadVersion":"3","messageId":"m1","correlationToken":"c-` + canary + `"},` +
		`"endpoint":{"scope":{"type":"BearerToken","token":"` + canary + `"},"endpointId":"camera#door"},"payload":{"sessionId":"s1"` + offer + `}}}`
}

func rtcAnswer(name, payload string) string {
	return fmt.Sprintf(`{"event":{"header":{"namespace":"Alexa.RTCSessionController","name":%q,"messageId":"r1","correlationToken":"c-%s","payloadVersion":"3"}, "payload":%s}}`, name, canary, payload)
}

// TestA9SessionIsPassedOn has a home answer each directive of a live session: the reply
// is the home's own, the line has nothing of it, and its duration is in no figure of how
// fast the function is.
func TestA9SessionIsPassedOn(t *testing.T) {
	for _, tt := range []struct{ name, answer string }{
		{"InitiateSessionWithOffer", rtcAnswer("AnswerGeneratedForSession", `{"answer":{"format":"SDP","value":"`+sdp+`"}}`)},
		{"SessionConnected", rtcAnswer("SessionConnected", `{"sessionId":"s1"}`)},
		{"SessionDisconnected", rtcAnswer("SessionDisconnected", `{"sessionId":"s1"}`)},
	} {
		home, url := newLister(t)
		home.body.Store(&tt.answer)
		app, out := started(t, url, map[string]string{config.EnvLogLevel: "debug"})
		out.before = len(out.lines)
		_, b := invoke(t, app, rtc(tt.name))
		if string(b) != tt.answer {
			t.Errorf("%s: the reply is %s", tt.name, b)
		}
		line := out.lines[len(out.lines)-1]
		for _, metric := range []string{config.Duration.Name, config.HomeDuration.Name} {
			if strings.Contains(line, `"`+metric+`"`) {
				t.Errorf("%s: the line has the metric %s", tt.name, metric)
			}
		}
		if !strings.Contains(line, `"`+config.Success.Name+`":1`) {
			t.Errorf("%s: the line is %s", tt.name, line)
		}
		if log := strings.Join(out.lines, ""); strings.Contains(log, secret) || strings.Contains(log, "v=0") {
			t.Errorf("%s: the log has the session's description: %s", tt.name, log)
		}
	}
}

// TestA9NothingOfItIsLogged has the home, and Alexa, get a live session wrong.
func TestA9NothingOfItIsLogged(t *testing.T) {
	offer := rtc("InitiateSessionWithOffer")
	for _, tt := range []struct{ name, event, answer, cause string }{
		{"no JSON", offer, sdp, "malformed"},
		{"half an answer", offer, rtcAnswer("AnswerGeneratedForSession", `{"answer":"`+sdp), "malformed"},
		{"a header of another type", offer, `{"event":{"header":"` + sdp + `"}}`, "malformed"},
		{"a failure with it in its message", offer, strings.Replace(refusing("INTERNAL_ERROR", "cannot use offer"), "cannot use offer", "cannot use "+sdp, 1), "server_error"},
		{"a failure with it in its type", offer, strings.Replace(refusing("INTERNAL_ERROR", "m"), "INTERNAL_ERROR", sdp, 1), "server_error"},
		{"half an event", offer[:len(offer)-20], handled, "event"},
		{"a key twice", strings.Replace(offer, `"format":"SDP",`, `"value":"`+sdp+`",`, 1), handled, "directive"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			home, url := newLister(t)
			home.body.Store(&tt.answer)
			app, out := started(t, url, map[string]string{config.EnvLogLevel: "debug"})
			out.before = len(out.lines)
			invoke(t, app, tt.event)
			if log := strings.Join(out.lines, ""); strings.Contains(log, secret) || strings.Contains(log, "v=0") {
				t.Errorf("the log has the session's description: %s", log)
			}
			if last := out.lines[len(out.lines)-1]; !strings.Contains(last, `"cause":"`+tt.cause+`"`) {
				t.Errorf("the line is %s, want cause %s", last, tt.cause)
			}
		})
	}
}

// TestA9InTime has a camera that never answers: Alexa is answered before it stops
// waiting, the home is asked once, and its health says nothing of a slow function.
func TestA9InTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		defer w.close()
		hold := make(chan struct{})
		defer close(hold)
		var posts atomic.Int32
		w.servers["home.test:80"].Handler = http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodPost {
				posts.Add(1)
				<-hold
			}
		})
		app, out := startedWith(t, Options{Dial: w.dial}, "http://home.test", nil)
		began := time.Now()
		_, b := invoke(t, app, rtc("InitiateSessionWithOffer"))
		if took, want := time.Since(began), alexa.WebRTCTimeout-alexa.WebRTCTimeout/16; took != want || !strings.Contains(string(b), "BRIDGE_UNREACHABLE") {
			t.Errorf("answered after %v, want %v: %s", took, want, b)
		}
		if line := out.line(t); line["cause"] != "timeout" || posts.Load() != 1 {
			t.Errorf("after %d requests the line is %v", posts.Load(), line)
		}
		status, err := app.Invoke(t.Context(), []byte(`{"operation":"lambda.status"}`))
		if err != nil || !strings.Contains(string(status), `"p90":0`) || strings.Contains(string(status), "one of ten answers takes") {
			t.Errorf("the status is %s, %v", status, err)
		}
	})
}

// TestA9NotTwice has the home close the connection when it has read a directive.
func TestA9NotTwice(t *testing.T) {
	for _, name := range []string{"InitiateSessionWithOffer", "SessionConnected", "SessionDisconnected"} {
		var posts atomic.Int32
		home := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodPost {
				posts.Add(1)
				panic(http.ErrAbortHandler)
			}
		}))
		app, _ := started(t, home.URL, nil)
		invoke(t, app, rtc(name))
		home.Close()
		if n := posts.Load(); n != 1 {
			t.Errorf("%s reached the home %d times", name, n)
		}
	}
}

// TestA9BreakerOfItsOwn has cameras fail until their breaker opens: the lights go on
// working.
func TestA9BreakerOfItsOwn(t *testing.T) {
	var posts atomic.Int32
	home := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		switch {
		case r.Method != http.MethodPost:
			w.WriteHeader(http.StatusMethodNotAllowed)
		case strings.Contains(string(b), "camera#door"):
			posts.Add(1)
			w.WriteHeader(http.StatusGatewayTimeout)
		default:
			_, _ = io.WriteString(w, handled)
		}
	}))
	defer home.Close()
	stream := strings.NewReplacer("RTCSessionController", "CameraStreamController", "SessionConnected", "InitializeCameraStreams").Replace(rtc("SessionConnected"))
	for _, event := range []string{rtc("InitiateSessionWithOffer"), stream} {
		posts.Store(0)
		app, _ := started(t, home.URL, nil)
		for range 10 {
			invoke(t, app, event)
		}
		if n := posts.Load(); n != 5 {
			t.Errorf("%d requests reached the camera, want 5", n)
		}
		if _, b := invoke(t, app, turnOn); string(b) != handled {
			t.Errorf("the light does not go on: %s", b)
		}
	}
}
