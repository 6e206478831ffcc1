package activity

import (
	"cmp"
	"context"
	"regexp"
	"slices"
	"time"

	"github.com/hearthgate/hearthgate/config/wire"
	"github.com/hearthgate/hearthgate/infra/internal/awsaccount"
	"github.com/hearthgate/hearthgate/infra/internal/ui/redact"
)

// A Directive is one that the log has a line of.
type Directive struct {
	At      time.Time `json:"at"`
	Name    string    `json:"name"`   // such as Alexa.PowerController.TurnOn
	Device  string    `json:"device"` // the friendly name, or the id if that is not known; "" for a discovery
	Outcome string    `json:"outcome"`
	Cause   string    `json:"cause,omitempty"`
	Said    string    `json:"said,omitempty"` // why it did not succeed: the home's own words, or the function's
	Version string    `json:"version"`        // of the program that answered
}

// A Device is one whose directives did not succeed.
type Device struct {
	ID     string    `json:"id"`
	Name   string    `json:"name"` // the friendly name, or the id if that is not known
	Failed int       `json:"failed"`
	Wrong  int       `json:"asked_wrongly"`
	Last   time.Time `json:"last"`
	Said   string    `json:"said"` // of the last one: the home's own words, or the function's
}

// A Cause counts the directives that failed for it.
type Cause struct {
	Word  string `json:"cause"`
	Count int    `json:"count"`
	Said  string `json:"said"` // of the last one
}

// A Denial counts the directives that the owner's rules refused for one reason.
type Denial struct {
	Cause string    `json:"cause"`
	User  string    `json:"user,omitempty"` // who asked, where the allow-list refused them
	Count int       `json:"count"`
	Last  time.Time `json:"last"`
	Said  string    `json:"said"` // of the last one
}

// readLines reads the lines of what did not succeed, and of new connections.
func (s Source) readLines(ctx context.Context, a *Activity) error {
	const mostPages = 8
	const pattern = `{ ($.Success = 0) || ($.outcome = "denied") || ($.outcome = "asked_wrongly") || ($.connect_ms >= 0) }`
	var t totals
	more, err := s.Account.Scan(ctx, awsaccount.Scan{Group: s.Group, Pattern: pattern, From: a.From, To: a.To.Add(-time.Millisecond), Pages: mostPages}, func(page []awsaccount.Line) bool {
		for _, l := range page {
			if parsed, ok := wire.ParseLogLine([]byte(redact.Line(l.Text))); ok {
				t.add(parsed)
			}
		}
		return true
	})
	a.More, a.Denied, a.Wrong = more, t.denied, t.wrong
	a.Devices, a.Causes, a.Denials = t.sorted()
	a.Connections, a.Connecting, a.CertificateDays = len(t.connecting), connecting(t.connecting, a.asked), t.certificateDays
	return err
}

// readLast reads the line of the last directive.
func (s Source) readLast(ctx context.Context, a *Activity) error {
	const earlier = time.Second // a line may be a moment older than its metrics
	scan := awsaccount.Scan{Group: s.Group, Pattern: `{ ($.Success = 1) || ($.Success = 0) }`, From: a.LastSeen.Add(-earlier), To: a.To}
	_, err := s.Account.Scan(ctx, scan, func(page []awsaccount.Line) bool {
		if len(page) == 0 {
			return true
		}
		if l, ok := wire.ParseLogLine([]byte(redact.Line(page[len(page)-1].Text))); ok {
			a.Last = &Directive{
				At: l.Time, Name: l.Message, Device: cmp.Or(l.Device, l.Endpoint),
				Outcome: l.Outcome.String(), Cause: l.Cause, Said: Said(l), Version: l.Version,
			}
		}
		return true
	})
	return err
}

// totals are what is counted of lines. The zero totals are empty.
type totals struct {
	denied, wrong int
	devices       []Device
	causes        []Cause
	denials       []Denial

	connecting      []float64 // of new connections, ms
	certificateDays *int      // of the last of them
}

// connecting returns the percentiles of connecting, of so many directives: those that made
// no connection took no time for it.
func connecting(made []float64, of int) Percentiles {
	if of < len(made) || of == 0 {
		of = len(made) // of a home that never answered
	}
	if of == 0 {
		return Percentiles{}
	}
	all := append(make([]float64, of-len(made)), made...)
	slices.Sort(all)
	at := func(percent int) *float64 {
		v := all[max(0, (percent*of+99)/100-1)]
		return &v
	}
	return Percentiles{at(50), at(90)}
}

