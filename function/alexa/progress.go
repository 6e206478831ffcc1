package alexa

import "encoding/json"

// ProgressPath is the path of Alexa's API for progressive responses.
const ProgressPath = "/v1/directives"

// Progress returns the progressive response that has Alexa say something while the
// person waits for the reply to r.
func Progress(r SkillRequest, speech string) ([]byte, error) {
	type header struct {
		RequestID string `json:"requestId"`
	}
	type directive struct {
		Type   string `json:"type"`
		Speech string `json:"speech"`
	}
	return json.Marshal(struct {
		Header    header    `json:"header"`
		Directive directive `json:"directive"`
	}{header{r.ID}, directive{"VoicePlayer.Speak", speech}})
}
