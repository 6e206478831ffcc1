// Package logview shows the function's log for a person, one directive a line, without
// its secrets.
package logview

import (
	"cmp"
	"strings"

	"github.com/hearthgate/hearthgate/config/wire"
	"github.com/hearthgate/hearthgate/infra/internal/doctor/activity"
	"github.com/hearthgate/hearthgate/infra/internal/ui"
)

// Failed reports whether a line is about a failure.
func Failed(l wire.LogLine) bool {
	if l.Outcome == wire.NotAnInvocation {
		return l.Level == "ERROR"
	}
	return l.Outcome == wire.Failed || l.Outcome == wire.AskedWrongly
}

// Show writes a line for a person, and a second line if it is about a failure.
func Show(to *ui.Screen, l wire.LogLine) { show(to, l, "") }

// show writes a line. Home stands behind its time.
func show(to *ui.Screen, l wire.LogLine, home string) {
	at := to.Dim(l.Time.Local().Format("Jan _2 15:04:05")) + home
	if l.Outcome == wire.NotAnInvocation {
		text := l.Level + " " + l.Message
		if Failed(l) {
			text = to.Bad(text)
		}
		to.Printf("%s          %s\n", at, text)
		return
	}
	mark := to.Good("ok  ")
	switch l.Outcome {
	case wire.Failed:
		mark = to.Bad("FAIL")
	case wire.Denied:
		mark = to.Bold("deny")
	case wire.AskedWrongly:
		mark = to.Bold("bad ")
	}
	more := ""
	if l.ColdStart {
		more = " (cold start)"
	}
	to.Printf("%s %s %7.0f ms  %s  %s%s\n", at, mark, l.Duration, l.Message, cmp.Or(l.Device, l.Endpoint), to.Dim(more))
	const timeAndDuration = 27 // columns
	indent := strings.Repeat(" ", timeAndDuration+len(home))
	switch id := activity.User(l); {
	case id != "":
		to.Printf("%s %s: the user %s: %s\n", indent, l.Cause, activity.ShortUser(id), strings.ReplaceAll(activity.Said(l), id, activity.ShortUser(id)))
	case l.Error != "":
		to.Printf("%s %s: %s\n", indent, l.Cause, activity.Said(l))
	case l.Outcome != wire.Succeeded:
		to.Printf("%s %s\n", indent, strings.TrimSuffix("Home Assistant answered "+l.ReplyType+": "+l.HomeMessage, ": "))
	}
}
