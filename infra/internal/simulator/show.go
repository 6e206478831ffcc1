package simulator

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/hearthgate/hearthgate/config/wire"
	"github.com/hearthgate/hearthgate/infra/internal/ui"
)

// Show writes a turn for a person.
func (t Turn) Show(to *ui.Screen) {
	to.Printf("%s %s\n", to.Bold("Alexa:"), speech(to, t))
	if t.SSML != "" {
		to.Printf("  %s\n", to.Dim(t.SSML))
	}
	table := to.Table("  ")
	row := func(name, text string) {
		if text != "" {
			table.Row(to.Dim(name), text)
		}
	}
	row("why", t.Why)
	if t.Sent() {
		row("in", strings.TrimSpace(t.Event+"  "+t.Entity))
		row("out", t.Reply)
		row("home", moved(t.Before, t.After))
		for _, c := range t.Changed {
			row("", c.Name+": "+moved(c.Before, c.After))
		}
		row("took", t.Times.String()+t.marks())
	}
	table.Flush()
}

// speech returns what Alexa says, green if all went well.
func speech(to *ui.Screen, t Turn) string {
	switch {
	case t.Alexa == "":
		return to.Dim("(nothing)")
	case t.Good():
		return to.Good(t.Alexa)
	case t.Outcome == wire.Failed.String():
		return to.Bad(t.Alexa)
	}
	return t.Alexa
}

// moved returns a state, and the one before if it was another.
func moved(before, after string) string {
	if before == after || before == "" {
		return after
	}
	return before + " -> " + after
}

// marks returns what is special about the turn.
func (t Turn) marks() string {
	text := ""
	if t.Cold {
		text += ", cold start"
	}
	if t.Tries > 1 {
		text += fmt.Sprintf(", the home was tried %d times", t.Tries)
	}
	if t.Breaker {
		text += ", the circuit breaker is open"
	}
	return text
}

// String returns the times as a line.
func (t Times) String() string {
	text := fmt.Sprintf("%.1f ms: ours %.1f, network %.1f, home %.1f", t.Total, t.Ours, t.Network, t.Home)
	if t.Confirm > 0 {
		text += fmt.Sprintf(", confirming %.1f", t.Confirm)
	}
	return text
}

// ShowWay writes the way of a turn through the gateways.
func (t Turn) ShowWay(to *ui.Screen) {
	if len(t.Way) == 0 {
		to.Printf("  The log has no way for it: a deployed function writes it at level debug, and when something failed.\n")
		return
	}
	table := to.Table("  ", 1)
	for _, h := range t.Way {
		mark := to.Good("ok")
		switch {
		case !h.OK:
			mark = to.Bad("failed: " + h.Cause)
		case h.CacheHit:
			mark = to.Good("from the cache")
		}
		table.Row(h.Operation, fmt.Sprintf("%.3f ms", h.Took), mark)
	}
	table.Flush()
}

// ShowJSON writes what was sent, what was replied, and the line of the log.
func (t Turn) ShowJSON(to *ui.Screen) {
	for _, part := range []struct {
		title string
		json  json.RawMessage
	}{{"request", t.Request}, {"reply", t.Response}, {"log", t.Log}} {
		if part.json == nil {
			continue
		}
		to.Printf("%s\n", to.Bold(part.title))
		text, err := json.MarshalIndent(part.json, "", "  ")
		if err != nil {
			text = part.json
		}
		to.Verbatim(text)
	}
}
