package e2e_test

import (
	"cmp"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/localrun"
	"github.com/hearthgate/hearthgate/infra/internal/skill"
	"github.com/hearthgate/hearthgate/infra/testkit/alexacheck"
	"github.com/hearthgate/hearthgate/infra/testkit/faultyhome"
	"github.com/hearthgate/hearthgate/infra/testkit/realhome"
)

const skillID = "amzn1.ask.skill.home"

// A request is one of the custom skill.
type request struct {
	kind     string // "Launch", "Intent", "SessionEnded" or "CanFulfillIntent"
	intent   string
	sentence string // in the slot; "" for none
	locale   string // default: en-US
	token    string // of the linked account; "" for none
	skill    string // default: skillID
	session  map[string]any
}

// intent returns a request with an intent, in which something was said.
func intent(name, sentence string) request {
	return request{kind: "Intent", intent: name, sentence: sentence}
}

func (r request) in(locale string) request {
	r.locale = locale
	return r
}

func (r request) with(token string) request {
	r.token = token
	return r
}

// event returns the request as Alexa would send it.
func (r request) event() []byte {
	type object = map[string]any
	application := object{"applicationId": cmp.Or(r.skill, skillID)}
	user := object{"userId": "amzn1.ask.account.OWNER"}
	if r.token != "" {
		user["accessToken"] = r.token
	}
	asked := object{"type": r.kind + "Request", "requestId": "request-1", "timestamp": "2026-01-01T00:00:00Z", "locale": cmp.Or(r.locale, "en-US")}
	switch r.kind {
	case "SessionEnded":
		asked["reason"] = "USER_INITIATED"
	case "Intent", "CanFulfillIntent":
		slots := object{}
		if r.sentence != "" {
			slots[config.SentenceSlot] = object{"name": config.SentenceSlot, "value": r.sentence}
		}
		asked["intent"] = object{"name": r.intent, "confirmationStatus": "NONE", "slots": slots}
	}
	b, err := json.Marshal(object{
		"version": "1.0",
		"session": object{"new": r.session == nil, "sessionId": "session-1", "application": application, "user": user, "attributes": r.session},
		"context": object{"System": object{"application": application, "user": user, "apiEndpoint": "https://api.alexa.test", "apiAccessToken": canaries.make("api-")}},
		"request": asked,
	})
	if err != nil {
		panic(err) // of a test's own making
	}
	return b
}

// A spoken is what came of a request.
type spoken struct {
	attempt
	Attributes map[string]any `json:"sessionAttributes"`
	Response   struct {
		Speech struct{ Text, SSML string } `json:"outputSpeech"`
		Card   struct{ Type string }       `json:"card"`
		End    bool                        `json:"shouldEndSession"`
		Can    struct{ CanFulfill string } `json:"canFulfillIntent"`
	} `json:"response"`
}

// says sends a request, which must be answered in time with a reply that Alexa takes,
// with one line about it.
func (f *function) says(r request) (a spoken) {
	f.t.Helper()
	event := r.event()
	var err error
	if a.attempt, err = f.send(f.t.Context(), event); err != nil {
		f.t.Fatal(err)
	}
	for _, wrong := range a.judge(alexacheck.SkillReply(event, a.Payload)) {
		f.t.Errorf("%s %s: %s", r.kind, r.intent, wrong)
	}
	_ = json.Unmarshal(a.Payload, &a) // what is wrong with it has been told
	return a
}

// hears fails the test unless that was said, for that cause ("" for success).
func (a spoken) hears(t testing.TB, said, cause string) {
	t.Helper()
	if got := a.Response.Speech.Text; !strings.Contains(got, said) || said == "" && got != "" {
		t.Errorf("%q is said, want %q (%s)", got, said, a.Payload)
	}
	if a.line.Cause != cause {
		t.Errorf("the line's cause is %q, want %q: %s", a.line.Cause, cause, a.line.Error)
	}
}

// skillAt returns the settings for the skill and a home at that address.
func skillAt(url, token string) []string {
	return append(at(url, token), config.EnvSkillIDs+"="+skillID)
}

