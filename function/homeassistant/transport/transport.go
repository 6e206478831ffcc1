// Package transport gets questions to Home Assistant and its answers back. What is above
// it does not know which way they take.
package transport

import (
	"context"

	"github.com/hearthgate/hearthgate/config/relay"
	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/gateway/httpclient"
)

// A Transport is a way to one Home Assistant. It is safe for concurrent use.
type Transport interface {
	// Ask sends q once, or twice where that is safe, and returns the answer. Its error is
	// a [core.Error] whose cause says what is wrong; what is known of how long it took is
	// in the response then too. A response whose status is not 200 is for the caller to
	// classify.
	Ask(ctx context.Context, q Question) (httpclient.Response, error)

	// State returns the state of Home Assistant in its own word, such as RUNNING; "" if it
	// does not say. A token may be needed to see it.
	State(ctx context.Context, token core.Secret) string

	// Connect makes the connection ahead of the first question. It carries out nothing.
	Connect(ctx context.Context) error
}

// A Question is what is sent to Home Assistant.
type Question struct {
	Kind       relay.Kind // which part of Home Assistant answers
	Body       []byte     // JSON
	Token      core.Secret
	Idempotent bool // it may be sent twice
	Once       bool // it is sent once in any case
	Limit      int  // how long the answer may be, in bytes; 0 for as long as a reply of the function
}

// Running is the state of a Home Assistant that has started.
const Running = "RUNNING"
