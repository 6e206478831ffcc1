package homeassistant

import (
	"context"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/gateway/httpclient"
	"github.com/hearthgate/hearthgate/function/gateway/initialization"
	"github.com/hearthgate/hearthgate/function/gateway/logging"
	"github.com/hearthgate/hearthgate/function/homeassistant/transport"
)

// A way leads to the home.
type way struct {
	transport.Transport
	suffix string // of the name of its breaker
	once   bool   // another way takes over instead of a retry
}

// secondWay ends the names of the breakers of the second address.
const secondWay = "_second"

// ways says which of two addresses of a home is asked first. The zero value says the
// first.
type ways struct{ away atomic.Int64 } // since when the first could not be reached, in nanoseconds since 1970; 0 while it can be

// tryFirst is how long the second address is asked first before a question tries whether
// the first can be reached again. No command pays for that.
const tryFirst = 30 * time.Second

func (w *ways) prefersSecond(question bool) bool {
	since := w.away.Load()
	return since != 0 && !(question && time.Since(time.Unix(0, since)) >= tryFirst)
}

// note notes whether the first address could be reached.
func (w *ways) note(reached bool) {
	if reached {
		w.away.Store(0)
		return
	}
	w.away.Store(time.Now().UnixNano())
}

// sendOverTwo sends p to one address of the home, and to the other if not a byte was sent
// there: it could not be reached, or its breaker is open. So nothing is sent twice.
func (c *Client) sendOverTwo(ctx context.Context, p post, read func(httpclient.Response) error) error {
	first := way{Transport: c.Transport(p.settings)}
	second := way{Transport: c.second(p.settings), suffix: secondWay}
	over := func(w way) (unsent bool, err error) {
		if w.suffix != "" && p.onLine {
			logging.Note(ctx, slog.String("address", "second"))
		}
		unsent, err = c.sendOver(ctx, p, w, read)
		if w.suffix == "" {
			c.ways.note(!unsent)
		}
		return unsent, err
	}
	if c.ways.prefersSecond(p.idempotent) {
		first, second = second, first
	}
	first.once = true
	unsent, err := over(first)
	if !unsent || ctx.Err() != nil {
		return err
	}
	if _, again := over(second); again != nil {
		return core.Errorf(core.KindOf(again), core.CauseOf(again), "%w; the other address did not help either (%v)", again, reason(err))
	}
	return nil
}

// second returns the way over the second address.
func (c *Client) second(s *initialization.Settings) transport.Transport {
	return transport.HTTPS{Dispatcher: c.Dispatcher, URL: s.SecondURL}
}

// Connect connects to the home of settings ahead of the first directive: over the second
// address if the first cannot be reached.
func (c *Client) Connect(ctx context.Context, s *initialization.Settings) error {
	err := c.Transport(s).Connect(ctx)
	if err == nil || s.SecondURL == "" {
		return err
	}
	if core.CauseOf(err) != core.CauseReset { // which says that something listens there
		c.ways.note(false)
	}
	return c.second(s).Connect(ctx)
}
