package main_test

import (
	"crypto/tls"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/localrun/demohome"
	"github.com/hearthgate/hearthgate/infra/testkit/faultyhome"
)

// A broken is a way to a home on which one thing is broken, and what the doctor says
// of it.
type broken struct {
	name string
	env  func(*testing.T) []string // breaks it, and returns what the function is told

	code  int    // which says the class
	step  string // that fails; "" for the last one, which is well
	cause string
	says  string // what to do, or the advice
}

// TestDoctorOfTheWay breaks one thing each and has the doctor go the way, from this
// machine and from inside the deployed function: both name it.
func TestDoctorOfTheWay(t *testing.T) {
	o := newOwner(t)
	o.deployed()
	for _, b := range ways(t) {
		t.Run(b.name, func(t *testing.T) {
			env := b.env(t)
			b.named(t, "here", command(t, append(noHome, env...), "doctor", "--json"))
			o.cloud.Rerun(env...)
			b.named(t, "inside", o.types("", "doctor", "--json"))
		})
	}
}

// named fails unless the doctor ended with the one thing that is broken.
func (b broken) named(t *testing.T, where string, r result) {
	t.Helper()
	var report struct {
		Class int
		Steps []struct {
			Where, Name, Found, Cause, Problem, Mend string
			OK                                       bool
			Advice                                   []string
		}
	}
	if err := json.Unmarshal([]byte(r.out), &report); err != nil || len(report.Steps) == 0 {
		t.Fatalf("%s: %v: %s%s", where, err, r.out, r.err)
	}
	last := report.Steps[len(report.Steps)-1]
	if last.Name == "names" && b.step != "names" { // which is well where the one before it is
		last = report.Steps[len(report.Steps)-2]
	}
	said := strings.Join(append(last.Advice, last.Found, last.Mend), " ")
	if r.code != b.code || report.Class != b.code || last.Where != where || last.Cause != b.cause || !strings.Contains(said, b.says) {
		t.Errorf("%s: code %d, %+v\nwant %+v", where, r.code, last, b)
	}
	if b.code != 0 && (last.Name != b.step || last.OK || last.Problem == "") || b.code == 0 && !last.OK {
		t.Errorf("%s: it ends with %+v, want %+v", where, last, b)
	}
	if strings.Contains(r.out+r.err, canary) {
		t.Errorf("%s: the token is shown", where)
	}
}

// The classes, as the exit code tells them.
const (
	ofSettings, ofTheWay, ofTheToken, ofTheHome = 4, 5, 6, 7
)

func ways(t *testing.T) []broken {
	all := append(below(t), certificates(t)...)
	return append(append(all, answers()...), devices()...)
}

// below are the settings, and what is below HTTP.
func below(t *testing.T) []broken {
	plain := httptest.NewServer(demohome.New(canary))
	t.Cleanup(plain.Close)
	url := func(url string) func(*testing.T) []string {
		return func(*testing.T) []string { return atHome(url) }
	}
	opened := func(open func() (string, func(), error)) func(*testing.T) []string {
		return func(t *testing.T) []string {
			url, end, err := open()
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(end)
			return atHome(url)
		}
	}
	return []broken{
		{"nothing", url(plain.URL), 0, "", "", "9 endpoints"},
		{"no address", url("nonsense"), ofSettings, "settings", "settings", "https://"},
		{"no such name", url("https://nowhere.invalid"), ofTheWay, "dns", "dns", "check the spelling"},
		{"only IPv6", url("https://[2001:db8::1]"), ofTheWay, "dns", "only_ipv6", "IPv4"},
		{"refused", opened(faultyhome.Refusing), ofTheWay, "tcp", "refused", "forwards the port"},
		{"dropped", opened(faultyhome.Unaccepting), ofTheWay, "tcp", "timeout", "firewall"},
		{"no TLS", url(strings.Replace(plain.URL, "http:", "https:", 1)), ofTheWay, "tls", "no_tls", "http"},
		{"closed", behaving(faultyhome.Curt), ofTheWay, "token", "reset", "proxy"},
		{"no answer", slow(faultyhome.Deaf), ofTheWay, "token", "timeout", "overloaded"},
	}
}

// behaving returns what breaks the home in a way of its own.
func behaving(b faultyhome.Behaviour) func(*testing.T) []string {
	return func(t *testing.T) []string { return atHome(misbehaves(t, b, nil)) }
}

