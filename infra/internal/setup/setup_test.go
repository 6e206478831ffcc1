package setup_test

import (
	"bytes"
	"encoding/json"
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/localrun/demohome"
	"github.com/hearthgate/hearthgate/infra/internal/setup"
	"github.com/hearthgate/hearthgate/infra/internal/ui"
)

const skill = "amzn1.ask.skill.00000000-0000-0000-0000-000000000001"

func ask(t *testing.T, typed string, given map[string]string, from config.Stage) (config.Stage, string, error) {
	t.Helper()
	var out bytes.Buffer
	i := &setup.Interview{Stage: &from, Out: ui.Paint(&out, false), Offline: true}
	if typed != "" {
		i.Prompt = ui.NewPrompt(strings.NewReader(typed), i.Out)
	}
	err := i.Run(t.Context(), setup.Questions(), given)
	return from, out.String(), err
}

func TestAsk(t *testing.T) {
	t.Run("every answer", func(t *testing.T) {
		s, _, err := ask(t, "de-DE\nhttps://home.example.com\n\n"+skill+"\n\nowner@example.com\n", nil, config.NewStage("home"))
		if err != nil {
			t.Fatal(err)
		}
		if s.Locale != "de-DE" || s.Region != "eu-west-1" || s.TokenSource != config.Stored || s.SmartHomeSkillID != skill || s.AlarmEmail != "owner@example.com" {
			t.Errorf("stage %+v", s)
		}
	})
	t.Run("a wrong answer is asked for again, with the reason", func(t *testing.T) {
		s, out, err := ask(t, "german\nen-US\nhttp://home.example.com\nhttps://home.local\nhttps://home.example.com\n\n\n\n\n", nil, config.NewStage("home"))
		if err != nil || s.Locale != "en-US" || s.URL != "https://home.example.com" {
			t.Fatalf("%v: %+v", err, s)
		}
		for _, want := range []string{"de-DE", "in clear", "inside the home"} {
			if !strings.Contains(out, want) {
				t.Errorf("no %q in %s", want, out)
			}
		}
	})
	t.Run("what is given is not asked for", func(t *testing.T) {
		given := map[string]string{"locale": "ja-JP", "homeAssistantUrl": "https://home.example.com"}
		s, out, err := ask(t, "linked\n\n\n\n", given, config.NewStage("home"))
		if err != nil || s.Region != "us-west-2" || s.TokenSource != config.Linked {
			t.Fatalf("%v: %+v", err, s)
		}
		if strings.Contains(out, "Locale") {
			t.Errorf("it was asked for: %s", out)
		}
	})
	t.Run("the answers end", func(t *testing.T) {
		if _, _, err := ask(t, "en-US\n", nil, config.NewStage("home")); err == nil || !strings.Contains(err.Error(), "--url") {
			t.Errorf("error %v", err)
		}
	})
	for _, tt := range []struct{ field, value, want string }{
		{"locale", "xx", "no region is known"},
		{"homeAssistantUrl", "ftp://x.example.com", "not a web address"},
		{"tokenSource", "both", "none of stored, linked"},
		{"smartHomeSkillId", "mine", "not a skill id"},
		{"alarmEmail", "me", "e-mail"},
	} {
		t.Run("given wrong: "+tt.field, func(t *testing.T) {
			if _, _, err := ask(t, "", map[string]string{tt.field: tt.value}, config.NewStage("home")); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want %q", err, tt.want)
			}
		})
	}
}

func TestWriteAndChanges(t *testing.T) {
	s := config.NewStage("home")
	s.Locale, s.Region, s.URL = "en-US", "us-east-1", "https://home.example.com"
	file := filepath.Join(t.TempDir(), "home.json")
	if err := setup.Write(file, s); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	read, err := config.Decode("home.json", b)
	read.File = ""
	if err != nil || !reflect.DeepEqual(read, s) || strings.Contains(string(b), "region") || !json.Valid(b) {
		t.Errorf("%v: read back %+v from %s", err, read, b)
	}
	if got := setup.Changes(s, read); len(got) != 0 {
		t.Errorf("changes of nothing: %v", got)
	}
	read.Memory, read.AlarmEmail = 256, "a@example.com"
	got := setup.Changes(s, read)
	want := []setup.Change{{Field: "alarmEmail", Before: `""`, After: `"a@example.com"`}, {Field: "memory", Before: "128", After: "256"}}
	if len(got) != 2 || got[0] != want[0] || got[1] != want[1] {
		t.Errorf("changes %v, want %v", got, want)
	}
}

// TestTheHomeIsAsked holds the check of the home against homes that are not as
// they should be.
func TestTheHomeIsAsked(t *testing.T) {
	status := func(code int) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) })
	}
	withoutAlexa := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/api/alexa/smart_home" {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		demohome.New("t").ServeHTTP(w, r)
	})
	for _, tt := range []struct {
		name    string
		home    http.Handler
		trusted bool
		want    string
	}{
		{"good", demohome.New("t"), true, ""},
		{"unknown certificate", demohome.New("t"), false, "fullchain.pem"},
		{"something else", status(200), true, "answers 200"},
		{"nothing there", status(404), true, "no Smart Home endpoint"},
		{"a proxy refuses", status(403), true, "answers 403"},
		{"no alexa in it", withoutAlexa, true, "smart_home:"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			server := httptest.NewTLSServer(tt.home)
			defer server.Close()
			server.Config.ErrorLog = nil
			h := setup.Home{URL: server.URL}
			if tt.trusted {
				h.CA = string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}))
			}
			err := h.Reach(t.Context())
			if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want %q", err, tt.want)
			}
		})
	}
	t.Run("away", func(t *testing.T) {
		if err := (setup.Home{URL: "https://127.0.0.1:1"}).Reach(t.Context()); err == nil || !strings.Contains(err.Error(), "check that it runs") {
			t.Errorf("error %v", err)
		}
	})
	t.Run("token", func(t *testing.T) {
		server := httptest.NewServer(demohome.New("right"))
		defer server.Close()
		h := setup.Home{URL: server.URL}
		if err := h.Accepts(t.Context(), "right"); err != nil {
			t.Errorf("the right one: %v", err)
		}
		if err := h.Accepts(t.Context(), "wrong"); err == nil || !strings.Contains(err.Error(), "401") || strings.Contains(err.Error(), "wrong") {
			t.Errorf("the wrong one: %v", err)
		}
	})
}
