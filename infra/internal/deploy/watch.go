package deploy

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/hearthgate/hearthgate/infra/internal/awsaccount"
	"github.com/hearthgate/hearthgate/infra/internal/ui"
)

// A watch shows how far CloudFormation is with a stack, by the stack's events. It asks
// for them itself: they say the same whatever the CLI writes.
type watch struct {
	account *awsaccount.Account
	stack   string
	total   int // resources that change; 0 if it is not known
	steps   *ui.Steps
	step    string // the step in which resources change; "" for the one in progress

	last   string // the id of the newest event that was seen
	events []awsaccount.StackEvent
	done   map[string]bool // resources, by logical id
	back   bool            // CloudFormation rolls back
}

// newWatch returns a watch of what happens with a stack from now on.
func newWatch(ctx context.Context, a *awsaccount.Account, stack string, total int, steps *ui.Steps) *watch {
	last, _ := a.LastStackEvent(ctx, stack) // without it, and the right to it, no progress is shown
	return &watch{account: a, stack: stack, total: total, steps: steps, last: last, done: map[string]bool{}}
}

// run runs work while it watches.
func (w *watch) run(ctx context.Context, work func() error) error {
	ended := make(chan error, 1)
	go func() { ended <- work() }()
	every := time.NewTicker(poll)
	defer every.Stop()
	for {
		select {
		case err := <-ended:
			if ctx.Err() == nil {
				w.look(ctx)
			}
			return err
		case <-every.C:
			w.look(ctx)
		}
	}
}

// look reads the events since the last look, and shows what they say.
func (w *watch) look(ctx context.Context) {
	events, err := w.account.StackEvents(ctx, w.stack, w.last)
	if err != nil || len(events) == 0 {
		return
	}
	w.last = events[len(events)-1].ID
	for _, e := range events {
		w.see(e)
	}
}

// see shows what an event says.
func (w *watch) see(e awsaccount.StackEvent) {
	w.events = append(w.events, e)
	switch {
	case w.step == "":
	case e.Resource == w.stack && strings.Contains(e.Status, "ROLLBACK_IN_PROGRESS"):
		if !w.back {
			w.steps.End(errors.New("a resource failed"))
		}
		w.back = true
		w.steps.Begin(cmp.Or(doing[e.Status], "rolling back"))
	case !w.back:
		w.steps.Begin(w.step)
		if e.Resource != w.stack && strings.HasSuffix(e.Status, "_COMPLETE") {
			w.done[e.Resource] = true
		}
		if w.total > 0 {
			w.steps.Detail(fmt.Sprintf("%d of %d resources", min(len(w.done), w.total), w.total))
		}
	}
}

// failure returns what happened to the first resource that failed, as a sentence without
// its end, and what to do if that is known. It is "" if none failed. The changes have the
// resources' paths.
func (w *watch) failure(changes []Change) string {
	for _, e := range w.events {
		if !strings.HasSuffix(e.Status, "_FAILED") || strings.Contains(e.Reason, "cancelled") || e.Reason == "" {
			continue
		}
		if e.Resource == w.stack {
			return plainReason(e.Reason)
		}
		name := e.Resource
		for _, c := range changes {
			if c.ID == e.Resource {
				name = c.Path
			}
		}
		verb, _, _ := strings.Cut(e.Status, "_")
		verb = map[string]string{"CREATE": "created", "UPDATE": "updated", "DELETE": "deleted", "ROLLBACK": "rolled back"}[verb]
		kind := strings.ReplaceAll(strings.TrimPrefix(e.Type, "AWS::"), "::", " ")
		return fmt.Sprintf("the %s %s could not be %s: %s", kind, name, cmp.Or(verb, "changed"), plainReason(e.Reason))
	}
	return ""
}

var (
	handler = regexp.MustCompile(`Resource handler returned message: "(.*?)"? ?\(RequestToken:.*`)
	service = regexp.MustCompile(` ?\((?:Service|RequestToken|Request ID|HandlerErrorCode|SDK Attempt Count)[^()]*\)`)
)

// plainReason returns a reason of CloudFormation without the words of its machinery, and
// with what to do where that is known.
func plainReason(reason string) string {
	if hint := reasonOf(reason); hint != "" {
		return hint
	}
	text := reason
	if m := handler.FindStringSubmatch(text); m != nil {
		text = m[1]
	}
	text = strings.TrimSpace(service.ReplaceAllString(text, ""))
	switch {
	case strings.Contains(text, "already exist"):
		text += "; delete what has this name, or give the stage another name"
	case strings.Contains(text, "UnreservedConcurrentExecution"):
		text += "; remove reservedConcurrency from the stage's file, or ask for a higher quota of Lambda"
	case strings.Contains(strings.ToLower(text), "alarm") && strings.Contains(strings.ToLower(text), "roll"):
		text += "; the new version failed while directives came in: `hearthgate logs --failed` shows them"
	}
	return strings.TrimRight(text, ". ")
}