func (t *totals) add(l wire.LogLine) {
	if l.Connecting > 0 {
		t.connecting = append(t.connecting, l.Connecting)
		t.certificateDays = l.CertificateDays
	}
	said := Said(l)
	switch l.Outcome {
	case wire.Succeeded:
		return
	case wire.Denied:
		t.denied++
		user := User(l)
		d := entry(&t.denials, Denial{Cause: l.Cause, User: user}, func(d Denial) bool { return d.Cause == l.Cause && d.User == user })
		d.Count++
		d.Last, d.Said = l.Time, said
		return
	case wire.AskedWrongly:
		t.wrong++
	case wire.Failed:
		cause := cmp.Or(l.Cause, l.ReplyType, "without a cause")
		c := entry(&t.causes, Cause{Word: cause}, func(c Cause) bool { return c.Word == cause })
		c.Count++
		c.Said = said
	}
	if l.Endpoint == "" {
		return
	}
	d := entry(&t.devices, Device{ID: l.Endpoint, Name: l.Endpoint}, func(d Device) bool { return d.ID == l.Endpoint })
	d.Name, d.Last, d.Said = cmp.Or(l.Device, d.Name), l.Time, said
	if l.Outcome == wire.Failed {
		d.Failed++
	} else {
		d.Wrong++
	}
}

// entry returns the entry of a list of which something holds; it adds one if there is
// none.
func entry[T any](list *[]T, add T, holds func(T) bool) *T {
	i := slices.IndexFunc(*list, holds)
	if i < 0 {
		i, *list = len(*list), append(*list, add)
	}
	return &(*list)[i]
}

// sorted returns the lists, none of them nil.
func (t *totals) sorted() ([]Device, []Cause, []Denial) {
	slices.SortStableFunc(t.devices, func(x, y Device) int { return cmp.Compare(y.Failed+y.Wrong, x.Failed+x.Wrong) })
	slices.SortStableFunc(t.causes, func(x, y Cause) int { return cmp.Compare(y.Count, x.Count) })
	slices.SortStableFunc(t.denials, func(x, y Denial) int { return cmp.Compare(y.Count, x.Count) })
	return append([]Device{}, t.devices...), append([]Cause{}, t.causes...), append([]Denial{}, t.denials...)
}

// operations are the names of operations in front of a sentence of the function.
var operations = regexp.MustCompile(`^(?:[a-z_]+\.[a-z_]+: )+`)

// Said returns why a directive did not succeed: the home's own words, or the sentence of
// the function; "" if it succeeded.
func Said(l wire.LogLine) string {
	switch {
	case l.Error != "":
		return operations.ReplaceAllString(l.Error, "")
	case l.HomeMessage != "":
		return l.ReplyType + ": " + l.HomeMessage
	}
	return l.ReplyType
}

// user finds an id of Login with Amazon in a sentence.
var user = regexp.MustCompile(`amzn1\.account\.\w+`)

// User returns the id of the user whom the allow-list refused; "" for any other line.
func User(l wire.LogLine) string {
	if l.Outcome != wire.Denied {
		return ""
	}
	return user.FindString(l.Error)
}

// ShortUser returns the end of a user's id, which tells the users of a home apart.
func ShortUser(id string) string {
	const most = 6
	if len(id) <= most {
		return id
	}
	return "..." + id[len(id)-most:]
}

// Why returns why directives failed: the last one, or most of them if the last one only
// followed from earlier failures.
func (a Activity) Why() string {
	follows := func(cause string) bool { return cause == "breaker_open" || cause == "token_paused" }
	if l := a.Last; l != nil && l.Outcome == wire.Failed.String() && !follows(l.Cause) && l.Said != "" {
		return l.Said
	}
	for _, c := range a.Causes {
		if !follows(c.Word) {
			return cmp.Or(c.Said, c.Word)
		}
	}
	if len(a.Causes) > 0 {
		return cmp.Or(a.Causes[0].Said, a.Causes[0].Word)
	}
	return "the log does not say why"
}
