// Package alarm is what an owner does with the alarms of a stage: test that they arrive,
// mute them for a time, and see what they have done.
package alarm

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/awsaccount"
	"github.com/hearthgate/hearthgate/infra/internal/ui"
)

// Sent is what a test did.
type Sent struct {
	Stage  string   `json:"stage"`
	Alarm  string   `json:"alarm"`  // that sent the mail
	Raised string   `json:"raised"` // the alarm below it that was set for a moment
	To     []string `json:"to"`     // addresses; the topics where those cannot be read
}

// Options configure a test.
type Options struct {
	Poll    time.Duration // between two looks at the alarm; default: 1 s
	Timeout time.Duration // how long the alarm may take; default: 1 min
}

// Send raises the alarm of an outage in a stage, through one of the alarms below it,
// waits until it has sent its mail, and sets the alarm below back. CloudWatch then sets
// the alarm of the outage back by itself. The alarm below is set back whatever happens,
// also when ctx ends: the error is then a [ui.StoppedError] that says whether it was.
func Send(ctx context.Context, stage string, account *awsaccount.Account, o Options) (sent Sent, err error) {
	if o.Poll == 0 {
		o.Poll = time.Second
	}
	if o.Timeout == 0 {
		o.Timeout = time.Minute
	}
	prefix := config.StackName(stage) + "-"
	sent = Sent{Stage: stage, Alarm: prefix + "outage", Raised: prefix + "breaker"}
	outage, err := account.Alarm(ctx, sent.Alarm)
	if err != nil {
		return sent, notDeployed(err, stage)
	}
	part, err := account.Alarm(ctx, sent.Raised)
	if err != nil {
		return sent, notDeployed(err, stage)
	}
	if outage.State == awsaccount.AlarmOn || part.State == awsaccount.AlarmOn {
		return sent, fmt.Errorf("no mail was sent: the alarm %s is on, and an alarm sends only when it is raised. Run `hearthgate doctor --stage %s`, and test again when the home is well", sent.Alarm, stage)
	}
	if sent.To, err = receivers(ctx, stage, account, outage.Topics); err != nil {
		return sent, err
	}
	set := account.SetAlarmState(ctx, part.Name, awsaccount.AlarmOn, "hearthgate alarm --test: nothing is wrong with the home")
	if set != nil && ctx.Err() == nil {
		return sent, set
	}
	var waited error
	if set == nil {
		waited = wait(ctx, account, sent.Alarm, o)
	}
	const grace = 10 * time.Second
	undo, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
	defer cancel()
	err = account.SetAlarmState(undo, part.Name, part.State, "hearthgate alarm --test is over")
	switch {
	case ctx.Err() != nil:
		return sent, stopped(part.Name, err)
	case err != nil:
		waited = errors.Join(waited, fmt.Errorf("the alarm %s is still set: %w. CloudWatch sets it back with the next directive", part.Name, err))
	}
	return sent, waited
}

func notDeployed(err error, stage string) error {
	if awsaccount.CodeOf(err) != awsaccount.NotFound {
		return err
	}
	return &awsaccount.Error{Code: awsaccount.NotFound, Err: fmt.Errorf("no mail was sent: %w, because the stage %s is not deployed, or an older version of it is. Run `hearthgate deploy --stage %[2]s`", err, stage)}
}

// receivers returns who gets the mail. That no one does is an error.
func receivers(ctx context.Context, stage string, account *awsaccount.Account, topics []string) (to []string, err error) {
	if len(topics) == 0 {
		return nil, fmt.Errorf("no mail was sent: the stage %s notifies no one of alarms, because it has neither alarmEmail nor alarmTopicArn. Give an address with `hearthgate init --stage %[1]s --alarm-email`, and deploy", stage)
	}
	for _, topic := range topics {
		subscribers, err := account.Subscribers(ctx, topic)
		if err != nil { // a topic of another account may be closed to these credentials, and open to the alarm
			to = append(to, topic)
			continue
		}
		for _, s := range subscribers {
			if !s.Confirmed {
				return nil, fmt.Errorf("no mail was sent: %s has not confirmed the subscription, so it would not arrive. Follow the link in the mail from AWS Notifications, or deploy again for a new one", s.Endpoint)
			}
			to = append(to, s.Endpoint)
		}
	}
	if len(to) == 0 {
		return nil, fmt.Errorf("no mail was sent: nothing has subscribed to %s. Subscribe an address to it in the console of SNS", strings.Join(topics, " and "))
	}
	return to, nil
}

// wait waits until an alarm is on.
func wait(ctx context.Context, account *awsaccount.Account, name string, o Options) error {
	end := time.Now().Add(o.Timeout)
	for {
		found, err := account.Alarm(ctx, name)
		switch {
		case err != nil:
			return err
		case found.State == awsaccount.AlarmOn:
			return nil
		case time.Now().After(end):
			return fmt.Errorf("CloudWatch did not raise the alarm %s within %s, so no mail was sent. It may be slow today: try again", name, o.Timeout)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(o.Poll):
		}
	}
}

// Show writes the result for a person.
func (s Sent) Show(to *ui.Screen) {
	to.Printf("%s\n", to.Good("One mail is on its way to "+strings.Join(s.To, ", ")+"."))
	to.Printf("  The alarm %s was set for a moment,\n", s.Raised)
	to.Printf("  and %s sent the mail.\n", s.Alarm)
	to.Printf("  %s is set back. CloudWatch sets %s\n", s.Raised, s.Alarm)
	to.Printf("  back by itself, which sends nothing.\n")
	to.Printf("  No mail within ten minutes? Look for it among unwanted mail.\n")
}
