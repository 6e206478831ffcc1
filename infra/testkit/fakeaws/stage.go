package fakeaws

import (
	"encoding/json"
	"fmt"
	"hash/crc32"

	"github.com/hearthgate/hearthgate/config"
)

// StageTemplate returns a template with what the commands look at in a stage's
// stack, for tests that need no CDK. Like all of the test kit it spells Amazon's facts
// by itself, so that a mistake in config/alexa is not made here.
func StageTemplate(s config.Stage) string {
	function := object{"Ref": "Function"}
	environment, _ := json.Marshal(s.Environment())                      // plain values: cannot fail
	version := fmt.Sprintf("Version%x", crc32.ChecksumIEEE(environment)) // another one for another function, as the CDK has it
	resources := object{
		"Log":  object{"Type": "AWS::Logs::LogGroup", "Properties": object{"RetentionInDays": s.RetentionDays}},
		"Role": object{"Type": "AWS::IAM::Role", "Properties": object{}},
		"Function": object{"Type": "AWS::Lambda::Function", "Properties": object{
			"FunctionName": config.FunctionName(s.Name), "Timeout": s.Timeout, "MemorySize": s.Memory, "Architectures": list{"arm64"},
			"Code": object{"S3Bucket": "code", "S3Key": "function.zip"}, "LoggingConfig": object{"LogGroup": object{"Ref": "Log"}},
			"Environment": object{"Variables": s.Environment()},
		}},
		version: object{"Type": "AWS::Lambda::Version", "Properties": object{"FunctionName": function}, "DeletionPolicy": "RetainExceptOnCreate"},
		"Alias": object{"Type": "AWS::Lambda::Alias", "Properties": object{
			"Name": config.Alias, "FunctionName": function, "FunctionVersion": object{"Fn::GetAtt": list{version, "Version"}},
		}},
		"Topic": object{"Type": "AWS::SNS::Topic", "Properties": object{}},
	}
	if s.Dashboards == "" || s.Dashboards == config.OwnDashboard {
		resources["Dashboard"] = object{"Type": "AWS::CloudWatch::Dashboard", "Properties": object{"DashboardName": config.StackName(s.Name), "DashboardBody": "{}"}}
	}
	if s.HasRelay() {
		addRelay(resources, s, "", s.Name)
	}
	for name, home := range s.Homes {
		if home.HasRelay() {
			addRelay(resources, s, name, s.Name+"_"+name)
		}
	}
	allow := func(id, principal, skill string) {
		if skill != "" {
			resources[id] = object{"Type": "AWS::Lambda::Permission", "Properties": object{
				"FunctionName": object{"Ref": "Alias"}, "Principal": principal, "Action": "lambda:InvokeFunction", "EventSourceToken": skill,
			}}
		}
	}
	allow("SmartHome", "alexa-connectedhome.amazon.com", s.SmartHomeSkillID)
	allow("Custom", "alexa-appkit.amazon.com", s.CustomSkillID)
	addAlarms(resources, s)
	if s.AlarmEmail != "" {
		resources["Subscription"] = object{"Type": "AWS::SNS::Subscription", "Properties": object{
			"TopicArn": object{"Ref": "Topic"}, "Protocol": "email", "Endpoint": s.AlarmEmail, "Confirmed": true,
		}}
	}
	text, _ := json.Marshal(object{"Resources": resources}) // plain values: cannot fail
	return string(text)
}

// addRelay adds the relay's thing and the policy of a home, and gives the function the broker.
func addRelay(resources object, s config.Stage, home, known string) {
	name := "hearthgate-" + known + "-home"
	allow := func(action, resource string) object {
		return object{"Effect": "Allow", "Action": "iot:" + action, "Resource": object{"Fn::Sub": "arn:aws:iot:${AWS::Region}:${AWS::AccountId}:" + resource}}
	}
	topic := "topic/hearthgate/" + known + "/"
	resources["RelayThing"+home] = object{"Type": "AWS::IoT::Thing", "Properties": object{"ThingName": name}}
	resources["RelayPolicy"+home] = object{"Type": "AWS::IoT::Policy", "Properties": object{"PolicyName": name, "PolicyDocument": object{
		"Version": "2012-10-17", "Statement": list{
			allow("Connect", "client/"+name), allow("Subscribe", "topicfilter/hearthgate/"+known+"/request"), allow("Receive", topic+"request"),
			allow("Publish", topic+"response/*"), allow("Publish", topic+"presence"), allow("RetainPublish", topic+"presence"),
		},
	}}}
	function := resources["Function"].(object)["Properties"].(object)["Environment"].(object)["Variables"].(map[string]string)
	function["HEARTHGATE_RELAY_ENDPOINT"] = "{{resolve:ssm:/hearthgate/" + s.Name + "/relay/endpoint}}"
}

// addAlarms adds the alarm of an outage and the one of its parts that is tested.
func addAlarms(resources object, s config.Stage) {
	prefix := config.StackName(s.Name) + "-"
	outage := object{"AlarmName": prefix + "outage", "AlarmRule": object{"Fn::Join": list{"", list{`ALARM("`, object{"Fn::GetAtt": list{"Breaker", "Arn"}}, `")`}}}}
	switch {
	case s.AlarmTopicARN != "":
		outage["AlarmActions"] = list{s.AlarmTopicARN}
	case s.AlarmEmail != "":
		outage["AlarmActions"] = list{object{"Ref": "Topic"}}
	}
	resources["Breaker"] = object{"Type": "AWS::CloudWatch::Alarm", "Properties": object{"AlarmName": prefix + "breaker"}}
	resources["Outage"] = object{"Type": "AWS::CloudWatch::CompositeAlarm", "Properties": outage}
}