// TestSkillTalksToTheHome goes through what the skill is for, with the real home and
// the token from either source.
func TestSkillTalksToTheHome(t *testing.T) {
	h := home(t)
	for _, source := range []config.TokenSource{config.Stored, config.Linked} {
		t.Run(string(source), func(t *testing.T) {
			stored, linked := h.Token, canaries.make("Atza|") // of Login with Amazon
			if source == config.Linked {
				stored, linked = "", h.Token
			}
			f := start(t, localrun.Options{}, append(skillAt(h.URL, stored), config.EnvTokenSource+"="+string(source))...)
			say := func(r request) spoken { t.Helper(); return f.says(r.with(linked)) }
			light := func(want string) {
				t.Helper()
				if is, err := h.Await(t.Context(), "light.kitchen_light", func(e realhome.Entity) bool { return e.State == want }); err != nil {
					t.Errorf("%v, want %s: %v", is, want, err)
				}
			}

			opened := say(request{kind: "Launch"})
			opened.hears(t, "Your home is ready", "")
			if opened.Response.End {
				t.Error("the session ends when it has begun")
			}
			say(intent("Sentence_turn", "off the kitchen light")).hears(t, "Turned off", "")
			light("off")
			say(intent("Sentence_is", "the kitchen light on")).hears(t, "No", "")
			say(intent("Sentence", "turn on the kitchen light")).hears(t, "Turned on", "")
			light("on")
			say(intent("Sentence_is", "the kitchen light on")).hears(t, "Yes", "")
			say(intent("Sentence_schalte", "Kitchen Light aus").in("de-DE")).hears(t, "ausgeschaltet", "")
			light("off")
			say(intent("Sentence_turn", "the moon around")).hears(t, "not aware of any device", "")
			say(intent("HelloIntent", "")).hears(t, "Hello from the owner", "")
			say(intent("UnknownIntent", "")).hears(t, "not yet configured", "")
			say(intent(config.HelpIntent, "").in("fr-FR")).hears(t, "Vous pouvez parler", "")
			say(intent(config.StopIntent, "").in("ja-JP")).hears(t, "またね", "")
			say(request{kind: "SessionEnded"}).hears(t, "", "")

			can := request{kind: "CanFulfillIntent", intent: "Sentence_turn", sentence: "on the kitchen light"}
			if got := say(can).Response.Can.CanFulfill; got != "YES" {
				t.Errorf("the skill can fulfill a sentence: %q", got)
			}
			light("off") // nobody said it yet
		})
	}
}

// TestSkillRefusals has the home, or the function, say no.
func TestSkillRefusals(t *testing.T) {
	h := home(t)
	linked := config.EnvTokenSource + "=" + string(config.Linked)
	turnOn := intent("Sentence_turn", "on the kitchen light")
	for _, tt := range []struct {
		name, stored, env string
		request           request
		said, cause, card string
	}{
		{"wrong token, stored", canaries.make("wrong"), "", turnOn, "no longer accepts my access token", "unauthorized", ""},
		{"wrong token, linked", "", linked, turnOn.with(canaries.make("wrong")), "link your account", "unauthorized", "LinkAccount"},
		{"expired token, linked", "", linked, turnOn.with(jwt(time.Now().Add(-time.Hour))).in("de-DE"), "verknüpfe zuerst dein Konto", "expired", "LinkAccount"},
		{"no token, linked", "", linked, turnOn.in("nl-NL"), "Koppel eerst je account", "unauthorized", "LinkAccount"},
		{"another's skill", h.Token, "", request{kind: "Launch", skill: "amzn1.ask.skill.other"}, "isn't allowed", "unknown_skill", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := start(t, localrun.Options{}, append(skillAt(h.URL, tt.stored), tt.env)...).says(tt.request)
			a.hears(t, tt.said, tt.cause)
			if a.Response.Card.Type != tt.card || !a.Response.End {
				t.Errorf("the card is %q, want %q; the session ends: %v", a.Response.Card.Type, tt.card, a.Response.End)
			}
		})
	}
}

// TestSkillCannot sends a request of a type that the skill does nothing with: it says so,
// and the session goes on.
func TestSkillCannot(t *testing.T) {
	f := start(t, localrun.Options{}, skillAt("http://127.0.0.1:1", canaries.make("token"))...)
	a := f.says(request{kind: "Nonsense"})
	a.hears(t, "can't do that", "")
	if a.Response.End || a.Response.Card.Type != "" {
		t.Errorf("the session ends, or there is a card: %s", a.Payload)
	}
}

