package deploy_test

import (
	"bytes"
	"testing"

	"github.com/hearthgate/hearthgate/infra/internal/deploy"
	"github.com/hearthgate/hearthgate/infra/internal/ui"
)

func TestDiffShow(t *testing.T) {
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
	var shown bytes.Buffer
	deploy.Diff(text).Show(ui.Paint(&shown, false))
	const want = `  + SNS Topic        Notifications/Topic
  - Lambda Version   Gateway/Function/CurrentVersion
  ~ Lambda Function  Gateway/Function: Code, Environment
  ~ Logs LogGroup    Gateway/Log (replaced): LogGroupName
`
	if got := shown.String(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	none := deploy.Diff("There were no differences\n\n✨  Number of stacks with differences: 0\n")
	if got := none.Changes(); len(got) != 0 || !none.None() || deploy.Diff(text).None() {
		t.Errorf("nothing changes, and it says %v", got)
	}
}
