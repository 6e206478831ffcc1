package smapi_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hearthgate/hearthgate/infra/internal/skill/smapi"
	"github.com/hearthgate/hearthgate/infra/testkit/fakesmapi"
)

// transport answers with a handler, without a network.
type transport struct{ http.Handler }

func (t transport) RoundTrip(r *http.Request) (res *http.Response, err error) {
	defer func() {
		if recover() != nil {
			err = io.ErrUnexpectedEOF // the handler ended the connection
		}
	}()
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	if r.Body == nil {
		r.Body = http.NoBody
	}
	w := httptest.NewRecorder()
	t.ServeHTTP(w, r)
	return w.Result(), nil
}

func client(s *fakesmapi.Service, o smapi.Options) *smapi.Client {
	o.Login = smapi.Login{ClientID: fakesmapi.ClientID, ClientSecret: fakesmapi.ClientSecret, RefreshToken: s.Login(), VendorID: fakesmapi.VendorID}
	o.Transport = transport{s}
	return smapi.New(o)
}

func Example() {
	amazon := fakesmapi.New(fakesmapi.Options{Slow: 2})
	defer amazon.Close()
	c, ctx := client(amazon, smapi.Options{}), context.Background()

	m := smapi.Manifest{"manifestVersion": "1.0"}
	m.Set("publishingInformation.locales.en-GB.name", "Lake House")
	m.Set("apis.smartHome.protocolVersion", "3")
	id, err := c.Create(ctx, m)
	if err == nil {
		err = c.Await(ctx, id, smapi.ManifestResource)
	}
	made, _, _ := c.Manifest(ctx, id)
	fmt.Println(made.Text("publishingInformation.locales.en-GB.name"), err)
	// Output: Lake House <nil>
}

func TestWaits(t *testing.T) {
	for _, tt := range []struct {
		name  string
		fault fakesmapi.Fault
		calls int           // of the operation
		least time.Duration // that it takes
		most  time.Duration
		code  string
	}{
		{"as long as Amazon asks", fakesmapi.Fault{Times: 1, Status: 429, Header: map[string]string{"Retry-After": "7"}, Body: "{}"}, 2, 7 * time.Second, 7 * time.Second, ""},
		{"until a time", fakesmapi.Fault{Times: 1, Status: 503, Header: map[string]string{"Retry-After": "Sat, 01 Jan 2000 00:00:30 GMT"}, Body: "{}"}, 2, 30 * time.Second, 30 * time.Second, ""},
		{"no longer than a minute", fakesmapi.Fault{Times: 1, Status: 429, Header: map[string]string{"Retry-After": "3600"}, Body: "{}"}, 2, time.Minute, time.Minute, ""},
		{"with backoff", fakesmapi.Fault{Times: 2, Status: 500, Body: "{}"}, 3, time.Millisecond, 3 * time.Second, ""},
		{"five times at most", fakesmapi.Fault{Status: 500, Body: "{}"}, 5, time.Millisecond, 15 * time.Second, smapi.Unavailable},
		{"three times without an answer", fakesmapi.Fault{Cut: true}, 3, time.Millisecond, 3 * time.Second, smapi.Unreachable},
		{"not for what is wrong", fakesmapi.Fault{Status: 400, Body: "{}"}, 1, 0, 0, smapi.Invalid},
		{"once for a token that ended", fakesmapi.Fault{Status: 401, Body: "{}"}, 2, 0, 0, smapi.LoginExpired},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				amazon := fakesmapi.New(fakesmapi.Options{})
				defer amazon.Close()
				c := client(amazon, smapi.Options{})
				amazon.Break("getVendorList", tt.fault)
				began := time.Now()
				_, err := c.Vendors(t.Context())
				took := time.Since(began)
				if smapi.CodeOf(err) != tt.code || amazon.Calls("getVendorList") != tt.calls || took < tt.least || took > tt.most {
					t.Errorf("%v after %d calls in %v, want %q after %d in %v to %v", err, amazon.Calls("getVendorList"), took, tt.code, tt.calls, tt.least, tt.most)
				}
			})
		})
	}
}

// TestCreateIsNotSentTwice loses the answer to a creation: another one would be a second
// skill.
func TestCreateIsNotSentTwice(t *testing.T) {
	for name, f := range map[string]fakesmapi.Fault{"cut": {Cut: true}, "500": {Status: 500}, "409": {Status: 409}} {
		t.Run(name, func(t *testing.T) {
			amazon := fakesmapi.New(fakesmapi.Options{})
			defer amazon.Close()
			amazon.Break("createSkillForVendor", f)
			if _, err := client(amazon, smapi.Options{}).Create(t.Context(), smapi.Manifest{}); err == nil || amazon.Calls("createSkillForVendor") != 1 {
				t.Errorf("%v after %d calls", err, amazon.Calls("createSkillForVendor"))
			}
		})
	}
}

