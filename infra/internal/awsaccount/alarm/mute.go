package alarm

import (
	"context"
	"fmt"
	"time"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/awsaccount"
	"github.com/hearthgate/hearthgate/infra/internal/ui"
	"github.com/hearthgate/hearthgate/infra/internal/ui/fleet"
)

// LongestMute is how long alarms can be muted at most.
const LongestMute = 15 * 24 * time.Hour

// A Muted says that the alarms of a stage are muted, or no longer.
type Muted struct {
	Stage string     `json:"stage"`
	From  *time.Time `json:"from"`  // null if they are no longer muted
	Until *time.Time `json:"until"` // null if they are no longer muted

	Alarms []string `json:"alarms"`
}

// muteName returns the name of the rule that mutes the alarms of a stage.
func muteName(stage string) string { return config.StackName(stage) + "-muted" }

// MuteFor mutes the alarms of a stage that notify someone, from the next minute on.
// CloudWatch ends it by itself, so that the alarms come back whatever happens to this
// machine, and sends then what is still on.
func MuteFor(ctx context.Context, stage string, account *awsaccount.Account, d time.Duration, now time.Time) (Muted, error) {
	m := Muted{Stage: stage}
	if d < time.Minute || d > LongestMute {
		return m, fmt.Errorf("alarms cannot be muted for %s: CloudWatch takes 1m to %.0fh", d, LongestMute.Hours())
	}
	found, err := account.Alarms(ctx, stage)
	if err != nil {
		return m, err
	}
	for _, a := range found {
		if len(a.Topics) > 0 {
			m.Alarms = append(m.Alarms, a.Name)
		}
	}
	if len(m.Alarms) == 0 {
		return m, fmt.Errorf("nothing was muted: no alarm of the stage %s notifies anyone", stage)
	}
	from := now.Truncate(time.Minute).Add(time.Minute).UTC()
	until := from.Add(d)
	if err := account.Mute(ctx, muteName(stage), "hearthgate alarm --mute, until "+until.Format(time.RFC3339), m.Alarms, from, d); err != nil {
		return m, fmt.Errorf("nothing was muted: %w", err)
	}
	m.From, m.Until = &from, &until
	return m, nil
}

// Unmute ends the muting of the alarms of a stage.
func Unmute(ctx context.Context, stage string, account *awsaccount.Account) (Muted, error) {
	before, err := account.Muted(ctx, muteName(stage))
	if awsaccount.CodeOf(err) == awsaccount.NotFound || err == nil && before.Over {
		return Muted{Stage: stage, Alarms: []string{}}, nil
	}
	if err != nil {
		return Muted{Stage: stage}, err
	}
	return Muted{Stage: stage, Alarms: before.Alarms}, account.Unmute(ctx, muteName(stage))
}

// mutedUntil returns until when the alarms of a stage are muted; nil if they are not.
func mutedUntil(ctx context.Context, stage string, account *awsaccount.Account) (*time.Time, error) {
	m, err := account.Muted(ctx, muteName(stage))
	switch {
	case awsaccount.CodeOf(err) == awsaccount.NotFound:
		return nil, nil
	case err != nil:
		return nil, err
	case m.Over:
		return nil, nil
	}
	return &m.Until, nil
}

// Summary returns the result in a line.
func (m Muted) Summary() fleet.Summary {
	switch {
	case m.Until != nil:
		return fleet.Summary{Level: fleet.Notice, Text: fmt.Sprintf("%d alarms are muted until %s", len(m.Alarms), moment(*m.Until))}
	case len(m.Alarms) == 0:
		return fleet.Summary{Text: "the alarms were not muted"}
	}
	return fleet.Summary{Text: "the alarms are no longer muted"}
}

// Show writes the result for a person.
func (m Muted) Show(to *ui.Screen) {
	if m.Until == nil {
		to.Printf("%s\n", to.Good("The alarms of "+m.Stage+" send again."))
		return
	}
	to.Printf("%s\n", to.Bold(fmt.Sprintf("The alarms of %s send nothing from %s to %s.", m.Stage, moment(*m.From), moment(*m.Until))))
	to.Printf("  CloudWatch ends this by itself, and then sends what is still on.\n")
	to.Printf("  `hearthgate alarm --unmute --stage %s` ends it earlier.\n", m.Stage)
}

func moment(at time.Time) string { return at.Local().Format("Jan _2 15:04") }

// stopped returns the error of a test that a person has stopped.
func stopped(set string, err error) error {
	if err != nil {
		return &ui.StoppedError{Left: fmt.Sprintf("the alarm %s is still set, because setting it back failed (%v). CloudWatch sets it back with the next directive; a mail may come", set, err)}
	}
	return &ui.StoppedError{Left: fmt.Sprintf("the alarm %s is set back; a mail may come all the same", set)}
}
