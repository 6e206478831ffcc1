// Package integration_test has others judge the integration for Home Assistant: its own
// linter, type checker and test suite. No package has hassfest, Home Assistant's check of
// an integration's files: its rules are stated here, as its source has them.
package integration_test

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/config/alexa"
	"github.com/hearthgate/hearthgate/config/relay"
	"github.com/hearthgate/hearthgate/infra/integration/pack"
	"github.com/hearthgate/hearthgate/infra/internal/project"
	"github.com/hearthgate/hearthgate/infra/testkit/realhome"
	"github.com/hearthgate/hearthgate/infra/testkit/venv"
)

const folder = "custom_components/hearthgate"

// python returns the Python of the tools that judge the integration, with the Home
// Assistant that the other tests run.
func python(t *testing.T) string {
	t.Helper()
	root, err := project.Root()
	if err != nil {
		t.Fatal(err)
	}
	v := realhome.Oldest()
	home, err := v.Environment(root, os.Stderr)
	if err != nil {
		t.Fatal(err)
	}
	packages := filepath.Join(filepath.Dir(filepath.Dir(venv.Require(t, home))), "lib", "python"+home.Version, "site-packages")
	requirements, err := os.ReadFile("requirements-" + string(v) + ".txt")
	if err != nil {
		t.Fatal(err)
	}
	tools := venv.For(root, "integration-"+string(v), string(requirements), os.Stderr)
	tools.Version = home.Version
	program := venv.Require(t, tools)
	link := filepath.Join(filepath.Dir(filepath.Dir(program)), "lib", "python"+home.Version, "site-packages", "home-assistant.pth")
	if err := os.WriteFile(link, []byte(packages+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	return program
}

// judge runs a module of Python on the integration.
func judge(t *testing.T, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), python(t), append([]string{"-m"}, args...)...)
	cmd.Env = append(os.Environ(), "PYTHONDONTWRITEBYTECODE=1")
	said, err := cmd.CombinedOutput()
	if err != nil {
		t.Errorf("%s: %v\n%s", strings.Join(args, " "), err, said)
	}
	return string(said)
}

func TestJudgeRuff(t *testing.T) {
	judge(t, "ruff", "check", "--no-cache", ".")
	judge(t, "ruff", "format", "--no-cache", "--check", ".")
}

func TestJudgeMypy(t *testing.T) {
	judge(t, "mypy", "--cache-dir="+filepath.Join(t.TempDir(), "mypy"), folder)
}

// TestPython runs the integration's own tests: in Home Assistant's test kit, with mosquitto.
func TestPython(t *testing.T) {
	said := judge(t, "pytest", "-q", "-p", "no:cacheprovider", "-rs")
	if strings.Contains(said, "skipped") {
		if os.Getenv("CI") == "true" {
			t.Errorf("tests were skipped:\n%s", said)
		}
		t.Log(said)
	}
}