func TestAwait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, tt := range []struct {
			name   string
			is     fakesmapi.Options
			within time.Duration // that the caller waits; 0: for ever
			code   string
			least  time.Duration
			most   time.Duration
		}{
			{"at once", fakesmapi.Options{}, 0, "", 0, 0},
			{"after some questions", fakesmapi.Options{Unknown: 3, Slow: 4}, 0, "", 5 * time.Second, 30 * time.Second},
			{"unknown for ever", fakesmapi.Options{Unknown: 1000}, 0, smapi.NotFound, time.Minute, 70 * time.Second},
			{"never done", fakesmapi.Options{Slow: 10000}, 0, smapi.Timeout, 10 * time.Minute, 11 * time.Minute},
			{"longer than the caller waits", fakesmapi.Options{Slow: 10000}, 20 * time.Second, smapi.Timeout, 20 * time.Second, 20 * time.Second},
			{"failed", fakesmapi.Options{Invokable: func(string, string, string) bool { return false }}, 0, smapi.Invalid, 0, 0},
		} {
			amazon := fakesmapi.New(tt.is)
			c := client(amazon, smapi.Options{})
			m := smapi.Manifest{}
			m.Set("publishingInformation.locales.de-DE.name", "home")
			m.Set("apis.smartHome.protocolVersion", "3")
			m.Set("apis.smartHome.endpoint.uri", "arn:aws:lambda:eu-west-1:1:function:f")
			id, err := c.Create(t.Context(), m)
			if err != nil {
				t.Fatal(err)
			}
			ctx, cancel := t.Context(), func() {}
			if tt.within > 0 {
				ctx, cancel = context.WithTimeout(ctx, tt.within)
			}
			began := time.Now()
			err = c.Await(ctx, id, smapi.ManifestResource)
			if took := time.Since(began); smapi.CodeOf(err) != tt.code || took < tt.least || took > tt.most {
				t.Errorf("%s: %v after %v, want %q after %v to %v", tt.name, err, took, tt.code, tt.least, tt.most)
			}
			cancel()
			amazon.Close()
		}
	})
}

