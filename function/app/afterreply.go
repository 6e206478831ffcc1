package app

import (
	"bytes"
	"context"
	"io"
	"time"

	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/gateway/initialization"
	"github.com/hearthgate/hearthgate/function/gateway/utility"
)

const (
	cleanUpEvery = 10 * time.Second
	workAtMost   = time.Second // after a reply: an event that comes meanwhile starts another process, which is slow
)

// A Reply is read by the Lambda runtime when it sends it, and closed when it is out
// and before the next event is requested. Lambda passes it on meanwhile and freezes the
// process only then, so Close is the time for work that no one should wait for. An
// extension would get that time too, at the price of a request to Lambda for each event.
type Reply struct {
	text io.Reader
	sent func()
}

// Handle answers one event. Its line is written when the reply is out; the runtime closes
// no reply that is an error.
func (a *App) Handle(ctx context.Context, event rawEvent) (*Reply, error) {
	b, end, err := a.reply(ctx, event)
	if err != nil {
		end()
		return nil, err
	}
	return &Reply{text: bytes.NewReader(b), sent: func() {
		end()
		a.afterReply(ctx)
	}}, nil
}

// A rawEvent is an event as Lambda passes it on, which is not parsed on the way.
type rawEvent []byte

// UnmarshalJSON keeps a copy of b: the runtime may reuse it.
func (e *rawEvent) UnmarshalJSON(b []byte) error {
	*e = bytes.Clone(b)
	return nil
}

// Read reads the text of the reply.
func (r *Reply) Read(b []byte) (int, error) { return r.text.Read(b) }

// ContentType returns the media type of every reply.
func (r *Reply) ContentType() string { return "application/json" }

// Close does the work.
func (r *Reply) Close() error {
	r.sent()
	return nil
}

// afterReply does what is due, within the time of the invocation. What fails is due
// again after another reply. Nothing is done after the first reply, which was late
// enough: often another event follows at once.
func (a *App) afterReply(ctx context.Context) {
	if a.events.Load() == 1 {
		return
	}
	cleanUp, refresh, names := a.cleanUpIsDue(), a.due() || a.cache.Due(), a.homes.NamesDue()
	if !cleanUp && !refresh && !names {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, workAtMost)
	defer cancel()
	ctx, _ = core.NewRun(ctx, core.NewID())
	if cleanUp {
		a.cleanedUp.Store(time.Now().UnixNano())
		_, _ = core.Do(ctx, a.dispatcher, initialization.Cleanup, core.None{})
	}
	if names {
		a.homes.ReadNames(ctx)
	}
	if refresh && a.costs.Allows(utility.RefreshAhead) {
		a.refresh(ctx)
	}
}

// cleanUpIsDue reports whether it is time to release what is no longer needed. Right
// after the start there is nothing yet.
func (a *App) cleanUpIsDue() bool {
	since := func(at int64) time.Duration { return time.Since(time.Unix(0, at)) }
	return since(a.ready.Load()) >= cleanUpEvery && since(a.cleanedUp.Load()) >= cleanUpEvery
}

// refresh refreshes what is about to expire: settings from the parameter store, and
// entries of the cache that are used much.
func (a *App) refresh(ctx context.Context) {
	if a.due() {
		if _, err := core.Do(ctx, a.dispatcher, initialization.Refresh, initialization.RefreshInput{}); err != nil {
			a.warn("the settings stay as they are: " + err.Error())
		}
	}
	a.cache.Refresh(ctx)
}
