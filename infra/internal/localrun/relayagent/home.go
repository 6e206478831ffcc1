package relayagent

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/config/relay"
)

// Behind is a Home that asks a handler with Home Assistant's API, such as the demo home.
type Behind struct {
	Handler http.Handler
	Token   string // that the handler accepts
}

// paths are those of Home Assistant's API that answer each kind.
var paths = map[relay.Kind]string{
	relay.Directive:    "/api/alexa/smart_home",
	relay.Conversation: "/api/conversation/process",
	relay.Intent:       "/api/alexa",
}

// Answer answers a request. A Check tells who answers.
func (b Behind) Answer(ctx context.Context, r relay.Request) (relay.Status, json.RawMessage, string) {
	if r.Kind == relay.Check {
		state, _ := json.Marshal(relay.State{State: relay.Online, Version: config.Version(), Protocol: relay.Protocol, HomeAssistant: "none", Exposed: "all"})
		return relay.Done, state, ""
	}
	path, ok := paths[r.Kind]
	if !ok {
		return relay.NotKnown, nil, fmt.Sprintf("there is no kind %.40q", r.Kind)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://home"+path, bytes.NewReader(r.Body))
	if err != nil {
		return relay.Failed, nil, err.Error()
	}
	req.Header.Set("Authorization", "Bearer "+b.Token)
	req.Header.Set("Content-Type", "application/json")
	w := &recorder{header: http.Header{}, status: http.StatusOK}
	b.Handler.ServeHTTP(w, req)
	switch {
	case w.status == http.StatusOK && json.Valid(w.body.Bytes()):
		return relay.Done, w.body.Bytes(), ""
	case w.status == http.StatusNotFound:
		return relay.NotKnown, nil, "it is not set up"
	case w.status == http.StatusBadRequest:
		return relay.NotUnderstood, nil, "it is not understood"
	}
	return relay.Failed, nil, fmt.Sprintf("the home answered %d", w.status)
}

// A recorder keeps what a handler answers.
type recorder struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (r *recorder) Header() http.Header         { return r.header }
func (r *recorder) Write(b []byte) (int, error) { return r.body.Write(b) }
func (r *recorder) WriteHeader(status int)      { r.status = status }
