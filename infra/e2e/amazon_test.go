package e2e_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hearthgate/hearthgate/config/alexa"
)

// An amazon stands in for Login with Amazon and Alexa's event gateways, as a home reaches
// them that was started with its address.
type amazon struct {
	*httptest.Server
	id, secret string // of the skill, for messages to it

	mu      sync.Mutex // guards what follows
	logins  []url.Values
	tokens  []string // that were given out
	events  []event
	refuses string // the code with which the gateway answers; default: it accepts
	lasts   int    // seconds that a token is valid
}

// An event came to an event gateway.
type event struct {
	host, bearer string
	Event        struct {
		Header   struct{ Namespace, Name string }
		Endpoint struct {
			EndpointID string
			Scope      struct{ Token string }
		}
		Payload struct {
			Endpoints []struct{ EndpointID string }
			Change    struct {
				Properties []struct {
					Name  string
					Value any
				}
			}
			Scope struct{ Token string }
		}
	}
}

// String returns what happened to which endpoints.
func (e event) String() string {
	ids := []string{e.Event.Endpoint.EndpointID}
	if len(e.Event.Payload.Endpoints) > 0 {
		ids = nil
	}
	for _, one := range e.Event.Payload.Endpoints {
		ids = append(ids, one.EndpointID)
	}
	slices.Sort(ids)
	return e.Event.Header.Name + " " + strings.Join(ids, " ")
}

func newAmazon(t testing.TB) *amazon {
	t.Helper()
	a := &amazon{id: "amzn1.application-oa2-client." + canaries.make(""), secret: canaries.make("amzn1.oa2-cs.v1."), lasts: 3600}
	mux := http.NewServeMux()
	token, _ := url.Parse(alexa.TokenURL)
	mux.HandleFunc("POST /"+token.Host+token.Path, a.login)
	for _, r := range alexa.Regions {
		gateway, _ := url.Parse(r.Events)
		mux.HandleFunc("POST /"+gateway.Host+gateway.Path, func(w http.ResponseWriter, r *http.Request) { a.event(w, r, gateway.Host) })
	}
	a.Server = httptest.NewServer(mux)
	t.Cleanup(a.Close)
	return a
}

// hosts returns for which hosts it stands in, and at which address.
func (a *amazon) hosts() map[string]string {
	hosts := map[string]string{}
	for _, address := range []string{alexa.TokenURL, alexa.Regions[0].Events, alexa.Regions[1].Events, alexa.Regions[2].Events} {
		u, _ := url.Parse(address)
		hosts[u.Host] = a.URL
	}
	return hosts
}

func (a *amazon) login(w http.ResponseWriter, r *http.Request) {
	_ = r.ParseForm()
	a.mu.Lock()
	defer a.mu.Unlock()
	a.logins = append(a.logins, r.PostForm)
	if r.PostForm.Get("client_id") != a.id || r.PostForm.Get("client_secret") != a.secret {
		http.Error(w, `{"error":"invalid_client"}`, http.StatusUnauthorized)
		return
	}
	token := canaries.make("Atza|")
	a.tokens = append(a.tokens, token)
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]any{"access_token": token, "refresh_token": canaries.make("Atzr|"), "expires_in": a.lasts, "token_type": "bearer"})
}

func (a *amazon) event(w http.ResponseWriter, r *http.Request, host string) {
	e := event{host: host, bearer: r.Header.Get("Authorization")}
	a.mu.Lock()
	defer a.mu.Unlock()
	if err := json.NewDecoder(r.Body).Decode(&e); err != nil || !slices.Contains(a.tokens, strings.TrimPrefix(e.bearer, "Bearer ")) {
		http.Error(w, `{"payload":{"code":"INVALID_ACCESS_TOKEN_EXCEPTION","description":"no"}}`, http.StatusUnauthorized)
		return
	}
	a.events = append(a.events, e)
	if a.refuses != "" {
		http.Error(w, `{"payload":{"code":"`+a.refuses+`","description":"no"}}`, http.StatusForbidden)
		return
	}
	w.WriteHeader(http.StatusAccepted)
}

// set changes how it answers from now on.
func (a *amazon) set(change func()) {
	a.mu.Lock()
	defer a.mu.Unlock()
	change()
}

// asked returns the requests for tokens, and forgets them.
func (a *amazon) asked() []url.Values {
	a.mu.Lock()
	defer a.mu.Unlock()
	all := a.logins
	a.logins = nil
	return all
}

// await returns the events that have come once there are as many as want, and forgets them.
// They must be those, in any order.
func (a *amazon) await(t *testing.T, want ...string) (all []event) {
	t.Helper()
	for end := time.Now().Add(15 * time.Second); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		a.mu.Lock()
		if len(a.events) >= len(want) {
			all, a.events = a.events, nil
			a.mu.Unlock()
			break
		}
		a.mu.Unlock()
	}
	var got []string
	for _, e := range all {
		got = append(got, e.String())
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Fatalf("the events are %q, want %q", got, want)
	}
	return all
}