// TestConstants compares what both ends of the relay must spell alike.
func TestConstants(t *testing.T) {
	const program = `
import json, sys
from custom_components.hearthgate import const as c
from custom_components.hearthgate.grant import gateway_of
print(json.dumps({
    "PROTOCOL": c.PROTOCOL, "MAX_MESSAGE": c.MAX_MESSAGE, "ACK_AFTER": c.ACK_AFTER, "REMEMBER_FOR": c.REMEMBER_FOR,
    "COMPRESS_BEYOND": c.COMPRESS_BEYOND, "ANNOUNCE_EVERY": c.ANNOUNCE_EVERY, "COUNT_TAKE_OVERS": c.COUNT_TAKE_OVERS, "PREFIXES": [c.SIGNING_REQUEST_PREFIX, c.PAIRING_PREFIX],
    "TOPICS": [c.request_topic("x"), c.reply_topic("x", "p"), c.presence_topic("x"), c.home_client("x")],
    "GATEWAYS": c.EVENT_GATEWAYS, "COUNTRIES": {c: gateway_of("", c) for c in sys.argv[1:]},
    "KINDS": list(c.Kind), "STATES": list(c.State), "STATUSES": [int(s) for s in c.Status],
}))`
	gateways, countries := map[string]string{}, map[string]string{}
	for _, r := range alexa.Regions {
		gateways[r.Name] = r.Events
		for _, l := range r.Locales {
			_, country, _ := strings.Cut(l, "-")
			countries[country] = r.Events
		}
	}
	args := slices.AppendSeq([]string{"-B", "-c", program}, maps.Keys(countries))
	out, err := exec.CommandContext(t.Context(), python(t), args...).Output()
	if err != nil {
		t.Fatal(err)
	}
	var got map[string]any
	if err := json.Unmarshal(out, &got); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{
		"PROTOCOL": relay.Protocol, "MAX_MESSAGE": relay.MaxMessage, "ACK_AFTER": relay.AckAfter.Seconds(), "REMEMBER_FOR": relay.RememberFor.Seconds(),
		"COMPRESS_BEYOND": relay.CompressBeyond, "ANNOUNCE_EVERY": relay.AnnounceEvery.Seconds(), "COUNT_TAKE_OVERS": relay.CountTakeOvers.Seconds(), "PREFIXES": []string{relay.SigningRequestPrefix, relay.PairingPrefix},
		"TOPICS":   []string{relay.RequestTopic("x"), relay.ReplyTopic("x", "p"), relay.PresenceTopic("x"), relay.HomeClient("x")},
		"GATEWAYS": gateways, "COUNTRIES": countries,
		"KINDS":    []relay.Kind{relay.Directive, relay.Conversation, relay.Intent, relay.Check},
		"STATES":   []string{relay.Online, relay.Starting, relay.Offline},
		"STATUSES": []relay.Status{relay.Done, relay.Accepted, relay.NotUnderstood, relay.NotAllowed, relay.NotKnown, relay.TooLate, relay.TooLong, relay.Failed, relay.NotReady},
	}
	for name, w := range want {
		b, _ := json.Marshal(w)
		var plain any
		if err := json.Unmarshal(b, &plain); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(got[name], plain) {
			t.Errorf("%s is %v in Python and %v in Go", name, got[name], plain)
		}
	}
}

// TestBackOff compares when the integration connects again, and at which ports, with what
// TestStorm has homes do.
func TestBackOff(t *testing.T) {
	const program = `
import json
from custom_components.hearthgate import client, home
bounds = []
home.random.uniform = lambda low, high: bounds.append([low, high]) or high / 4
waits = [home.back_off(n) for n in range(40)]
pairing = lambda port: type("", (), {"port": port})
print(json.dumps({
    "bounds": bounds, "waits": waits, "stable": home.STABLE_AFTER, "ports": [home.ports(pairing(p)) for p in (None, 0, 1883)],
    "alpn": [client.ALPN_PORT, client.ALPN],
}))`
	cmd := exec.CommandContext(t.Context(), python(t), "-B", "-c", program)
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		Bounds [][2]float64
		Waits  []float64
		Stable float64
		Ports  [][]int
		ALPN   []any
	}
	if err := json.Unmarshal(out, &got); err != nil || len(got.Bounds) != 40 || len(got.Waits) != 40 {
		t.Fatalf("%v: %s", err, out)
	}
	for n, bounds := range got.Bounds {
		most := relay.BackOffLimit(n).Seconds()
		if bounds != [2]float64{0, most} || got.Waits[n] != most/4 {
			t.Errorf("attempt %d waits %v, between %v: want any time up to %v", n, got.Waits[n], bounds, most)
		}
	}
	both := relay.Ports[:]
	if want := [][]int{both, both, {1883}}; !reflect.DeepEqual(got.Ports, want) {
		t.Errorf("the ports are %v, want %v", got.Ports, want)
	}
	if want := []any{float64(relay.ALPNPort), relay.ALPN}; !reflect.DeepEqual(got.ALPN, want) || got.Stable != relay.StableAfter.Seconds() {
		t.Errorf("the protocol is %v, want %v; a connection is good after %v s, want %v", got.ALPN, want, got.Stable, relay.StableAfter)
	}
}

func readJSON(t *testing.T, path string, into any) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
}

// flat returns the texts of a translation by their paths.
func flat(prefix string, v any, into map[string]string) map[string]string {
	switch v := v.(type) {
	case map[string]any:
		for k, below := range v {
			flat(prefix+"."+k, below, into)
		}
	default:
		into[prefix] = fmt.Sprint(v)
	}
	return into
}

var (
	placeholder = regexp.MustCompile(`\{[a-z_]+\}`)
	code        = regexp.MustCompile("`[^`\n]+`")
)

