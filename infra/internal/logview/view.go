package logview

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/hearthgate/hearthgate/config/wire"
	"github.com/hearthgate/hearthgate/infra/internal/awsaccount"
	"github.com/hearthgate/hearthgate/infra/internal/ui"
	"github.com/hearthgate/hearthgate/infra/internal/ui/redact"
)

// A Source is the log of a deployed function.
type Source struct {
	Home    string // the name of the stage
	Account *awsaccount.Account
	Group   string // the name of the log
}

// A View shows the lines of one log, or of several in the order of their times, each once.
type View struct {
	Sources []Source
	Filter  Filter
	Raw     bool // show the lines as they are in CloudWatch; default: as a person reads them
	Named   bool // say of which home each line is; as JSON, in the field home
	Out     *ui.Screen

	// Failed reports a log that cannot be read. The others are shown.
	Failed func(home string, err error)

	seen   map[string]time.Time // by home and id of a line
	failed map[string]bool      // homes that were reported
}

// Show shows the lines that were written since a time and were not shown yet. It ends
// when the context does.
func (v *View) Show(ctx context.Context, since time.Time) {
	if v.seen == nil {
		v.seen, v.failed = map[string]time.Time{}, map[string]bool{}
	}
	m := v.merge(ctx, since)
	defer m.stop()
	for {
		l, ok := m.next()
		if !ok {
			break
		}
		v.show(l)
	}
	for _, f := range m.failures() {
		if ctx.Err() == nil && !v.failed[f.home] {
			v.failed[f.home] = true
			v.Failed(f.home, f.err)
		}
	}
}

// Follow shows lines as they are written, until the context ends.
func (v *View) Follow(ctx context.Context) {
	// CloudWatch has a line some seconds after it was written. An account answers a few
	// requests a second.
	const behind, least, each = time.Minute, 2 * time.Second, 400 * time.Millisecond
	for {
		select {
		case <-time.After(max(least, time.Duration(len(v.Sources))*each)):
		case <-ctx.Done():
			return
		}
		from := time.Now().Add(-behind)
		for id, at := range v.seen {
			if at.Before(from.Add(-behind)) {
				delete(v.seen, id)
			}
		}
		v.Show(ctx, from)
	}
}

// A line is one of a log that is shown.
type line struct {
	awsaccount.Line
	home   string
	text   string // without secrets
	parsed wire.LogLine
}

// parse returns a line as it is shown; ok is false if the view does not show it.
func (v *View) parse(home string, l awsaccount.Line) (line, bool) {
	text := redact.Line(l.Text)
	parsed, ok := wire.ParseLogLine([]byte(text))
	return line{l, home, text, parsed}, ok && v.Filter.passes(parsed)
}

func (v *View) show(l line) {
	id := l.home + " " + l.ID
	if _, shown := v.seen[id]; shown {
		return
	}
	v.seen[id] = l.At
	switch {
	case v.Raw && v.Named:
		home, _ := json.Marshal(l.home) // text: cannot fail
		v.Out.Verbatim([]byte(`{"home":` + string(home) + "," + l.text[1:]))
	case v.Raw:
		v.Out.Verbatim([]byte(l.text))
	case v.Named:
		show(v.Out, l.parsed, fmt.Sprintf(" %-*s", v.widest(), l.home))
	default:
		Show(v.Out, l.parsed)
	}
}

// widest returns how long the longest name of a home is.
func (v *View) widest() int {
	n := 0
	for _, s := range v.Sources {
		n = max(n, len(s.Home))
	}
	return n
}
