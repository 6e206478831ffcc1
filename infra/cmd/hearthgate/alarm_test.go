package main_test

import (
	"testing"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/testkit/fakeaws"
)

func TestAlarm(t *testing.T) {
	o := newOwner(t)
	o.sees(o.types("", "alarm"), 1, "nothing was done", "hearthgate alarm --test")
	o.sees(o.types("", "init", "--locale", "de-DE", "--url", homeURL, "--alarm-email", "owner@example.com"), 0)
	o.sees(o.types("", "alarm", "--test"), 1, "no mail was sent", "hearthgate deploy --stage dev")
	s := config.NewStage("dev")
	s.Locale, s.Region, s.URL, s.AlarmEmail = "de-DE", "eu-west-1", homeURL, "owner@example.com"
	if err := o.cloud.Deploy(s.Region, config.StackName(s.Name), fakeaws.StageTemplate(s)); err != nil {
		t.Fatal(err)
	}
	o.sees(o.types("", "alarm", "--test"), 0, "One mail is on its way to owner@example.com", "hearthgate-dev-outage")
	o.sees(o.types("", "alarm", "--test", "--json"), 0, `"alarm": "hearthgate-dev-outage"`, `"raised": "hearthgate-dev-breaker"`, `"owner@example.com"`)
	if mails := o.cloud.Mails(); len(mails) != 2 {
		t.Errorf("%d mails, want one a test: %v", len(mails), mails)
	}
	o.sees(o.types("", "alarm", "--list"), 0, "outage", "sent", "hearthgate alarm --test: nothing is wrong")
	o.sees(o.types("", "alarm", "--list", "--json"), 0, `"alarm": "hearthgate-dev-outage"`, `"sent": true`)
	o.sees(o.types("", "alarm", "--list", "--all"), 0, "+ dev  2 times on since", "1 home: 1 well")
	o.sees(o.types("", "alarm", "--list", "--since", "800h"), 1, "at most 720h")
	o.sees(o.types("", "alarm", "--mute", "10s"), 1, "CloudWatch takes 1m to 360h")
	o.sees(o.types("", "alarm", "--mute", "2h", "--test"), 1, "needs one of its flags")
	o.sees(o.types("", "alarm", "--test", "--all"), 1, "name one stage")
	o.sees(o.types("", "alarm", "--mute", "2h"), 0, "The alarms of dev send nothing from", "CloudWatch ends this by itself")
	o.sees(o.types("", "alarm", "--list", "--stage", "dev,dev"), 0, "! dev  muted until")
	o.sees(o.types("", "alarm", "--unmute", "--all"), 0, "the alarms are no longer muted")
	o.sees(o.types("", "alarm", "--unmute"), 0, "The alarms of dev send again")
}
