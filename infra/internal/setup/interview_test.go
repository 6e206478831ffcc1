package setup_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/project"
	"github.com/hearthgate/hearthgate/infra/internal/setup"
	"github.com/hearthgate/hearthgate/infra/internal/ui"
)

// described is a stage that has everything.
func described() config.Stage {
	s := config.NewStage("home")
	s.Locale, s.Region, s.URL = "en-US", "us-east-1", "https://home.example.com"
	s.SmartHomeSkillID, s.CustomSkillID, s.AlarmEmail = skill, skill, "owner@example.com"
	return s
}

// TestLastRightAnswer types something wrong and then nothing at each question: what was
// right before is the default, and stays.
func TestLastRightAnswer(t *testing.T) {
	for _, q := range setup.Questions() {
		t.Run(q.Field, func(t *testing.T) {
			s, want := described(), described()
			var out bytes.Buffer
			i := &setup.Interview{Stage: &s, Out: ui.Paint(&out, false), Offline: true}
			i.Prompt = ui.NewPrompt(strings.NewReader("wrong\n\n"), i.Out)
			if err := i.Ask(t.Context(), q); err != nil || !reflect.DeepEqual(s, want) {
				t.Errorf("%v: got %+v\n%s", err, s, out.String())
			}
			if right := "[" + want.Text(q.Field); strings.Count(out.String(), right) != 2 {
				t.Errorf("want %q as the default, twice:\n%s", right, out.String())
			}
			for _, paragraph := range q.Help {
				if !strings.Contains(out.String(), paragraph) {
					t.Errorf("it does not explain %q", paragraph)
				}
			}
		})
	}
}

// TestMinus types "-" at each question: it empties what need not be there.
func TestMinus(t *testing.T) {
	for _, q := range setup.Questions() {
		t.Run(q.Field, func(t *testing.T) {
			s := described()
			var out bytes.Buffer
			i := &setup.Interview{Stage: &s, Out: ui.Paint(&out, false), Offline: true}
			i.Prompt = ui.NewPrompt(strings.NewReader("-\n\n"), i.Out)
			if err := i.Ask(t.Context(), q); err != nil {
				t.Fatal(err)
			}
			want := described()
			if q.Optional {
				if err := want.Set(q.Field, ""); err != nil {
					t.Fatal(err)
				}
			}
			if !reflect.DeepEqual(s, want) {
				t.Errorf("got %+v\n%s", s, out.String())
			}
			if strings.Contains(out.String(), "; - for none]") != q.Optional {
				t.Errorf("optional %v, and it says: %s", q.Optional, out.String())
			}
		})
	}
}

// TestProblemElsewhere answers rightly, but makes another field wrong.
func TestProblemElsewhere(t *testing.T) {
	s := described()
	s.Budget = 5
	var out bytes.Buffer
	i := &setup.Interview{Stage: &s, Out: ui.Paint(&out, false), Offline: true}
	i.Prompt = ui.NewPrompt(strings.NewReader("-\n\n"), i.Out)
	q, _ := setup.QuestionFor("alarmEmail")
	if err := i.Ask(t.Context(), q); err != nil || s.AlarmEmail != "owner@example.com" || !strings.Contains(out.String(), "budget needs an address") {
		t.Errorf("%v: %q\n%s", err, s.AlarmEmail, out.String())
	}
}

// TestLinkedPort warns at the question, whichever of the two is answered last.
func TestLinkedPort(t *testing.T) {
	for field, typed := range map[string]string{"tokenSource": "linked", "homeAssistantUrl": "https://home.example.com:8123"} {
		s := described()
		s.URL, s.TokenSource = "https://home.example.com:8123", config.Linked
		if field == "tokenSource" {
			s.TokenSource = config.Stored
		} else {
			s.URL = "https://home.example.com"
		}
		var out bytes.Buffer
		i := &setup.Interview{Stage: &s, Out: ui.Paint(&out, false), Offline: true}
		i.Prompt = ui.NewPrompt(strings.NewReader(typed+"\n"), i.Out)
		q, _ := setup.QuestionFor(field)
		if err := i.Ask(t.Context(), q); err != nil || strings.Count(out.String(), "accepts port 443 only") != 1 {
			t.Errorf("%s: %v\n%s", field, err, out.String())
		}
	}
}

func TestAskOther(t *testing.T) {
	stages, s := folder(t), described()
	q := setup.Question{Field: "skill way", Flag: "by-hand", Text: "By Amazon's API or by hand?", Help: []string{"One of api, hand"}}
	check := func(text string) error {
		if text != "api" && text != "hand" {
			return errors.New("is neither api nor hand")
		}
		return nil
	}
	var out bytes.Buffer
	i := &setup.Interview{Stage: &s, Out: ui.Paint(&out, false), Draft: setup.OpenDraft(stages, "home")}
	i.Prompt = ui.NewPrompt(strings.NewReader("both\nhand\n"), i.Out)
	if got, err := i.AskOther(t.Context(), q, "api", check); err != nil || got != "hand" || !strings.Contains(out.String(), "is neither") {
		t.Errorf("got %q, %v\n%s", got, err, out.String())
	}
	i = &setup.Interview{Stage: &s, Out: ui.Paint(&out, false), Draft: setup.OpenDraft(stages, "home")}
	i.Prompt = ui.NewPrompt(strings.NewReader("\n"), i.Out)
	if got, err := i.AskOther(t.Context(), q, "api", check); err != nil || got != "hand" {
		t.Errorf("the next run has %q, %v, want the answer of the last", got, err)
	}
	if err := setup.Save(stages, s); err != nil {
		t.Fatal(err)
	}
	if _, ok := setup.OpenDraft(stages, "home").Answer("skill way"); !ok {
		t.Error("the stage was written, and an answer about something else is lost")
	}
}

