package lambda

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/hearthgate/hearthgate/function/alexa"
	"github.com/hearthgate/hearthgate/function/core"
)

// told says what Alexa is told of each kind of failure: one of its error types,
// and a text without a host, a token or anything else of the home's.
var told = map[core.Kind]struct{ errorType, text string }{
	core.Internal:     {"INTERNAL_ERROR", "Something went wrong on the way to the home."},
	core.Invalid:      {"INVALID_DIRECTIVE", "The directive is not one that can be understood."},
	core.Unauthorized: {"INVALID_AUTHORIZATION_CREDENTIAL", "The home did not accept the credentials."},
	core.Expired:      {"EXPIRED_AUTHORIZATION_CREDENTIAL", "The credentials have expired."},
	core.Forbidden:    {"INVALID_AUTHORIZATION_CREDENTIAL", "The home's owner does not allow this."},
	core.NotFound:     {"NO_SUCH_ENDPOINT", "There is no such device."},
	core.Unreachable:  {"BRIDGE_UNREACHABLE", "The home could not be reached."},
	core.Unavailable:  {"BRIDGE_UNREACHABLE", "The home has not been reachable for a while."},
	core.RateLimited:  {"RATE_LIMIT_EXCEEDED", "The home is asked too often."},
	core.Gone:         {"INVALID_DIRECTIVE", "This is not offered any more."},
}

func (g *gateway) createAlexaResponse(_ context.Context, f Failure) (json.RawMessage, error) {
	kind := core.KindOf(f.Err)
	if f.Err == nil && f.Kind != "" {
		i := slices.IndexFunc(core.Kinds(), func(k core.Kind) bool { return k.String() == f.Kind })
		if i < 0 {
			return nil, core.Errorf(core.Invalid, "input", "field kind is %.40q, which is no kind of failure", f.Kind)
		}
		kind = core.Kinds()[i]
	}
	e, t := f.Directive.Event, told[kind]
	switch away := kind == core.Unreachable || kind == core.Unavailable; {
	case e.IsDiscover():
		return alexa.EmptyDiscovery(e, core.NewID())
	case e.IsAcceptGrant():
		return alexa.GrantFailed(e, core.NewID(), t.text)
	case e.IsReportState() && away && e.EndpointID != "":
		return alexa.Unreachable(e, core.NewID(), time.Now())
	}
	return alexa.ErrorResponse(e, core.NewID(), t.errorType, t.text)
}
