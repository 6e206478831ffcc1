package transport

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/hearthgate/hearthgate/config/relay"
	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/gateway/httpclient"
)

// SmartHomePath is the path of Home Assistant's Smart Home endpoint.
const SmartHomePath = "/api/alexa/smart_home"

// paths are those of Home Assistant that answer a kind of question.
var paths = map[relay.Kind]string{
	relay.Directive:    SmartHomePath,
	relay.Conversation: "/api/conversation/process",
	relay.Intent:       "/api/alexa",
}

// asJSON are the headers of every question.
var asJSON = http.Header{"Content-Type": {"application/json"}}

// HTTPS asks a Home Assistant that can be reached from the internet.
type HTTPS struct {
	Dispatcher *core.Dispatcher
	URL        string // of Home Assistant, without a path
}

// Ask posts q to the path of its kind.
func (h HTTPS) Ask(ctx context.Context, q Question) (httpclient.Response, error) {
	return core.Do(ctx, h.Dispatcher, httpclient.MakeRequest, httpclient.Request{
		Method:     http.MethodPost,
		URL:        h.URL + paths[q.Kind],
		Header:     asJSON,
		Bearer:     q.Token,
		Body:       q.Body,
		Idempotent: q.Idempotent,
		Once:       q.Once,
		Limit:      int64(q.Limit),
	})
}

// State asks Home Assistant's configuration, once for all questions of a while.
func (h HTTPS) State(ctx context.Context, token core.Secret) string {
	const holds = 15 * time.Second
	var home struct {
		State string `json:"state"`
	}
	res, err := core.Do(ctx, h.Dispatcher, httpclient.MakeRequest, httpclient.Request{
		URL: h.URL + "/api/config", Bearer: token, Idempotent: true, Reuse: holds,
	})
	if err != nil || res.Status != http.StatusOK || json.Unmarshal(res.Body, &home) != nil {
		return ""
	}
	return home.State
}

// Connect sends a request that does nothing: a GET of the endpoint, which Home Assistant
// answers with 405 and without a token.
func (h HTTPS) Connect(ctx context.Context) error {
	_, err := core.Do(ctx, h.Dispatcher, httpclient.WarmUp, httpclient.WarmUpInput{URL: h.URL + SmartHomePath})
	return err
}