func slow(b faultyhome.Behaviour) func(*testing.T) []string {
	return func(t *testing.T) []string { return append(behaving(b)(t), config.EnvTimeout+"=0.5") }
}

func misbehaves(t *testing.T, b faultyhome.Behaviour, conf *tls.Config) string {
	t.Helper()
	home, err := faultyhome.New(b, conf)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(home.Close)
	return home.URL
}

func certificates(t *testing.T) []broken {
	ca, err := faultyhome.NewCA()
	if err != nil {
		t.Fatal(err)
	}
	other, err := faultyhome.NewCA()
	if err != nil {
		t.Fatal(err)
	}
	shows := func(by *faultyhome.CA, c faultyhome.Certificate, chain bool) func(*testing.T) []string {
		return func(t *testing.T) []string {
			conf, err := by.TLS(c)
			if err != nil {
				t.Fatal(err)
			}
			if chain {
				authority, _ := pem.Decode([]byte(by.PEM))
				conf.Certificates[0].Certificate = append(conf.Certificates[0].Certificate, authority.Bytes)
			}
			home := faultyhome.Well(demohome.New(canary))
			return append(atHome(misbehaves(t, home, conf)), config.EnvCA+"="+ca.PEM)
		}
	}
	return []broken{
		{"a good certificate", shows(ca, faultyhome.Certificate{}, false), 0, "", "", "9 endpoints"},
		{"an intermediate certificate is missing", shows(other, faultyhome.Certificate{}, false), ofTheWay, "tls", "missing_intermediate", "fullchain.pem"},
		{"certificate of an unknown authority", shows(other, faultyhome.Certificate{}, true), ofTheWay, "tls", "unknown_authority", "`ca`"},
		{"certificate signed by itself", shows(ca, faultyhome.Certificate{Self: true}, false), ofTheWay, "tls", "self_signed", "Let's Encrypt"},
		{"certificate of another host", shows(ca, faultyhome.Certificate{Host: "elsewhere.test"}, false), ofTheWay, "tls", "wrong_host", "name"},
		{"certificate expired", shows(ca, faultyhome.Certificate{Expired: true}, false), ofTheWay, "tls", "expired_certificate", "renew"},
		{"certificate not yet valid", shows(ca, faultyhome.Certificate{Early: true}, false), ofTheWay, "tls", "not_yet_valid", "clock"},
		{"TLS 1.1 at most", shows(ca, faultyhome.Certificate{Version: tls.VersionTLS11}, false), ofTheWay, "tls", "tls_version", "TLS 1.2"},
	}
}

const (
	root200   = "GET /api/"
	probe     = "GET /api/alexa/smart_home"
	directive = "POST /api/alexa/smart_home"
)

// says returns what has the home answer one request otherwise.
func says(request string, status int, header, body string) func(*testing.T) []string {
	return func(t *testing.T) []string {
		good := demohome.New(canary)
		home := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method+" "+r.URL.Path != request {
				good.ServeHTTP(w, r)
				return
			}
			if name, value, ok := strings.Cut(header, ": "); ok {
				w.Header().Set(name, value)
			}
			w.WriteHeader(status)
			fmt.Fprint(w, body)
		}))
		t.Cleanup(home.Close)
		return atHome(home.URL)
	}
}