func TestStopped(t *testing.T) {
	amazon := fakesmapi.New(fakesmapi.Options{})
	defer amazon.Close()
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if _, err := client(amazon, smapi.Options{}).Vendors(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

// TestSecretsDoNotPrint sees that what has secrets prints without them.
func TestSecretsDoNotPrint(t *testing.T) {
	login := smapi.Login{ClientID: "id", ClientSecret: "canary", RefreshToken: "canary", VendorID: "M2"}
	credentials := smapi.Credentials{ClientID: "id", ClientSecret: "canary"}
	for _, format := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
		if text := fmt.Sprintf(format, login) + fmt.Sprintf(format, credentials) + fmt.Sprintf(format, []smapi.Login{login}); strings.Contains(text, "canary") {
			t.Errorf("%s prints %s", format, text)
		}
	}
}

func TestFields(t *testing.T) {
	for body, want := range map[string]string{
		`{"message":"no"}`: "",
		`{"message":"String instance with value \"x\" at property path \"$.manifest.apis.custom.endpoint.uri\" does not match."}`:                                               "manifest.apis.custom.endpoint.uri",
		`{"message":"Bad","violations":[{"message":"at $.manifest.publishingInformation.locales.de-DE.name."}]}`:                                                                "manifest.publishingInformation.locales.de-DE.name",
		`{"message":"x","violations":[{"code":"INVALID","message":"y","validationDetails":{"originalInstance":{"propertyPath":"$.manifest.publishingInformation.category"}}}]}`: "manifest.publishingInformation.category",
		`{"error":{"code":"CONFLICTING_INSTANCES","message":"z","validationDetails":{"conflictingInstance":{"propertyPath":"$.manifest.apis"}}}}`:                               "manifest.apis",
		`[]`:   "",
		`null`: "",
		``:     "",
	} {
		amazon := fakesmapi.New(fakesmapi.Options{})
		amazon.Break("getVendorList", fakesmapi.Fault{Status: 400, Body: body})
		_, err := client(amazon, smapi.Options{}).Vendors(t.Context())
		if got := smapi.FieldOf(err); err == nil || got != want {
			t.Errorf("%s: field %q, want %q: %v", body, got, want, err)
		}
		amazon.Close()
	}
}

func TestRotation(t *testing.T) {
	amazon := fakesmapi.New(fakesmapi.Options{Rotate: true})
	defer amazon.Close()
	var saved []smapi.Login
	c := client(amazon, smapi.Options{Save: func(_ context.Context, l smapi.Login) error {
		saved = append(saved, l)
		return nil
	}})
	before := c.Login()
	for range 2 {
		if _, err := c.Vendors(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if len(saved) != 1 || saved[0] != c.Login() || saved[0].RefreshToken == before.RefreshToken || saved[0].VendorID != before.VendorID {
		t.Errorf("saved %d times, %#v", len(saved), saved)
	}
}

func TestSkillsOfSeveralPages(t *testing.T) {
	amazon := fakesmapi.New(fakesmapi.Options{})
	defer amazon.Close()
	c := client(amazon, smapi.Options{})
	for i := range 5 {
		m := smapi.Manifest{}
		m.Set("publishingInformation.locales.de-DE.name", fmt.Sprintf("home %d", i))
		m.Set("apis.custom", map[string]any{})
		if _, err := c.Create(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
	all, err := c.Skills(t.Context())
	if err != nil || len(all) != 5 || !all[0].Is(smapi.Custom) || all[0].Is(smapi.SmartHome) || all[4].Names["de-DE"] != "home 4" {
		t.Errorf("%v: %+v", err, all)
	}
}

func TestConsent(t *testing.T) {
	c := smapi.NewConsent(smapi.Options{Login: smapi.Login{ClientID: fakesmapi.ClientID, ClientSecret: fakesmapi.ClientSecret}}, "http://127.0.0.1:9090/cb")
	u, err := url.Parse(c.URL())
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	if u.Host != "www.amazon.com" || q.Get("scope") != "alexa::ask:skills:readwrite alexa::ask:models:readwrite" || q.Get("code_challenge_method") != "S256" || q.Get("state") == "" || strings.Contains(c.URL(), fakesmapi.ClientSecret) {
		t.Errorf("address %s", c.URL())
	}
	for _, tt := range []struct {
		query url.Values
		want  string // code of the error, "" for none
	}{
		{url.Values{"state": {q.Get("state")}, "code": {"x"}}, ""},
		{url.Values{"state": {"other"}, "code": {"x"}}, smapi.StateMismatch},
		{url.Values{"code": {"x"}}, smapi.StateMismatch},
		{url.Values{"state": {q.Get("state")}}, smapi.StateMismatch},
		{url.Values{"state": {q.Get("state")}, "error": {"access_denied"}}, smapi.ConsentDenied},
		{url.Values{"state": {q.Get("state")}, "error": {"server_error"}}, smapi.ConsentDenied},
		{url.Values{"state": {q.Get("state")}, "error": {"unauthorized_client"}}, smapi.Denied},
	} {
		if _, err := c.Code(tt.query); smapi.CodeOf(err) != tt.want {
			t.Errorf("%v: %v, want %q", tt.query, err, tt.want)
		}
	}
}

func TestManifestPaths(t *testing.T) {
	m := smapi.Manifest{}
	m.Set("a.b.c", "x")
	m.Set("a.d", []any{"y"})
	n := m.Clone()
	n.Set("a.b.c", "z")
	n.Delete("a.d")
	n.Delete("a.nothing.here")
	if m.Text("a.b.c") != "x" || m.At("a.d") == nil || n.Text("a.b.c") != "z" || n.At("a.d") != nil || m.Text("a") != "" || m.At("q.r") != nil {
		t.Errorf("%v, %v", m, n)
	}
}

func TestSettled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		amazon := fakesmapi.New(fakesmapi.Options{Slow: 2, Invokable: func(string, string, string) bool { return false }})
		defer amazon.Close()
		c := client(amazon, smapi.Options{})
		m := smapi.Manifest{}
		m.Set("publishingInformation.locales.de-DE.name", "home")
		m.Set("apis.custom.endpoint.uri", "arn:aws:lambda:eu-west-1:1:function:f")
		id, err := c.Create(t.Context(), m)
		if err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		if err := c.Settled(t.Context(), id, smapi.ManifestResource); err != nil || time.Since(began) < time.Second {
			t.Errorf("a change that fails: %v after %v", err, time.Since(began))
		}
		began = time.Now()
		if err := c.Settled(t.Context(), id, smapi.ModelResource("de-DE")); err != nil || time.Since(began) != 0 {
			t.Errorf("no model: %v after %v", err, time.Since(began))
		}
	})
}
