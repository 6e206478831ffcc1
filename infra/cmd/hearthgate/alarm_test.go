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
}
