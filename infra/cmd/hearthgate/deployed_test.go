package main_test

import (
	"encoding/json"
	"testing"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/testkit/fakeaws"
)

// deployed has the owner's stage deployed, without the CDK.
func (o *owner) deployed() config.Stage {
	o.t.Helper()
	const skill = "amzn1.ask.skill.00000000-0000-0000-0000-000000000001"
	o.sees(o.types("", "init", "--locale", "de-DE", "--url", homeURL, "--smart-home-skill", skill), 0)
	o.sees(o.types(canary, "token"), 0)
	s := config.NewStage("dev")
	s.Locale, s.Region, s.URL, s.SmartHomeSkillID = "de-DE", "eu-west-1", homeURL, skill
	o.cloud.SetObject("code", "function.zip", []byte("the function"))
	if err := o.cloud.Deploy(s.Region, config.StackName(s.Name), fakeaws.StageTemplate(s)); err != nil {
		o.t.Fatal(err)
	}
	return s
}

func TestTheDeployedFunction(t *testing.T) {
	o := newOwner(t)
	s := o.deployed()
	const arn = "arn:aws:lambda:eu-west-1:" + fakeaws.AccountID + ":function:hearthgate-dev:live"
	o.sees(o.types("", "invoke", "turn-on", "--endpoint", "switch.outlet", "--stage", "dev"), 0, `"name": "Response"`, "from hearthgate-dev in eu-west-1")
	o.sees(o.types("", "invoke", "report-state", "--endpoint", "switch.outlet", "--function", arn), 0, `"value": "ON"`)
	o.sees(o.types("", "invoke", "turn-on", "--endpoint", "light.nope", "--stage", "dev"), 1, "NO_SUCH_ENDPOINT")
	o.sees(o.types("", "invoke", "discover", "--function", "arn:aws:lambda:eu-west-1:"+fakeaws.AccountID+":function:nope"), 1, "there is no function ")
	o.sees(o.types("", "op", "utility.generate_correlation_id", "--stage", "dev"), 0, "utility.generate_correlation_id: ok")
	o.sees(o.types("", "status"), 0, "hearthgate-dev in eu-west-1", "100 of 100  hearthgate-dev in eu-west-1")
	o.sees(o.types("", "doctor"), 0, "Your AWS account", "From inside the deployed function", "9 endpoints", "3, of which 0 failed", "Nothing is broken; 2 warnings: alarms, tls; 1 check that could not be made: code")
	o.sees(o.types("", "doctor", "--here"), 5, "From this machine", "dns", "has no address") // home.example.com is known to proxies only

	t.Run("doctor from inside", func(t *testing.T) {
		o.cloud.SetParameter(s.Region, fakeaws.Parameter{Name: s.TokenParameterName(), Type: "SecureString", Value: "another"})
		if err := o.cloud.Deploy(s.Region, config.StackName(s.Name), fakeaws.StageTemplate(s)); err != nil {
			t.Fatal(err)
		}
		r := o.types("", "doctor", "--json")
		o.sees(r, 6, `"cause": "unauthorized"`, "hearthgate token")
		var report struct {
			OK    bool
			Class int
			Steps []struct {
				Where, Name string
				OK          bool
			}
		}
		if err := json.Unmarshal([]byte(r.out), &report); err != nil || report.OK || report.Class != 6 {
			t.Errorf("%v: %+v", err, report)
		}
		if last := report.Steps[len(report.Steps)-1]; last.Where != "inside" || last.Name != "token" || last.OK {
			t.Errorf("it ends with %+v", last)
		}
	})
	t.Run("a function that may not read its token", func(t *testing.T) {
		o.cloud.Deny("ssm.GetParameters", "AccessDeniedException", "no")
		o.cloud.Rerun()
		defer o.cloud.Allow()
		o.sees(o.types("", "doctor"), 4, "From inside the deployed function", "- settings", "may not read")
	})
	t.Run("expired credentials", func(t *testing.T) {
		o.cloud.Deny("*", "ExpiredToken", "The security token included in the request is expired")
		defer o.cloud.Allow()
		o.sees(o.types("", "doctor"), 2, "have expired", "log in again")
		o.sees(o.types("", "invoke", "discover", "--stage", "dev"), 1, "have expired")
	})
}

// TestNothingDeployed has a stage that is described and not deployed.
func TestNothingDeployed(t *testing.T) {
	o := newOwner(t)
	o.sees(o.types("", "init", "--locale", "de-DE", "--url", homeURL), 0)
	for _, args := range [][]string{{"logs"}, {"status"}, {"history"}, {"policy"}, {"invoke", "discover", "--stage", "dev"}} {
		o.sees(o.types("", args...), 1, "there is no function ", "deploy its stage with `hearthgate deploy`")
	}
	o.sees(o.types("", "cost"), 1, "no stage is deployed in the account 111122223333 (dev): deploy one with `hearthgate deploy --stage dev`")
}
