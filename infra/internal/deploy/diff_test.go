package deploy_test

import (
	"slices"
	"testing"

	"github.com/hearthgate/hearthgate/infra/internal/deploy"
)

func TestShort(t *testing.T) {
	const text = `start: Building hearthgate-dev Template
Stack hearthgate-dev (aws://111122223333/us-east-1)
IAM Statement Changes
┌───┬──────────┐
│ + │ ${Topic} │
└───┴──────────┘
Resources
[+] AWS::SNS::Topic Notifications/Topic NotificationsTopicEB7947B3
[-] AWS::Lambda::Version Gateway/Function/CurrentVersion GatewayVersion1 orphan
[~] AWS::Lambda::Function Gateway/Function GatewayFunctionB2DE2221
 ├─ [~] Code
 │   └─ [~] .S3Key:
 │       ├─ [-] one.zip
 │       └─ [+] two.zip
 └─ [~] Environment
     └─ [+] Added: .Variables
[~] AWS::Logs::LogGroup Gateway/Log GatewayLogEB976FB6 replace
 └─ [~] LogGroupName (requires replacement)

✨  Number of stacks with differences: 1
`
	want := []string{
		"+ SNS Topic                  Notifications/Topic",
		"- Lambda Version             Gateway/Function/CurrentVersion",
		"~ Lambda Function            Gateway/Function: Code, Environment",
		"~ Logs LogGroup              Gateway/Log (made anew): LogGroupName",
	}
	if got := deploy.Diff(text).Short(); !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	if got := deploy.Diff("There were no differences\n").Short(); len(got) != 0 {
		t.Errorf("nothing changes, and it says %q", got)
	}
}
