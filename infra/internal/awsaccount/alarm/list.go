package alarm

import (
	"cmp"
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/awsaccount"
	"github.com/hearthgate/hearthgate/infra/internal/ui"
	"github.com/hearthgate/hearthgate/infra/internal/ui/fleet"
)

// Kept is how long CloudWatch keeps the history of alarms.
const Kept = 30 * 24 * time.Hour

// An Episode is a time in which an alarm was on.
type Episode struct {
	Alarm string     `json:"alarm"`
	From  time.Time  `json:"from"`
	Until *time.Time `json:"until"` // null if it is still on
	Sent  bool       `json:"sent"`  // someone was notified
	Why   string     `json:"why"`   // in CloudWatch's words
}

// A List is what the alarms of a stage have done.
type List struct {
	Stage      string     `json:"stage"`
	Since      time.Time  `json:"since"`
	Episodes   []Episode  `json:"episodes"` // the latest first
	MutedUntil *time.Time `json:"muted_until"`
	Notifies   bool       `json:"notifies"` // there is an alarm that notifies someone
}

// Read returns what the alarms of a stage that notify someone have done since a time; if
// there is none, what all alarms have done.
func Read(ctx context.Context, stage string, account *awsaccount.Account, since time.Time) (List, error) {
	l := List{Stage: stage, Since: since, Episodes: []Episode{}}
	all, err := account.Alarms(ctx, stage)
	if err != nil {
		return l, err
	}
	if len(all) == 0 {
		return l, notDeployed(&awsaccount.Error{Code: awsaccount.NotFound, Err: fmt.Errorf("there are no alarms of the stage %s in %s", stage, account.Region)}, stage)
	}
	l.Notifies = slices.ContainsFunc(all, func(a awsaccount.Alarm) bool { return len(a.Topics) > 0 })
	for _, a := range all {
		if l.Notifies && len(a.Topics) == 0 {
			continue
		}
		events, err := account.AlarmHistory(ctx, a.Name, since)
		if err != nil {
			return l, err
		}
		l.Episodes = append(l.Episodes, episodes(a.Name, events)...)
	}
	slices.SortStableFunc(l.Episodes, func(x, y Episode) int { return y.From.Compare(x.From) })
	l.MutedUntil, err = mutedUntil(ctx, stage, account)
	return l, err
}

// episodes returns the times in which an alarm was on.
func episodes(alarm string, events []awsaccount.AlarmEvent) (all []Episode) {
	on := func() *Episode {
		if n := len(all); n > 0 && all[n-1].Until == nil {
			return &all[n-1]
		}
		return nil
	}
	for _, e := range events {
		now := on()
		switch {
		case e.State == awsaccount.AlarmOn && now == nil:
			all = append(all, Episode{Alarm: alarm, From: e.At, Why: plain(e.Reason)})
		case e.State != "" && e.State != awsaccount.AlarmOn && now != nil:
			now.Until = &e.At
		case e.Topic != "" && now != nil:
			now.Sent = true
		}
	}
	return all
}

// arn is that of an alarm, in the reason of a composite alarm.
var arn = regexp.MustCompile(`arn:aws[\w-]*:cloudwatch:[\w-]*:\d*:alarm:`)

// plain returns a reason with names of alarms for their ARNs.
func plain(reason string) string { return arn.ReplaceAllString(reason, "") }

// Summary returns the list in a line. A home whose alarm is on is in [fleet.Trouble].
func (l List) Summary() fleet.Summary {
	s := fleet.Summary{Text: "no alarm since " + moment(l.Since), Weight: len(l.Episodes)}
	if len(l.Episodes) > 0 {
		last := l.Episodes[0]
		s.Text = fmt.Sprintf("%d times on since %s, last %s", len(l.Episodes), moment(l.Since), last.line(l.Stage))
		if i := slices.IndexFunc(l.Episodes, func(e Episode) bool { return e.Until == nil }); i >= 0 {
			s.Level, s.Text = fleet.Trouble, l.Episodes[i].line(l.Stage)
		}
	}
	if l.MutedUntil != nil {
		s.Level, s.Text = max(s.Level, fleet.Notice), "muted until "+moment(*l.MutedUntil)+"; "+s.Text
	}
	if !l.Notifies {
		s.Level, s.Text = max(s.Level, fleet.Notice), s.Text+"; no one is notified"
	}
	return s
}

// line returns the alarm, when it was on and for how long.
func (e Episode) line(stage string) string {
	return fmt.Sprintf("%s from %s, %s", e.short(stage), moment(e.From), e.length())
}

// short returns the name of the alarm without that of its stage, as the runbook has it.
func (e Episode) short(stage string) string {
	return strings.TrimPrefix(e.Alarm, config.StackName(stage)+"-")
}

func (e Episode) length() string {
	if e.Until == nil {
		return "still on"
	}
	return "for " + cmp.Or(strings.TrimSuffix(e.Until.Sub(e.From).Round(time.Minute).String(), "0s"), "less than a minute")
}

// Show writes the list for a person.
func (l List) Show(to *ui.Screen) {
	if l.MutedUntil != nil {
		to.Printf("%s\n", to.Bold("The alarms are muted until "+moment(*l.MutedUntil)+"."))
	}
	if !l.Notifies {
		to.Printf("%s\n", to.Bold("No one is notified: the stage has neither alarmEmail nor alarmTopicArn."))
	}
	if len(l.Episodes) == 0 {
		to.Printf("No alarm of %s was on since %s.\n", l.Stage, moment(l.Since))
		return
	}
	t := to.Table("")
	for _, e := range l.Episodes {
		name, sent := e.short(l.Stage), "sent"
		if e.Until == nil {
			name = to.Bad(name)
		}
		if !e.Sent {
			sent = "not sent"
		}
		t.Row(moment(e.From), name, e.length(), sent, e.Why)
	}
	t.Flush()
	to.Printf("%s\n", to.Dim("The section of that name in infra/docs/runbook.md says what to do."))
}
