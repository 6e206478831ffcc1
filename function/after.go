package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"time"

	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/gateway/initialization"
	"github.com/hearthgate/hearthgate/function/gateway/utility"
)

const (
	tidyEvery  = 10 * time.Second // how often what is kept is looked through
	workAtMost = time.Second      // after a reply: an event that comes meanwhile starts another process, which is slow
)

// Handle answers one event, as [App.Invoke] does, and works when the reply is out.
func (a *App) Handle(ctx context.Context, event json.RawMessage) (*Reply, error) {
	b, err := a.Invoke(ctx, event)
	return &Reply{text: bytes.NewReader(b), sent: func() { a.afterReply(ctx) }}, err
}

// A Reply is read by the Lambda runtime when it sends it, and closed when it is out
// and before the next event is asked for. Lambda passes it on meanwhile and freezes
// the process only then: this is the time for work that nobody shall wait for. An
// extension would get it too, at the price of a question to Lambda for each event.
type Reply struct {
	text io.Reader
	sent func()
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
// again after another reply. Nothing is done after the first, which came late
// enough: often another event follows at once.
func (a *App) afterReply(ctx context.Context) {
	if a.events.Load() == 1 {
		return
	}
	tidy, renew := a.tidyIsDue(), a.renewalIsDue()
	if !tidy && !renew {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, workAtMost)
	defer cancel()
	ctx, _ = core.NewRun(ctx, core.NewID())
	if tidy {
		a.tidied.Store(time.Now().UnixNano())
		_, _ = core.Do(ctx, a.dispatcher, initialization.Cleanup, core.None{})
	}
	if renew && a.guard.Allows(utility.RefreshAhead) {
		a.renew(ctx)
	}
}

// tidyIsDue reports whether to let go of what is not needed any more. There is
// nothing yet when the process has just started.
func (a *App) tidyIsDue() bool {
	return time.Since(a.ready) >= tidyEvery && time.Since(time.Unix(0, a.tidied.Load())) >= tidyEvery
}

// renewalIsDue reports whether something is close to its end that is to be fetched
// before somebody needs it.
func (a *App) renewalIsDue() bool { return a.due() || a.cache.Due() }

// renew fetches what is close to its end: settings from the parameter store, and
// entries of the cache that are used much.
func (a *App) renew(ctx context.Context) {
	if a.due() {
		if _, err := core.Do(ctx, a.dispatcher, initialization.Refresh, initialization.RefreshInput{}); err != nil {
			a.warn("the settings stay as they are: " + err.Error())
		}
	}
	a.cache.Refresh(ctx)
}
