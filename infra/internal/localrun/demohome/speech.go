package demohome

import (
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
)

// sentences are what the home understands, by language: to turn something on or off.
var sentences = map[string]struct {
	pattern *regexp.Regexp
	on      string // the word for it
	said    map[bool]string
}{
	"en": {regexp.MustCompile(`(?i)^turn (on|off) (?:the )?(.+)$`), "on", map[bool]string{true: "Turned on the {domain}", false: "Turned off the {domain}"}},
	"de": {regexp.MustCompile(`(?i)^schalte? (?:das |die |den )?(.+) (ein|aus)$`), "ein", map[bool]string{true: "{name} eingeschaltet", false: "{name} ausgeschaltet"}},
}

// conversation answers POST /api/conversation/process.
func (h *Home) conversation(w http.ResponseWriter, r *http.Request) {
	b, ok := body(w, r)
	if !ok {
		return
	}
	var in struct {
		Text     *string `json:"text"`
		Language string  `json:"language"`
		ID       string  `json:"conversation_id"`
	}
	if json.Unmarshal(b, &in) != nil {
		answer(w, http.StatusBadRequest, map[string]string{"message": "Invalid JSON specified."})
		return
	}
	if in.Text == nil {
		answer(w, http.StatusBadRequest, map[string]string{"message": "Message format incorrect: required key not provided @ data['text']"})
		return
	}
	if in.Language == "" {
		in.Language = "en"
	}
	if in.ID == "" {
		in.ID = newID()
	}
	kind, speech, data := "error", "Sorry, I couldn't understand that", map[string]any{"code": "no_intent_match"}
	if d, said, ok := h.obey(in.Language, *in.Text); ok {
		a := d.about()
		kind, speech = "action_done", said
		data = map[string]any{"targets": []any{}, "failed": []any{}, "success": []map[string]string{{"name": a.name, "type": "entity", "id": a.id}}}
	}
	answer(w, http.StatusOK, map[string]any{
		"response": map[string]any{
			"speech":        map[string]any{"plain": map[string]any{"speech": speech, "extra_data": nil}},
			"card":          struct{}{},
			"language":      in.Language,
			"response_type": kind,
			"data":          data,
		},
		"conversation_id":       in.ID,
		"continue_conversation": false,
	})
}

// obey executes a sentence and returns the device and the answer to speak.
func (h *Home) obey(language, sentence string) (device, string, bool) {
	base, _, _ := strings.Cut(language, "-")
	s, ok := sentences[base]
	if !ok {
		return nil, "", false
	}
	m := s.pattern.FindStringSubmatch(strings.TrimSpace(sentence))
	if m == nil {
		return nil, "", false
	}
	word, name := m[1], m[2]
	if base == "de" {
		word, name = name, word
	}
	on := strings.EqualFold(word, s.on)
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, d := range h.devices {
		if !strings.EqualFold(d.about().name, name) {
			continue
		}
		c := command{namespace: "Alexa.PowerController", name: either(on, "TurnOn", "TurnOff")}
		if _, err := h.act(d, c); err != nil {
			return nil, "", false
		}
		domain, _, _ := strings.Cut(d.about().id, ".")
		return d, strings.NewReplacer("{name}", d.about().name, "{domain}", domain).Replace(s.said[on]), true
	}
	return nil, "", false
}

// skill answers POST /api/alexa, with one intent script.
func (h *Home) skill(w http.ResponseWriter, r *http.Request) {
	b, ok := body(w, r)
	if !ok {
		return
	}
	var in struct {
		Request struct {
			Type   string `json:"type"`
			Intent struct {
				Name string `json:"name"`
			} `json:"intent"`
		} `json:"request"`
	}
	if json.Unmarshal(b, &in) != nil {
		answer(w, http.StatusBadRequest, map[string]string{"message": "Invalid JSON specified."})
		return
	}
	speech := "This intent is not yet configured within Home Assistant."
	switch in.Request.Type {
	case "IntentRequest":
		if in.Request.Intent.Name == "HelloIntent" {
			speech = "Hello from intent script"
		}
	case "LaunchRequest", "SessionEndedRequest", "CanFulfillIntentRequest":
	default:
		speech = "Received unknown request " + in.Request.Type
	}
	answer(w, http.StatusOK, map[string]any{
		"version":           "1.0",
		"sessionAttributes": struct{}{},
		"response": map[string]any{
			"shouldEndSession": true,
			"outputSpeech":     map[string]string{"type": "PlainText", "text": speech},
		},
	})
}