// answers are the rows of the contract with Home Assistant.
func answers() []broken {
	const (
		plain = "Content-Type: text/plain; charset=utf-8"
		html  = "Content-Type: text/html"
		login = "Location: https://x.cloudflareaccess.com/cdn-cgi/access/login"
		old   = "eyJhbGciOiJIUzI1NiJ9.eyJleHAiOjEwMDAwMDAwMDB9.x"
	)
	expired := func(t *testing.T) []string {
		return append(says(root200, 401, plain, "401: Unauthorized")(t), config.EnvToken+"="+old)
	}
	starting := func(t *testing.T) []string {
		mux := http.NewServeMux()
		mux.Handle("/", demohome.New(canary))
		mux.HandleFunc("/api/alexa/smart_home", http.NotFound)
		mux.HandleFunc("/api/config", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"state":"STARTING"}`) })
		home := httptest.NewServer(mux)
		t.Cleanup(home.Close)
		return atHome(home.URL)
	}
	return []broken{
		{"401, wrong token", says(root200, 401, plain, "401: Unauthorized"), ofTheToken, "token", "unauthorized", "hearthgate token"},
		{"401, expired token", expired, ofTheToken, "token", "expired", "make a new long-lived token"},
		{"403, banned", says(root200, 403, plain, "403: Forbidden"), ofTheToken, "token", "banned", "ip_bans.yaml"},
		{"403, Cloudflare", says(root200, 403, "Cf-Ray: 1", "<html>"), ofTheToken, "token", "cloudflare", "security events"},
		{"403, Cloudflare, of the endpoint only", says(probe, 403, "Server: cloudflare", "<html>"), ofTheHome, "endpoint", "cloudflare", "firewall rule"},
		{"302, Cloudflare Access", says(root200, 302, login, ""), ofTheToken, "token", "cloudflare_access", "service token"},
		{"403, Cloudflare Access", says(root200, 403, html, "<title>Cloudflare Access</title>"), ofTheToken, "token", "cloudflare_access", "service token"},
		{"403, another proxy", says(root200, 403, html, "<html>"), ofTheToken, "token", "forbidden", "look at the rules of the proxy"},
		{"404, not configured", says(probe, 404, plain, "404: Not Found"), ofTheHome, "endpoint", "not_configured", "smart_home:"},
		{"404, still starting", starting, ofTheHome, "endpoint", "starting", "wait"},
		{"404, something else", says(root200, 404, html, "<html>"), ofTheWay, "token", "not_home_assistant", "address"},
		{"400, proxy not trusted", says(root200, 400, plain, "400: Bad Request"), ofTheToken, "token", "bad_request", "trusted_proxies"},
		{"500", says(directive, 500, plain, "500"), ofTheHome, "discover", "server_error", "log"},
		{"503", says(root200, 503, plain, ""), ofTheWay, "token", "shutting_down", "wait"},
		{"502", says(root200, 502, html, ""), ofTheWay, "token", "bad_gateway", "runs"},
		{"504", says(root200, 504, html, ""), ofTheWay, "token", "bad_gateway", "runs"},
		{"522", says(root200, 522, html, ""), ofTheWay, "token", "bad_gateway", "runs"},
		{"530", says(root200, 530, html, ""), ofTheWay, "token", "bad_gateway", "runs"},
		{"429", says(root200, 429, html, ""), ofTheToken, "token", "rate_limited", "limit"},
		{"301, elsewhere", says(root200, 301, "Location: https://other.example.com/", ""), ofTheWay, "token", "redirect", "final address"},
		{"nothing in it", says(directive, 200, plain, ""), ofTheHome, "discover", "malformed", "log"},
		{"no JSON", says(directive, 200, html, "<html>"), ofTheHome, "discover", "malformed", "log"},
		{"more than 6 MB", says(directive, 200, plain, strings.Repeat("x", 7<<20)), ofTheHome, "discover", "oversized", "fewer devices"},
	}
}

// devices are what is wrong with what the home offers.
func devices() []broken {
	offers := func(endpoints ...string) func(*testing.T) []string {
		return says(directive, 200, "Content-Type: application/json", `{"event":{"header":{"namespace":"Alexa.Discovery","name":"Discover.Response","messageId":"m","payloadVersion":"3"},"payload":{"endpoints":[`+strings.Join(endpoints, ",")+`]}}}`)
	}
	device := func(id, name string) string {
		return fmt.Sprintf(`{"endpointId":%q,"friendlyName":%q,"description":"d","capabilities":[{}]}`, id, name)
	}
	var many []string
	for i := range 301 {
		many = append(many, device(fmt.Sprintf("light#%d", i), "a lamp"))
	}
	return []broken{
		{"no device", offers(), ofTheHome, "discover", "no_endpoints", "filter"},
		{"one device beyond a limit", offers(device("light#a", strings.Repeat("a", 129)), device("light#b", "b")), 0, "", "", "Alexa does not get light.a"},
		{"every device beyond a limit", offers(device("light#ü", "a")), ofTheHome, "discover", "limits", "entity_config"},
		{"301 devices", offers(many...), 0, "", "", "Alexa accepts 300 endpoints"},
		{"301 devices of one name", offers(many...), 0, "names", "", "300 devices are called \"a lamp\", so Alexa asks which one, or takes the wrong one: give light.0, light.1, light.10 and 297 more names of their own"},
		{"two devices of one name", offers(device("light#a", "Kitchen  Light"), device("switch#b", "kitchen light"), device("switch#c", "c")), 0, "names", "", "give light.a and switch.b names of their own"},
	}
}