// TestSkillWithoutTheHome has the home be away or misbehave: the skill says so, and
// what it can say by itself it says.
func TestSkillWithoutTheHome(t *testing.T) {
	refusing, end, err := faultyhome.Refusing()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(end)
	for _, tt := range []struct {
		name        string
		behaviour   faultyhome.Behaviour // nil: no one is there
		said, cause string
	}{
		{"down", nil, "can't reach your home", "refused"},
		{"hangs", faultyhome.Deaf, "still working on it", "still_working"},
		{"trickles", faultyhome.After(faultyhome.Trickle(faultyhome.Answer(200, "", "{}"), 100*time.Millisecond)), "still working on it", "still_working"},
		{"closes", faultyhome.After(faultyhome.Reset), "can't reach your home", "reset"},
		{"restarts", faultyhome.After(faultyhome.Say(faultyhome.Answer(http.StatusBadGateway, "", "bad gateway"))), "can't reach your home", "bad_gateway"},
		{"not configured", faultyhome.After(faultyhome.Say(faultyhome.Answer(http.StatusNotFound, "", "404: Not Found"))), "can't reach your home", "not_configured"},
		{"no JSON", faultyhome.After(faultyhome.Say(faultyhome.Answer(200, "Content-Type: application/json", "<html>"))), "went wrong", "malformed"},
		{"no response", faultyhome.After(faultyhome.Say(faultyhome.Answer(200, "Content-Type: application/json", "{}"))), "went wrong", "malformed"},
		{"busy", faultyhome.After(faultyhome.Say(faultyhome.Answer(http.StatusTooManyRequests, "", ""))), "too many requests", "rate_limited"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			url := refusing
			if tt.behaviour != nil {
				h, err := faultyhome.New(tt.behaviour, nil)
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(h.Close)
				url = h.URL
			}
			f := start(t, localrun.Options{Timeout: slowTimeout}, skillAt(url, canaries.make("token"))...)
			f.says(request{kind: "Launch"}).hears(t, "Your home is ready", "")
			a := f.says(intent("Sentence_turn", "on the kitchen light"))
			a.hears(t, tt.said, tt.cause)
			if !a.Response.End {
				t.Error("the session goes on without the home")
			}
			f.says(intent(config.StopIntent, "")).hears(t, "Goodbye", "")
		})
	}
}

// TestEveryIntentOfTheModel says every sample of every locale's interaction model
// to the function, and looks what the home is asked.
func TestEveryIntentOfTheModel(t *testing.T) {
	heard := make(chan string, 1)
	h, err := faultyhome.New(faultyhome.Well(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var in struct{ Text, Language string }
		if r.Method == http.MethodPost && json.NewDecoder(r.Body).Decode(&in) == nil {
			heard <- in.Language + " " + in.Text
		}
		w.Write([]byte(`{"response":{"speech":{"plain":{"speech":"Done"}},"response_type":"action_done","data":{}},"conversation_id":"1"}`))
	})), nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(h.Close)
	f := start(t, localrun.Options{}, skillAt(h.URL, canaries.make("token"))...)
	for _, locale := range config.Locales() {
		m, err := skill.NewModel(locale, "")
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range m.Interaction.Language.Intents {
			for _, sample := range i.Samples {
				f.says(intent(i.Name, "xyzzy").in(locale)).hears(t, "Done", "")
				want := strings.ReplaceAll(sample, "{sentence}", "xyzzy")
				switch {
				case i.Name == config.SentenceIntent:
					want = "xyzzy" // what is said before it is no part of it
				case strings.HasPrefix(locale, "ja"):
					want = strings.ReplaceAll(want, " ", "")
				}
				if len(heard) == 0 {
					t.Fatalf("%s: the home is not asked about %q", locale, sample)
				}
				if got := <-heard; got != locale+" "+want {
					t.Errorf("the home is asked %q about %q, want %q", got, sample, locale+" "+want)
				}
			}
			if len(i.Samples) > 0 {
				continue
			}
			// Amazon knows how people say it.
			if a := f.says(intent(i.Name, "").in(locale)); a.Response.Speech.Text == "" || a.line.Cause != "" {
				t.Errorf("%s %s: %s", locale, i.Name, a.Payload)
			}
			asked := i.Name == config.YesIntent || i.Name == config.NoIntent // the home has asked something
			if asked != (len(heard) == 1) {
				t.Errorf("%s %s: the home is asked %d times", locale, i.Name, len(heard))
			}
			if asked {
				<-heard
			}
		}
	}
}