// folder returns an empty folder of stages.
func folder(t *testing.T) project.StageFolder {
	t.Helper()
	t.Setenv(project.EnvStages, t.TempDir())
	stages, err := project.Stages()
	if err != nil {
		t.Fatal(err)
	}
	return stages
}

// TestDraft ends after each answer and goes on in another run.
func TestDraft(t *testing.T) {
	stages := folder(t)
	typed := []string{"de-DE", "https://home.example.com", "linked", skill, "", "owner@example.com"}
	for n, q := range setup.Questions() {
		s := config.NewStage("home")
		var out bytes.Buffer
		i := &setup.Interview{Stage: &s, Out: ui.Paint(&out, false), Offline: true, Draft: setup.OpenDraft(stages, "home")}
		i.Prompt = ui.NewPrompt(strings.NewReader(strings.Repeat("\n", n)+typed[n]+"\n"), i.Out)
		i.Resume()
		if n > 0 && !strings.Contains(out.String(), "An earlier run ended before the stage was written") {
			t.Errorf("run %d does not say that it goes on:\n%s", n, out.String())
		}
		err := i.Run(t.Context(), setup.Questions(), nil)
		if last := n == len(typed)-1; errors.Is(err, setup.ErrAnswersEnded) == last {
			t.Fatalf("run %d: %v", n, err)
		}
		if got := s.Text(q.Field); got != typed[n] {
			t.Errorf("%s is %q, want %q", q.Field, got, typed[n])
		}
	}
	s := config.NewStage("home")
	i := &setup.Interview{Stage: &s, Out: ui.Paint(&bytes.Buffer{}, false), Draft: setup.OpenDraft(stages, "home")}
	i.Resume()
	if s.Locale != "de-DE" || s.Region != "eu-west-1" || s.TokenSource != config.Linked || s.AlarmEmail != "owner@example.com" {
		t.Errorf("resumed: %+v", s)
	}
	if err := setup.Save(stages, s); err != nil {
		t.Fatal(err)
	}
	if entries, err := os.ReadDir(stages.Dir); err != nil || len(entries) != 1 {
		t.Errorf("after the stage was written there are %v, %v", entries, err)
	}
}

// TestDamagedDraft goes on with what can be used of a draft.
func TestDamagedDraft(t *testing.T) {
	for name, tt := range map[string]struct {
		draft   string
		damaged bool
		locale  string
	}{
		"half written": {`{"locale": "de-DE", "homeA`, true, ""},
		"empty":        {"", true, ""},
		"null":         {"null", true, ""},
		"wrong types":  {`{"locale": 7}`, true, ""},
		"huge":         {`{"locale": "` + strings.Repeat("x", 1<<20) + `"}`, true, ""},
		"wrong answer": {`{"locale": "de-DE", "alarmEmail": "me", "memory": "many", "colour": "red"}`, false, "de-DE"},
	} {
		t.Run(name, func(t *testing.T) {
			stages := folder(t)
			if err := os.WriteFile(filepath.Join(stages.Dir, "home.json.draft"), []byte(tt.draft), 0o600); err != nil {
				t.Fatal(err)
			}
			s := config.NewStage("home")
			var out bytes.Buffer
			i := &setup.Interview{Stage: &s, Out: ui.Paint(&out, false), Offline: true, Draft: setup.OpenDraft(stages, "home")}
			i.Resume()
			want := config.NewStage("home")
			if tt.locale != "" {
				want.Locale, want.Region = tt.locale, "eu-west-1"
			}
			if !reflect.DeepEqual(s, want) || strings.Contains(out.String(), "is damaged") != tt.damaged {
				t.Errorf("got %+v\n%s", s, out.String())
			}
			if err := i.Give(t.Context(), setup.Question{Field: "locale"}, "ja-JP"); err != nil {
				t.Fatal(err)
			}
			if text, _ := setup.OpenDraft(stages, "home").Answer("locale"); text != "ja-JP" {
				t.Errorf("the draft then has %q", text)
			}
		})
	}
	t.Run("no place for it", func(t *testing.T) {
		stages := folder(t)
		if err := os.MkdirAll(filepath.Join(stages.Dir, "home.json.draft", "taken"), 0o755); err != nil {
			t.Fatal(err)
		}
		s := config.NewStage("home")
		var out bytes.Buffer
		i := &setup.Interview{Stage: &s, Out: ui.Paint(&out, false), Offline: true, Draft: setup.OpenDraft(stages, "home")}
		i.Resume()
		for _, answer := range []string{"ja-JP", "de-DE"} {
			if err := i.Give(t.Context(), setup.Question{Field: "locale"}, answer); err != nil {
				t.Fatal(err)
			}
		}
		i.ShowKept("hearthgate init")
		if strings.Count(out.String(), "your answers cannot be kept") != 1 || strings.Contains(out.String(), "are kept") {
			t.Errorf("it says: %s", out.String())
		}
	})
}
