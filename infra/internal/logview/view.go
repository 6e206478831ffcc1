package logview

import (
	"context"
	"fmt"
	"time"

	"github.com/hearthgate/hearthgate/config/wire"
	"github.com/hearthgate/hearthgate/infra/internal/awsaccount"
	"github.com/hearthgate/hearthgate/infra/internal/redact"
	"github.com/hearthgate/hearthgate/infra/internal/ui"
)

// A View shows the lines of a deployed function's log, each once.
type View struct {
	Account *awsaccount.Account
	Group   string                  // the name of the log
	Only    func(wire.LogLine) bool // which lines to show; default: everything that the function wrote
	Raw     bool                    // show the lines as they are in CloudWatch; default: as a person reads them
	Out     *ui.Screen

	seen map[string]bool
}

// Show shows the lines that were written since a time and were not shown yet.
func (v *View) Show(ctx context.Context, since time.Time) error {
	lines, err := v.Account.Lines(ctx, v.Group, "", since)
	if err != nil && ctx.Err() == nil {
		return err
	}
	if v.seen == nil {
		v.seen = map[string]bool{}
	}
	for _, l := range lines {
		text := redact.Line(l.Text)
		parsed, ok := wire.ParseLogLine([]byte(text))
		if !ok || v.seen[l.ID] || v.Only != nil && !v.Only(parsed) {
			continue
		}
		v.seen[l.ID] = true
		if v.Raw {
			fmt.Fprintln(v.Out, text)
		} else {
			Show(v.Out, parsed)
		}
	}
	return nil
}

// Follow shows lines as they are written, until the context ends.
func (v *View) Follow(ctx context.Context) error {
	// CloudWatch has a line some seconds after it was written.
	const behind, pause = time.Minute, 2 * time.Second
	for {
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return nil
		}
		if err := v.Show(ctx, time.Now().Add(-behind)); err != nil {
			return err
		}
	}
}