// TestTranslations sees that each language has each text, with the same placeholders, and
// that each key that the code uses has a text.
func TestTranslations(t *testing.T) {
	read := func(path string) map[string]string { return texts(t, path) }
	english := read(filepath.Join(folder, "translations", "en.json"))
	files, err := filepath.Glob(filepath.Join(folder, "translations", "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	// The languages of Alexa's locales: Home Assistant looks for pt-BR and pt each by itself.
	for _, language := range []string{"de", "en", "es", "fr", "it", "ja", "nl", "pt", "pt-BR"} {
		if !slices.Contains(files, filepath.Join(folder, "translations", language+".json")) {
			t.Errorf("there is no translation into %s", language)
		}
	}
	for _, file := range files {
		other := read(file)
		for key, text := range english {
			said := other[key]
			for what, pattern := range map[string]*regexp.Regexp{"placeholders": placeholder, "code": code} {
				a, b := slices.Sorted(slices.Values(pattern.FindAllString(text, -1))), slices.Sorted(slices.Values(pattern.FindAllString(said, -1)))
				if !slices.Equal(a, b) {
					t.Errorf("%s: %s has %s %q, want %q", file, key, what, b, a)
				}
			}
		}
		for _, problem := range badTexts(other) {
			t.Errorf("%s: %s", file, problem)
		}
		if len(other) != len(english) {
			t.Errorf("%s has %d texts, want %d", file, len(other), len(english))
		}
	}
	source := func(name string) string {
		b, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	for _, where := range []struct{ pattern, file, prefix, suffix string }{
		{`PairingError\("(\w+)"\)`, "pairing.py", ".config.error.", ""},
		{`return "(\w+)"`, "config_flow.py", ".config.error.", ""},
		{`problem = (?:.* or )?"(\w+)"`, "config_flow.py", ".config.error.", ""},
		{`errors = \{CONF_NAME: "(\w+)"`, "moving_flow.py", ".config.error.", ""},
		{`errors = \{CONF_\w+: "(\w+)"`, "config_flow.py", ".options.error.", ""},
		{`reason="(\w+)"`, "config_flow.py", ".config.abort.", ""},
		{`steps = \["(\w+)"`, "config_flow.py", ".options.step.init.menu_options.", ""},
		{`steps.append\("(\w+)"`, "config_flow.py", ".options.step.init.menu_options.", ""},
		{`step_id="(moving|label)"`, "moving_flow.py", ".config.step.", ".title"},
		{`step_id="(moving|label)"`, "moving_flow.py", ".options.step.", ".title"},
		{`step_id="(entities|events|init)"`, "config_flow.py", ".options.step.", ".title"},
		{`(?s)class Way.*?= "(\w+)"`, "moving.py", ".selector.source.options.", ""},
		{`NOTHING = "(\w+)"`, "moving_flow.py", ".selector.source.options.", ""},
		{`= "(\w+)"`, "problems.py", ".issues.", ".title"},
	} {
		found := regexp.MustCompile(where.pattern).FindAllStringSubmatch(source(where.file), -1)
		if len(found) == 0 {
			t.Errorf("%s has nothing like %s", where.file, where.pattern)
		}
		for _, f := range found {
			if english[where.prefix+f[1]+where.suffix] == "" {
				t.Errorf("there is no text %s%s%s", where.prefix, f[1], where.suffix)
			}
		}
	}
}

// TestPack sees that the zip has the integration's files at its top, as HACS wants them,
// and that packing again gives the same bytes.
func TestPack(t *testing.T) {
	var first, second bytes.Buffer
	for _, b := range []*bytes.Buffer{&first, &second} {
		if err := pack.Write(b, folder); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(first.Bytes(), second.Bytes()) {
		t.Error("two zips of the same files differ")
	}
	z, err := zip.NewReader(bytes.NewReader(first.Bytes()), int64(first.Len()))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, f := range z.File {
		names = append(names, f.Name)
		if strings.Contains(f.Name, "cache") || strings.HasSuffix(f.Name, ".pyc") {
			t.Errorf("the zip has %s", f.Name)
		}
	}
	for _, want := range []string{"__init__.py", "manifest.json", "config_flow.py", "translations/en.json"} {
		if !slices.Contains(names, want) {
			t.Errorf("the zip has no %s: %q", want, names)
		}
	}
}
