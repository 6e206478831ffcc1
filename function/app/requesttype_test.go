package app

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/hearthgate/hearthgate/config"
)

// asked returns a request of our skill; session is its session, or "".
func asked(session, request string) string {
	if session != "" {
		session = `"session":` + session + ","
	}
	return `{"version":"1.0",` + session + `"context":{"System":{"application":{"applicationId":"amzn1.ask.skill.home"},"user":{"userId":"u","accessToken":"` + canary + `"}}},` +
		`"request":{"requestId":"r","timestamp":"2026-01-01T00:00:00Z","locale":"en-US",` + request + `}}`
}

const open = `{"new":false,"sessionId":"s","application":{"applicationId":"amzn1.ask.skill.home"},"attributes":{"conversation_id":"c7"},"user":{"userId":"u"}}`

// TestA7C1RequestTypes sends every type of request of Amazon's skill SDK beside the four
// that the skill is made for. Where no one listens the response is empty; in a session
// it is a true sentence, and the session goes on. None counts as a failure.
func TestA7C1RequestTypes(t *testing.T) {
	notices := []string{
		"AlexaHouseholdListEvent.ItemsCreated", "AlexaHouseholdListEvent.ItemsDeleted", "AlexaHouseholdListEvent.ItemsUpdated",
		"AlexaHouseholdListEvent.ListCreated", "AlexaHouseholdListEvent.ListDeleted", "AlexaHouseholdListEvent.ListUpdated",
		"AlexaSkillEvent.ProactiveSubscriptionChanged", "AlexaSkillEvent.SkillAccountLinked", "AlexaSkillEvent.SkillDisabled",
		"AlexaSkillEvent.SkillEnabled", "AlexaSkillEvent.SkillPermissionAccepted", "AlexaSkillEvent.SkillPermissionChanged",
		"AudioPlayer.PlaybackFailed", "AudioPlayer.PlaybackFinished", "AudioPlayer.PlaybackNearlyFinished", "AudioPlayer.PlaybackStarted", "AudioPlayer.PlaybackStopped",
		"PlaybackController.NextCommandIssued", "PlaybackController.PauseCommandIssued", "PlaybackController.PlayCommandIssued", "PlaybackController.PreviousCommandIssued",
		"Connections.Request", "Connections.Response", "Messaging.MessageReceived", "LegacyAudioPlayerGui.ButtonClickedEvent",
		"Reminders.ReminderCreated", "Reminders.ReminderDeleted", "Reminders.ReminderStarted", "Reminders.ReminderStatusChanged", "Reminders.ReminderUpdated",
		"System.ExceptionEncountered", "Alexa.Authorization.Grant", "Alexa.DataStore.PackageManager.UsagesInstalled",
	}
	inSession := []string{
		"Alexa.Presentation.APL.LoadIndexListData", "Alexa.Presentation.APL.LoadTokenListData", "Alexa.Presentation.APL.RuntimeError", "Alexa.Presentation.APL.UserEvent",
		"Alexa.Presentation.APLA.RuntimeError", "Alexa.Presentation.APLT.UserEvent", "Alexa.Presentation.HTML.Message", "Alexa.Presentation.HTML.RuntimeError",
		"CustomInterfaceController.EventsReceived", "CustomInterfaceController.Expired", "Dialog.API.Invoked", "Dialog.InputRequest", "Dialog.InputsRequest",
		"Display.ElementSelected", "GameEngine.InputHandlerEvent", "A.Type.OfTomorrow",
	}
	const silence, sentence = `{"version":"1.0","response":{}}`, "Sorry, this skill can't do that."
	var requests atomic.Int32
	home := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			requests.Add(1)
		}
		w.WriteHeader(http.StatusMethodNotAllowed)
	}))
	defer home.Close()
	app, out := started(t, home.URL, map[string]string{config.EnvSkillIDs: "amzn1.ask.skill.home"})
	check := func(kind, session string, silent bool) {
		t.Helper()
		out.before = len(out.lines)
		b, err := app.Invoke(t.Context(), []byte(asked(session, fmt.Sprintf(`"type":%q,"error":{"type":"INVALID_RESPONSE","message":"m"}`, kind))))
		if err != nil {
			t.Fatal(err)
		}
		var r struct {
			SessionAttributes map[string]string
			Response          struct {
				OutputSpeech     struct{ Text string }
				ShouldEndSession *bool
			}
		}
		if err := json.Unmarshal(b, &r); err != nil {
			t.Fatal(err)
		}
		if silent != (string(b) == silence) {
			t.Errorf("%s (session %v): the reply is %s, want silence: %v", kind, session != "", b, silent)
		}
		if !silent && (r.Response.OutputSpeech.Text != sentence || r.Response.ShouldEndSession == nil || *r.Response.ShouldEndSession || r.SessionAttributes["conversation_id"] != "c7") {
			t.Errorf("%s: the reply is %s, want a sentence in a session that goes on", kind, b)
		}
		if line := out.line(t); line["success"] != true || line["level"] != "INFO" || line[config.Success.Name] != 1.0 {
			t.Errorf("%s counts as a failure: %v", kind, line)
		}
	}
	for _, kind := range notices {
		check(kind, "", true)
		check(kind, open, true)
	}
	for _, kind := range inSession {
		check(kind, "", true)
		check(kind, open, false)
	}
	if n := requests.Load(); n != 0 {
		t.Errorf("the home was asked %d times", n)
	}
}

