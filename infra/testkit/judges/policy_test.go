package judges_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/deploy/iampolicy"
	"github.com/hearthgate/hearthgate/infra/internal/project"
	"github.com/hearthgate/hearthgate/infra/testkit/judges"
)

// reviewedRights are the findings of parliament that are as they should be, and why.
var reviewedRights = map[string]string{
	"UNKNOWN_ACTION  Unknown action freetier:GetAccountPlanState": "it is newer than parliament's list; botocore's model of the service has it",
	"RESOURCE_STAR  ['cloudwatch:DescribeAlarms']":                "CloudWatch shows composite alarms, such as that of an outage, only to those who may see all alarms",
}

// inSDK reports whether a finding is about an action that parliament does not know and
// Amazon's SDK has.
func inSDK(finding string) bool {
	action, ok := strings.CutPrefix(finding, "UNKNOWN_ACTION  Unknown action cloudwatch:")
	_, there := reflect.TypeFor[*cloudwatch.Client]().MethodByName(action)
	return ok && there
}

// TestJudgePolicy has parliament check the policies of a person: it knows the actions of
// every service and which resources they take.
func TestJudgePolicy(t *testing.T) {
	root, err := project.Root()
	if err != nil {
		t.Fatal(err)
	}
	s := config.NewStage("home")
	s.Region = "eu-west-1"
	topic := s
	topic.AlarmTopicARN = "arn:aws:sns:eu-west-1:111122223333:alarms"
	var policies []json.RawMessage
	for _, purpose := range iampolicy.Purposes {
		policies = append(policies, iampolicy.For(s, "111122223333", purpose).JSON(), iampolicy.For(topic, "111122223333", purpose).JSON())
	}
	last := string(policies[len(policies)-1])
	planted := []string{
		strings.Replace(last, "ssm:PutParameter", "ssm:PutParametre", 1),
		strings.Replace(last, ":parameter/hearthgate", ":parametre/hearthgate", 1),
	}
	all := policies
	for _, text := range planted {
		if text == last {
			t.Fatal("nothing was planted")
		}
		all = append(all, json.RawMessage(text))
	}
	var found [][]string
	judges.Run(t, root, "iam", &found, all)
	for i := range policies {
		for _, f := range found[i] {
			if reviewedRights[f] == "" && !inSDK(f) {
				t.Errorf("policy %d: %s", i, f)
			}
		}
	}
	t.Logf("%d policies", len(policies))
	for i := range planted {
		if len(found[len(policies)+i]) <= len(reviewedRights) {
			t.Errorf("the judge accepts planted fault %d", i)
		}
	}
}
