package alexacheck_test

import (
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/infra/testkit/alexacheck"
)

const (
	sentence = `{"request":{"type":"IntentRequest","intent":{"name":"Sentence","slots":{"sentence":{}}}}}`
	ended    = `{"request":{"type":"SessionEndedRequest"}}`
	can      = `{"request":{"type":"CanFulfillIntentRequest","intent":{"name":"Sentence","slots":{"sentence":{}}}}}`

	says    = `{"version":"1.0","response":{"outputSpeech":{"type":"PlainText","text":"Done."},"shouldEndSession":true}}`
	asks    = `{"version":"1.0","sessionAttributes":{"a":1},"response":{"outputSpeech":{"type":"SSML","ssml":"<speak>a<break/>b</speak>"},"reprompt":{"outputSpeech":{"type":"PlainText","text":"Well?"}},"shouldEndSession":false}}`
	links   = `{"version":"1.0","response":{"outputSpeech":{"type":"PlainText","text":"Link."},"card":{"type":"LinkAccount"},"shouldEndSession":true}}`
	silence = `{"version":"1.0","response":{}}`
	fulfils = `{"version":"1.0","response":{"canFulfillIntent":{"canFulfill":"YES","slots":{"sentence":{"canUnderstand":"YES","canFulfill":"YES"}}}}}`
)

func TestSkillReplies(t *testing.T) {
	long := strings.Repeat("x", 8001)
	for _, tt := range []struct{ name, request, reply, old, new, want string }{
		{"speech", sentence, says, "", "", ""},
		{"question", sentence, asks, "", "", ""},
		{"linking", sentence, links, "", "", ""},
		{"end", ended, silence, "", "", ""},
		{"fulfilment", can, fulfils, "", "", ""},

		{"no JSON", sentence, says, says, "<html>", "invalid character"},
		{"nothing", sentence, says, says, "", "EOF"},
		{"two", sentence, says, says, says + "{}", "something follows"},
		{"another's", sentence, says, `"version"`, `"event":1,"version"`, `unknown field "event"`},
		{"version", sentence, says, `"1.0"`, `"2.0"`, "version"},
		{"no response", sentence, says, says, `{"version":"1.0"}`, "response: missing"},
		{"no word", sentence, silence, "", "", "outputSpeech: missing"},
		{"empty word", sentence, says, "Done.", "", "0 bytes of text"},
		{"other type", sentence, says, "PlainText", "Text", `type "Text"`},
		{"long", sentence, says, "Done.", long, "8001 characters"},
		{"huge", sentence, says, "Done.", strings.Repeat(long, 16), "120 KB"},
		{"no markup", sentence, asks, "<break/>", "<break>", "no markup"},
		{"no speak", sentence, asks, "</speak>", "", "no markup"},
		{"open or not", sentence, says, `,"shouldEndSession":true`, "", "shouldEndSession: missing"},
		{"asked after the end", sentence, asks, `"shouldEndSession":false`, `"shouldEndSession":true`, "the session has ended"},
		{"nothing asked", sentence, asks, `{"outputSpeech":{"type":"PlainText","text":"Well?"}}`, `{}`, "reprompt.outputSpeech: missing"},
		{"text to link", sentence, links, `"LinkAccount"`, `"LinkAccount","title":"x"`, "has no text"},
		{"empty card", sentence, links, `LinkAccount`, `Simple`, "nothing on it"},
		{"other card", sentence, links, `LinkAccount`, `Square`, "card.type"},
		{"long card", sentence, links, `"LinkAccount"`, `"Simple","content":"` + long + `"`, "card: 8001"},
		{"unasked", sentence, says, `"shouldEndSession"`, `"canFulfillIntent":{"canFulfill":"YES"},"shouldEndSession"`, "no one asked"},
		{"word after the end", ended, says, "", "", "takes none"},
		{"word to nobody", can, says, "", "", "no one listens"},
		{"no answer", can, silence, "", "", "canFulfillIntent: missing"},
		{"perhaps", can, fulfils, `"canFulfill":"YES","slots"`, `"canFulfill":"PERHAPS","slots"`, "PERHAPS"},
		{"slot cannot maybe", can, fulfils, `"canUnderstand":"YES","canFulfill":"YES"`, `"canUnderstand":"MAYBE","canFulfill":"MAYBE"`, "slots.sentence.canFulfill"},
		{"slot forgotten", can, fulfils, `"sentence"`, `"other"`, "slots.sentence: missing"},
		{"request", "[]", says, "", "", "the request itself"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			reply := strings.Replace(tt.reply, tt.old, tt.new, 1)
			sees(t, alexacheck.SkillReply([]byte(tt.request), []byte(reply)), tt.want)
		})
	}
}

// sees fails the test unless an error says that; "" wants none.
func sees(t *testing.T, err error, want string) {
	t.Helper()
	if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
		t.Errorf("got %v, want %q", err, want)
	}
}

const model = `{"interactionModel":{"languageModel":{"invocationName":"faithful butler","types":[],"intents":[` +
	`{"name":"AMAZON.StopIntent","samples":[]},{"name":"AMAZON.CancelIntent","samples":[]},{"name":"AMAZON.HelpIntent","samples":[]},{"name":"AMAZON.NavigateHomeIntent","samples":[]},` +
	`{"name":"Say","slots":[{"name":"text","type":"AMAZON.SearchQuery"}],"samples":["say {text}","what's {text}"]}]}}}`

func TestModels(t *testing.T) {
	for _, tt := range []struct{ name, old, new, want string }{
		{"good", "", "", ""},
		{"no JSON", model, "", "EOF"},
		{"another field", `"types"`, `"kinds":1,"types"`, "unknown field"},
		{"no types", `"types":[],`, "", "types: missing"},
		{"name", "faithful butler", "butler", "is one word"},
		{"no help", "AMAZON.HelpIntent", "AMAZON.YesIntent", "AMAZON.HelpIntent is missing"},
		{"twice", "AMAZON.CancelIntent", "AMAZON.StopIntent", "twice"},
		{"none of Amazon's", "AMAZON.CancelIntent", "AMAZON.AbortIntent", "no intent of Amazon's"},
		{"digit", `"Say"`, `"Say2"`, "a name is letters"},
		{"no samples", `"AMAZON.StopIntent","samples":[]`, `"AMAZON.StopIntent"`, "samples are missing"},
		{"unsayable", `["say {text}","what's {text}"]`, `[]`, "no one can say it"},
		{"slot's type", "AMAZON.SearchQuery", "AMAZON.LITERAL", "unknown type"},
		{"slot's name", `{"name":"text","type"`, `{"name":"text1","type"`, "no good name"},
		{"two texts", `{"name":"text","type":"AMAZON.SearchQuery"}`, `{"name":"text","type":"AMAZON.SearchQuery"},{"name":"more","type":"AMAZON.SearchQuery"}`, "one is the most"},
		{"strange slot", "say {text}", "say {words}", "which the intent has not"},
		{"slot twice", "say {text}", "say {text} or {text}", "a slot twice"},
		{"nothing but text", "say {text}", "{text}", "wants words beside it"},
		{"same sample", "what's {text}", "say {text}", "is one of Say"},
		{"comma", "say {text}", "please, {text}", "the character ','"},
		{"capital", "say {text}", "Say {text}", "capital letters"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			sees(t, alexacheck.Model("en-US", []byte(strings.Replace(model, tt.old, tt.new, 1))), tt.want)
		})
	}
}
