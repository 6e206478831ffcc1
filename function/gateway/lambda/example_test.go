package lambda_test

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/hearthgate/hearthgate/function/access/accesstest"
	"github.com/hearthgate/hearthgate/function/alexa"
	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/gateway/lambda"
)

// A person says "Alexa, ask my home to turn on the light", and the home is unreachable.
func Example() {
	d := core.NewDispatcher(lambda.New(lambda.Options{
		Home: home{converse: func(alexa.SkillRequest, string) (alexa.SkillReply, error) {
			return alexa.SkillReply{}, core.Errorf(core.Unreachable, core.CauseTimeout, "no answer in time")
		}},
		Access: accesstest.Open(),
	}))
	request := json.RawMessage(`{"version": "1.0", "request": {"type": "IntentRequest", "locale": "en-US",
		"intent": {"name": "Sentence_turn", "slots": {"sentence": {"value": "on the light"}}}}}`)

	facts, _ := core.Do(context.Background(), d, lambda.ValidateEvent, lambda.EventInput{Event: request})
	fmt.Println(facts.Kind, "-", facts.Subject)

	_, err := core.Do(context.Background(), d, lambda.Process, lambda.EventInput{Event: request})
	fmt.Println(err)

	reply, _ := core.Do(context.Background(), d, lambda.CreateAlexaResponse, lambda.ReplyInput{Event: request, Err: err})
	fmt.Println(string(reply))
	// Output:
	// skill - IntentRequest Sentence_turn
	// lambda.process: no answer in time
	// {"version":"1.0","response":{"outputSpeech":{"type":"PlainText","text":"Sorry, I can't reach your home right now."},"shouldEndSession":true}}
}
