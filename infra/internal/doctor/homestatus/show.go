package homestatus

import (
	"cmp"
	"fmt"
	"time"

	"github.com/hearthgate/hearthgate/config/wire"
	"github.com/hearthgate/hearthgate/infra/internal/doctor/activity"
	"github.com/hearthgate/hearthgate/infra/internal/invoke"
	"github.com/hearthgate/hearthgate/infra/internal/ui"
	"github.com/hearthgate/hearthgate/infra/internal/ui/fleet"
)

// Show writes the status for a person: the verdict, the findings, what happened, and the
// health of one process.
func (h Home) Show(to *ui.Screen) {
	verdict := to.Good(h.Verdict)
	if h.Level > fleet.Well {
		verdict = to.Bad(h.Verdict)
	}
	to.Printf("%s  %s\n", to.Bold(h.Stage), verdict)
	for i, f := range h.Findings {
		if i > 0 {
			to.Printf("  - %s\n", f.Text)
		}
		if f.Do != "" {
			to.Printf("    %s\n", to.Bold(f.Do))
		}
	}
	t := rows{to.Table("  "), to}
	if h.Activity != nil {
		t.activity(*h.Activity)
	}
	t.deployment(h)
	t.Flush()
	if h.Process != nil {
		to.Printf("\n")
		invoke.ShowStatus(to, *h.Process, h.Where)
	}
}

// rows are rows of a table, each with its name.
type rows struct {
	*ui.Table
	to *ui.Screen
}

func (t rows) add(name, format string, args ...any) {
	t.Row(t.to.Dim(name), fmt.Sprintf(format, args...))
}

func (t rows) activity(a activity.Activity) {
	if l := a.Last; l != nil {
		t.add("last", "%s  %s %s, %s", moment(l.At), l.Name, l.Device, cmp.Or(words[l.Outcome], l.Outcome))
	}
	since := "since " + moment(a.From)
	if a.Directives == 0 {
		t.add("directives", "none %s", since)
		return
	}
	t.add("directives", "%d %s: %s answered%s", a.Directives, since, percent(*a.Answered), unsuccessful(a))
	if s := a.Streak; s != nil && s.Good != nil {
		t.add("", "the last that was answered: %s", moment(*s.Good))
	}
	t.time("half below", a.Duration.P50, a.HomeDuration.P50, a.Connecting.P50)
	t.time("9 of 10 below", a.Duration.P90, a.HomeDuration.P90, a.Connecting.P90)
	if a.Connections > 0 {
		t.add("connections", "%d directives needed a new one", a.Connections)
	}
	if a.BreakerOpen > 0 {
		t.add("paused", "%d directives were answered at once, because requests to the home were paused", a.BreakerOpen)
	}
	t.add("cold starts", "%d", a.ColdStarts)
	const most = 5
	for i, d := range a.Devices[:min(most, len(a.Devices))] {
		t.add(first(i, "devices"), "%s: %s, last %s: %s", d.Name, counts(d), moment(d.Last), short(d.Said))
	}
	for i, d := range a.Denials[:min(most, len(a.Denials))] {
		t.add(first(i, "denied"), "%d x, last %s: %s", d.Count, moment(d.Last), Said(d))
	}
	if a.More {
		t.add("", "%s", "there are more; `hearthgate logs --failed --denied` lists them all")
	}
}

// unsuccessful says how many directives did not succeed.
func unsuccessful(a activity.Activity) string {
	text := ""
	for _, part := range []struct {
		n    int
		what string
	}{{a.Failed, "failed"}, {a.Denied, "denied"}, {a.Wrong, "asked wrongly"}} {
		if part.n > 0 {
			text += fmt.Sprintf(", %d %s", part.n, part.what)
		}
	}
	return text
}

var words = map[string]string{wire.Succeeded.String(): "ok", wire.AskedWrongly.String(): "asked wrongly"}

func counts(d activity.Device) string {
	switch {
	case d.Wrong == 0:
		return fmt.Sprintf("%d x failed", d.Failed)
	case d.Failed == 0:
		return fmt.Sprintf("%d x asked wrongly", d.Wrong)
	}
	return fmt.Sprintf("%d x failed, %d x asked wrongly", d.Failed, d.Wrong)
}

// time adds a percentile, and how it is divided: the home, the way to it until there was a
// connection, and the function. Each share is a difference of percentiles.
func (t rows) time(name string, whole, home, way *float64) {
	switch {
	case whole == nil:
	case home == nil || way == nil:
		t.add(name, "%s ms, without a request to the home", ms(*whole))
	default:
		t.add(name, "%s ms: the home %s, connecting to it %s, the function %s", ms(*whole), ms(*home-*way), ms(*way), ms(*whole-*home))
	}
}

func (t rows) deployment(h Home) {
	t.relays(h.Relays)
	if d := h.Deployment; d != nil {
		t.add("deployed", "version %s, %s", cmp.Or(d.Version, "not known"), moment(d.Since))
	}
	if h.CertificateDays != nil {
		t.add("certificate", "expires in %s", plural(*h.CertificateDays, "day"))
	}
	if h.TokenDays != nil {
		t.add("token", "expires in %s", plural(*h.TokenDays, "day"))
	}
	if h.CredentialsUntil != nil {
		t.add("credentials", "of AWS, on this machine until %s", moment(*h.CredentialsUntil))
	}
}

// Said says why directives were denied, with the end of the id of the user who asked.
func Said(d activity.Denial) string {
	if d.User == "" {
		return short(d.Said)
	}
	return "the user " + activity.ShortUser(d.User) + " is not in allowedUsers"
}

// first returns the name of a list before its first row.
func first(i int, name string) string {
	if i > 0 {
		return ""
	}
	return name
}

// moment returns a time as a person reads it.
func moment(at time.Time) string { return at.Local().Format("Jan _2 15:04:05") }
