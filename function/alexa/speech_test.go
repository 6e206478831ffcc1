package alexa_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/function/alexa"
)

// TestSkillReplies compares replies with what Alexa takes, to the byte.
func TestSkillReplies(t *testing.T) {
	const says = `"outputSpeech":{"type":"PlainText","text":"a"}`
	for _, tt := range []struct {
		name  string
		reply alexa.SkillReply
		want  string // of the response
	}{
		{"nothing", alexa.SkillReply{}, `{"shouldEndSession":true}`},
		{"a speech", alexa.SkillReply{Speech: "a"}, `{` + says + `,"shouldEndSession":true}`},
		{"a session that goes on", alexa.SkillReply{Speech: "a", Open: true}, `{` + says + `,"shouldEndSession":false}`},
		{"a reprompt", alexa.SkillReply{Speech: "a", Reprompt: "b", Open: true}, `{` + says + `,"reprompt":{"outputSpeech":{"type":"PlainText","text":"b"}},"shouldEndSession":false}`},
		{"a reprompt in a session that ends", alexa.SkillReply{Speech: "a", Reprompt: "b"}, `{` + says + `,"shouldEndSession":true}`},
		{"markup", alexa.SkillReply{SSML: "<speak>a</speak>"}, `{"outputSpeech":{"type":"SSML","ssml":"\u003cspeak\u003ea\u003c/speak\u003e"},"shouldEndSession":true}`},
		{"markup among words", alexa.SkillReply{Speech: "say <speak>a</speak>"}, `{"outputSpeech":{"type":"PlainText","text":"say \u003cspeak\u003ea\u003c/speak\u003e"},"shouldEndSession":true}`},
		{"a card", alexa.SkillReply{Card: &alexa.Card{Title: "t", Content: "c"}}, `{"card":{"type":"Simple","title":"t","content":"c"},"shouldEndSession":true}`},
		{"the card for linking", alexa.SkillReply{Card: alexa.LinkAccount}, `{"card":{"type":"LinkAccount"},"shouldEndSession":true}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := tt.reply.Encode()
			if want := `{"version":"1.0","response":` + tt.want + `}`; string(got) != want || err != nil {
				t.Errorf("got %s, %v; want %s", got, err, want)
			}
		})
	}
	got, err := alexa.SkillReply{Attributes: map[string]json.RawMessage{"a": []byte(`{"b":[1]}`)}}.Encode()
	if want := `{"version":"1.0","sessionAttributes":{"a":{"b":[1]}},"response":{"shouldEndSession":true}}`; string(got) != want || err != nil {
		t.Errorf("with attributes: got %s, %v; want %s", got, err, want)
	}
	if got := string(alexa.Silence()); got != `{"version":"1.0","response":{}}` {
		t.Errorf("silence is %s", got)
	}
}

// TestLongSpeech has texts around the limit, counted in characters and not in bytes.
func TestLongSpeech(t *testing.T) {
	const open, end = "<speak>", "</speak>"
	room := alexa.MaxSpeech - len(open+end)
	for _, tt := range []struct{ name, text, kind, want string }{
		{"as long as may be", strings.Repeat("é", alexa.MaxSpeech), "PlainText", strings.Repeat("é", alexa.MaxSpeech)},
		{"a character longer", strings.Repeat("é", alexa.MaxSpeech) + "x", "PlainText", strings.Repeat("é", alexa.MaxSpeech)},
		{"markup as long as may be", open + strings.Repeat("é", room) + end, "SSML", open + strings.Repeat("é", room) + end},
		{"markup a character longer", open + strings.Repeat("é", room) + "x" + end, "PlainText", strings.Repeat("é", room) + "x"},
		{"long markup with entities", open + `<p>` + strings.Repeat("&lt;", alexa.MaxSpeech) + `</p>` + end, "PlainText", strings.Repeat("<", alexa.MaxSpeech)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			reply := alexa.SkillReply{Speech: tt.text, Card: &alexa.Card{Content: tt.text}}
			if strings.HasPrefix(tt.text, open) {
				reply.Speech, reply.SSML = "", alexa.Markup(tt.text)
			}
			b, err := reply.Encode()
			var got struct {
				Response struct {
					OutputSpeech struct{ Type, Text, SSML string }
					Card         struct{ Content string }
				}
			}
			if err == nil {
				err = json.Unmarshal(b, &got)
			}
			if s := got.Response.OutputSpeech; err != nil || s.Type != tt.kind || s.Text+s.SSML != tt.want {
				t.Errorf("it is said as %s %.40q (%d bytes), %v; want %s %.40q (%d bytes)", s.Type, s.Text+s.SSML, len(s.Text+s.SSML), err, tt.kind, tt.want, len(tt.want))
			}
			if n := len([]rune(got.Response.Card.Content)); n != min(alexa.MaxSpeech, len([]rune(tt.text))) {
				t.Errorf("the card has %d characters", n)
			}
		})
	}
}

func TestFulfillment(t *testing.T) {
	const asks = `{"request":{"type":"CanFulfillIntentRequest","intent":{"name":"Sentence_turn","slots":{"sentence":{"value":"on"},"other":{}}}},"session":{}}`
	asked, err := skillRequest([]byte(asks))
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ can, understood, want string }{
		{"YES", "sentence", `{"canFulfill":"YES","slots":{"other":{"canUnderstand":"NO","canFulfill":"NO"},"sentence":{"canUnderstand":"YES","canFulfill":"YES"}}}`},
		{"YES", "none", `{"canFulfill":"YES","slots":{"other":{"canUnderstand":"NO","canFulfill":"NO"},"sentence":{"canUnderstand":"NO","canFulfill":"NO"}}}`},
		{"NO", "sentence", `{"canFulfill":"NO","slots":{"other":{"canUnderstand":"NO","canFulfill":"NO"},"sentence":{"canUnderstand":"NO","canFulfill":"NO"}}}`},
		{"MAYBE", "sentence", `{"canFulfill":"MAYBE","slots":{"other":{"canUnderstand":"MAYBE","canFulfill":"NO"},"sentence":{"canUnderstand":"MAYBE","canFulfill":"NO"}}}`},
	} {
		got, err := alexa.Fulfillment(asked, tt.can, tt.understood)
		if want := `{"version":"1.0","response":{"canFulfillIntent":` + tt.want + `}}`; string(got) != want || err != nil {
			t.Errorf("%s by %q: got %s, %v; want %s", tt.can, tt.understood, got, err, want)
		}
	}
	got, err := alexa.Fulfillment(alexa.SkillRequest{}, "NO", "")
	if want := `{"version":"1.0","response":{"canFulfillIntent":{"canFulfill":"NO"}}}`; string(got) != want || err != nil {
		t.Errorf("without slots: got %s, %v; want %s", got, err, want)
	}
}

func TestPhrasesFor(t *testing.T) {
	for _, tt := range []struct{ locale, goodbye string }{
		{"en-US", "Goodbye."}, {"de-AT", "Tschüss."}, {"DE", "Tschüss."}, {"fr-CA", "Au revoir."}, {"", "Goodbye."}, {"xx-YY", "Goodbye."}, {"dextrous", "Goodbye."},
	} {
		if got := alexa.PhrasesFor(tt.locale).Goodbye; got != tt.goodbye {
			t.Errorf("%q says %q, want %q", tt.locale, got, tt.goodbye)
		}
	}
}