// TestA7NoticeWithoutSettings has a function that is not ready: even then nothing is
// said where no one listens. The line has what Alexa did not like.
func TestA7NoticeWithoutSettings(t *testing.T) {
	app, out := started(t, "", nil)
	b, err := app.Invoke(t.Context(), []byte(asked("", `"type":"System.ExceptionEncountered","error":{"type":"INVALID_RESPONSE","message":"too long"},"cause":{"requestId":"r0"}`)))
	if err != nil || string(b) != `{"version":"1.0","response":{}}` {
		t.Errorf("the reply is %s, %v", b, err)
	}
	if line := out.line(t); line["alexa_problem"] != "INVALID_RESPONSE: too long" {
		t.Errorf("the line is %v", line)
	}
}

// TestC1Resumed has another skill give the session back.
func TestC1Resumed(t *testing.T) {
	app, _ := started(t, "http://127.0.0.1:1", map[string]string{config.EnvSkillIDs: "amzn1.ask.skill.home"})
	b, _ := app.Invoke(t.Context(), []byte(asked(open, `"type":"SessionResumedRequest"`)))
	if !strings.Contains(string(b), "What would you like to do?") || !strings.Contains(string(b), `"shouldEndSession":false`) {
		t.Errorf("the reply is %s", b)
	}
}

// TestC3OwnRequests sends what no intent script of the home is asked about, and looks for
// it in the document for those who come from a skill that did ask.
func TestC3OwnRequests(t *testing.T) {
	var asks atomic.Int32
	home := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			asks.Add(1)
		}
	}))
	defer home.Close()
	app, _ := started(t, home.URL, map[string]string{config.EnvSkillIDs: "amzn1.ask.skill.home"})
	for kind, more := range map[string]string{"LaunchRequest": "", "SessionEndedRequest": `,"reason":"USER_INITIATED"`} {
		if b, err := app.Invoke(t.Context(), []byte(asked(open, `"type":"`+kind+`"`+more))); err != nil || !strings.Contains(string(b), `"version":"1.0"`) || asks.Load() > 0 {
			t.Errorf("%s: %s, %v, and the home was asked %d times", kind, b, err, asks.Load())
		}
		if !strings.Contains(migrationHead, kind) {
			t.Errorf("migration.md does not say that an intent_script named %s is never called", kind)
		}
	}
}

// TestC2Intents sends the intents of Amazon's library: those that our model defines are
// answered here, all others by the home's intent scripts, as they came.
func TestC2Intents(t *testing.T) {
	const answer = `{"version":"1.0","response":{"outputSpeech":{"type":"PlainText","text":"from home"},"shouldEndSession":true}}`
	var path atomic.Pointer[string]
	home := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			path.Store(&r.URL.Path)
		}
		_, _ = w.Write([]byte(answer))
	}))
	defer home.Close()
	app, _ := started(t, home.URL, map[string]string{config.EnvSkillIDs: "amzn1.ask.skill.home"})
	for _, tt := range []struct{ intent, says string }{
		{"AMAZON.SearchAction<object@WeatherForecast>", "from home"},
		{"AMAZON.AddAction<object@Event>", "from home"},
		{"AMAZON.PauseIntent", "from home"},
		{"AMAZON.ResumeIntent", "from home"},
		{"AMAZON.RepeatIntent", "from home"},
		{"AMAZON.StartOverIntent", "from home"},
		{"AMAZON.NextIntent", "from home"},
		{"AMAZON.ScrollUpIntent", "from home"},
		{"AMAZON.SelectIntent", "from home"},
		{"LocateIntent", "from home"},
		{"SentencesOfTheOwner", "from home"},
		{"AMAZON.StopIntent", "Goodbye."},
		{"AMAZON.CancelIntent", "Goodbye."},
		{"AMAZON.NavigateHomeIntent", "Goodbye."},
		{"AMAZON.HelpIntent", "You can talk to your home"},
		{"AMAZON.FallbackIntent", "I didn't get that"},
		{"Sentence", "I didn't get that"},
	} {
		path.Store(new(string))
		b, err := app.Invoke(t.Context(), []byte(asked(open, fmt.Sprintf(`"type":"IntentRequest","intent":{"name":%q,"confirmationStatus":"NONE"}`, tt.intent))))
		want := ""
		if tt.says == "from home" {
			want = "/api/alexa"
		}
		if err != nil || !strings.Contains(string(b), tt.says) || *path.Load() != want {
			t.Errorf("%s: the reply is %s, %v, and the home was asked at %q", tt.intent, b, err, *path.Load())
		}
	}
	for intent, can := range map[string]string{"AMAZON.SearchAction<object@WeatherForecast>": "MAYBE", "AMAZON.PauseIntent": "MAYBE", "AMAZON.HelpIntent": "NO"} {
		b, _ := app.Invoke(t.Context(), []byte(asked("", fmt.Sprintf(`"type":"CanFulfillIntentRequest","intent":{"name":%q}`, intent))))
		if !strings.Contains(string(b), `"canFulfill":"`+can+`"`) {
			t.Errorf("%s: the reply is %s, want %s", intent, b, can)
		}
	}
}
