package main_test

import (
	"bytes"
	"encoding/base64"
	"encoding/pem"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/hearthgate/hearthgate/config/relay"
	"github.com/hearthgate/hearthgate/infra/testkit/fakeaws"
	"github.com/hearthgate/hearthgate/infra/testkit/keyleak"
)

// TestRelayRegion has AWS IoT Core not answer, as in a region that does not have it, forbid
// the question, and name no host: what needs it says so, changes nothing, and works after
// that.
func TestRelayRegion(t *testing.T) {
	o := prepared(t)
	o.sees(o.types("", "config", "set", "connection", "relay"), 0)
	line, _ := signingLine(t)
	reachable := o.env
	o.env = append(o.env[:len(o.env):len(o.env)], "AWS_ENDPOINT_URL_IOT=http://iot.eu-west-1.invalid")
	const missing = "AWS IoT Core, which a relay needs, did not answer in eu-west-1: check the connection to the internet, and that the region has AWS IoT Core"
	o.sees(o.types("", "deploy", "--bootstrap"), 1, missing, "dev cannot be deployed yet")
	o.sees(o.types("", "up", "--yes"), 1, missing, "dev cannot be deployed")
	o.sees(o.types("", "pair", "--list"), 1, "AWS did not answer", "and the region")
	o.env = reachable
	o.cloud.Deny("iot.DescribeEndpoint", "AccessDeniedException", "not authorized to perform: iot:DescribeEndpoint")
	o.sees(o.types("", "deploy"), 1, "iot:DescribeEndpoint", "dev cannot be deployed yet")
	o.cloud.Allow()
	if o.cloud.Status("hearthgate-dev") != "" || o.cloud.Parameter("eu-west-1", "/hearthgate/dev/relay/endpoint") != nil {
		t.Error("a stack or a parameter was made")
	}

	o, _ = relayOwner(t)
	reachable = o.env
	o.env = append(o.env[:len(o.env):len(o.env)], "AWS_ENDPOINT_URL_IOT=http://iot.eu-west-1.invalid")
	o.sees(o.types("", "pair", line), 1, "AWS did not answer", "and the region")
	o.sees(o.types("", "doctor"), 2, missing, "with the rights of the function: connected")
	o.env = reachable
	if left := o.cloud.Certificates(); len(left) != 0 {
		t.Errorf("certificates were made: %+v", left)
	}
	o.sees(o.types("", "pair", line), 0, "Paste this line")
}

// TestRelayExport exports a stage with a relay: the file has no key and no certificate, a
// home in the same place stays paired, and in another one it must be paired again.
func TestRelayExport(t *testing.T) {
	o, connect := relayOwner(t)
	connect()
	line, _ := signingLine(t)
	o.sees(o.types("", "pair", line), 0)
	id := o.cloud.Certificates()[0].ID[:12]
	file := filepath.Join(t.TempDir(), "dev.age")
	o.sees(o.types(phrase+"\n", "export", "--out", file), 0, "wrote "+file)
	const note = "the key of a home behind a relay stays in the house, and its certificate in the account " + fakeaws.AccountID
	there := elsewhere(t, "999988887777")
	there.sees(there.types(phrase, "import", file, "--yes"), 0, note, "hearthgate pair --stage dev`")
	there.sees(there.types("", "pair", line), 1, "the relay of dev is not deployed yet", "hearthgate deploy --stage dev")
	renamed := elsewhere(t, "")
	renamed.sees(renamed.types(phrase, "import", file, "--stage", "cabin", "--yes"), 0, note, "hearthgate pair --stage cabin`")
	if err := os.Remove(filepath.Join(o.clone, "config/stages/dev.json")); err != nil {
		t.Fatal(err)
	}
	r := o.types(phrase, "import", file, "--yes")
	o.sees(r, 0, "hearthgate deploy --stage dev")
	if strings.Contains(r.out+r.err, "pair it again") {
		t.Errorf("a home that is still paired is asked to pair again: %s", r.out+r.err)
	}
	o.sees(o.types("", "pair", "--list"), 0, id, "yes")
	o.sees(o.types("", "deploy"), 0, "it answers")
}

// A wiretap is in front of AWS, and keeps what it is asked and answers.
type wiretap struct {
	mu   sync.Mutex
	seen [][]byte // guarded by mu
}

// tap puts a wiretap between the owner's commands and AWS.
func (o *owner) tap() *wiretap {
	o.t.Helper()
	to, err := url.Parse(o.cloud.URL())
	if err != nil {
		o.t.Fatal(err)
	}
	w := new(wiretap)
	keep := func(b []byte) {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.seen = append(w.seen, b)
	}
	proxy := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(to); r.Out.Host = r.In.Host },
		ModifyResponse: func(r *http.Response) error {
			b, err := io.ReadAll(r.Body)
			r.Body = io.NopCloser(bytes.NewReader(b))
			keep(b)
			return err
		},
	}
	server := httptest.NewServer(http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		keep(append([]byte(r.URL.String()+"\n"), b...))
		r.Body = io.NopCloser(bytes.NewReader(b))
		proxy.ServeHTTP(out, r)
	}))
	o.t.Cleanup(server.Close)
	o.env = append(o.env, "AWS_ENDPOINT_URL="+server.URL)
	return w
}

// TestPairKeyStays pairs a home, deploys, diagnoses and exports, and searches for the home's
// key in all that is written, shown, stored and sent to AWS. Who pastes the key itself gets
// an error that does not repeat it.
func TestPairKeyStays(t *testing.T) {
	o, connect := relayOwner(t)
	connect()
	w := o.tap()
	line, der := signingLine(t)
	key, err := keyleak.Of(der)
	if err != nil {
		t.Fatal(err)
	}
	text := string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
	for _, tt := range []struct {
		typed string
		code  int
		args  []string
	}{
		{line, 0, []string{"pair"}},
		{line, 0, []string{"pair", "--renew"}},
		{text, 1, []string{"pair"}},
		{strings.ReplaceAll(text, "\n", ""), 1, []string{"pair"}},
		{relay.SigningRequestPrefix + base64.RawURLEncoding.EncodeToString(der), 1, []string{"pair"}},
		{"", 0, []string{"pair", "--list", "--json"}},
		{"", 0, []string{"deploy"}},
		{"", 0, []string{"doctor", "--json"}},
		{"", 0, []string{"status", "--json"}},
		{phrase, 0, []string{"export", "--out", filepath.Join(o.clone, "dev.age")}},
	} {
		r := o.types(tt.typed+"\n", tt.args...)
		if r.code != tt.code {
			t.Errorf("%v ends with %d, want %d: %s", tt.args, r.code, tt.code, r.err)
		}
		if key.In([]byte(r.out + r.err)) {
			t.Errorf("%v shows the key", tt.args)
		}
	}
	for name, b := range files(t, o.clone) {
		if filepath.Base(name) == "bootstrap" {
			continue // the function, which knows how keys begin
		}
		if key.In([]byte(b)) {
			t.Errorf("%s has the key", name)
		}
	}
	for _, template := range o.cloud.Templates() {
		if key.In([]byte(template)) {
			t.Error("a template has the key")
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	asked := 0
	for _, b := range w.seen {
		if bytes.Contains(b, []byte("CERTIFICATE REQUEST")) {
			asked++
		}
		if key.In(b) {
			t.Errorf("AWS was sent the key, or sent one: %.300s", b)
		}
	}
	if asked == 0 || len(w.seen) < 20 {
		t.Errorf("%d messages were read, %d of them with a signing request", len(w.seen), asked)
	}
}
