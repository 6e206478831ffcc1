package homeassistant

import (
	"context"
	"fmt"
	"log/slog"
	"sync/atomic"

	"github.com/hearthgate/hearthgate/config/wire"
	"github.com/hearthgate/hearthgate/function/alexa"
	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/gateway/logging"
)

// A HomeRefusal is an ErrorResponse with which Home Assistant answered a directive. It
// goes to Alexa unchanged; this is what the line says about it.
type HomeRefusal struct {
	Type    string // of Alexa's error types, "ENDPOINT_UNREACHABLE"
	Message string // Home Assistant's own words; not redacted
}

// Err returns the failure that r is, with its kind and cause; nil unless it is one: the
// person may have asked for what cannot be done.
func (r HomeRefusal) Err() error {
	if alexa.ErrorClass(r.Type) != wire.Failed {
		return nil
	}
	const most = 200 // bytes of a message
	words := beginning(r.Message, most)
	switch r.Type {
	case "BRIDGE_UNREACHABLE", "ENDPOINT_UNREACHABLE", "HARDWARE_MALFUNCTION":
		return core.Errorf(core.Unreachable, core.CauseDeviceUnreachable, "Home Assistant does not reach the device (%s: %s): check the device, and its integration in Home Assistant", r.Type, words)
	}
	return core.Errorf(core.Internal, core.CauseServerError, "Home Assistant answered that it failed (%.60s: %s): look into its log", r.Type, words)
}

func (r HomeRefusal) String() string { return fmt.Sprintf("%s: %s", r.Type, r.Message) }

type refusalKey struct{}

// WithRefusal returns a context in which [Client.Forward] notes how the home refused a
// directive, for [RefusalOf].
func WithRefusal(ctx context.Context) context.Context {
	return context.WithValue(ctx, refusalKey{}, new(atomic.Pointer[HomeRefusal]))
}

// RefusalOf returns how the home refused the directive of ctx; ok is false if it did not.
func RefusalOf(ctx context.Context) (r HomeRefusal, ok bool) {
	if noted, _ := ctx.Value(refusalKey{}).(*atomic.Pointer[HomeRefusal]); noted != nil {
		if p := noted.Load(); p != nil {
			return *p, true
		}
	}
	return r, false
}

// noteReply puts on the line which message the home answered with, and notes a refusal.
func noteReply(ctx context.Context, reply alexa.Reply) {
	logging.Note(ctx, slog.String("reply", reply.Namespace+"."+reply.Name))
	if !reply.IsError() {
		return
	}
	const most = 300 // bytes of a message, of which one sentence is usual
	r := HomeRefusal{Type: reply.ErrorType, Message: beginning(reply.ErrorMessage, most)}
	logging.Note(ctx, slog.String("reply_type", r.Type), slog.String("home_message", r.Message))
	if noted, _ := ctx.Value(refusalKey{}).(*atomic.Pointer[HomeRefusal]); noted != nil {
		noted.Store(&r)
	}
}
