package fakeaws

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
)

// A Resource is what was made of one resource of a template.
type Resource struct {
	LogicalID, PhysicalID, Type string
	Properties                  map[string]any // resolved

	account      string
	updatePolicy map[string]any // resolved
	deletion     string         // its DeletionPolicy
}

// ARN returns the name that other resources call it by.
func (r *Resource) arn(region string) string {
	prefix := func(service string) string { return "arn:aws:" + service + ":" + region + ":" + r.account + ":" }
	switch r.Type {
	case "AWS::Lambda::Function":
		return prefix("lambda") + "function:" + r.PhysicalID
	case "AWS::IAM::Role":
		return "arn:aws:iam::" + r.account + ":role/" + r.PhysicalID
	case "AWS::Logs::LogGroup":
		return prefix("logs") + "log-group:" + r.PhysicalID + ":*"
	case "AWS::S3::Bucket":
		return "arn:aws:s3:::" + r.PhysicalID
	case "AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm":
		return prefix("cloudwatch") + "alarm:" + r.PhysicalID
	case "AWS::DynamoDB::Table":
		return prefix("dynamodb") + "table/" + r.PhysicalID
	}
	if strings.HasPrefix(r.PhysicalID, "arn:") {
		return r.PhysicalID
	}
	return prefix(strings.ToLower(strings.Split(r.Type, "::")[1])) + r.PhysicalID
}

// named are the properties that name a resource.
var named = map[string]string{
	"AWS::Lambda::Function": "FunctionName", "AWS::Logs::LogGroup": "LogGroupName", "AWS::S3::Bucket": "BucketName",
	"AWS::SSM::Parameter": "Name", "AWS::IAM::Role": "RoleName", "AWS::CloudWatch::Alarm": "AlarmName", "AWS::CloudWatch::CompositeAlarm": "AlarmName",
	"AWS::CloudWatch::Dashboard": "DashboardName", "AWS::ECR::Repository": "RepositoryName", "AWS::SNS::Topic": "TopicName",
	"AWS::IoT::Policy": "PolicyName", "AWS::IoT::Thing": "ThingName", "AWS::IoT::TopicRule": "RuleName",
}

// name gives a resource its physical id, which those that it refers to must have
// first.
func (b *builder) name(id string) string {
	r := b.resources[id]
	if r == nil || r.PhysicalID != "" {
		return physical(r)
	}
	sum := sha256.Sum256([]byte(b.stack.name + id))
	r.PhysicalID = b.stack.name + "-" + id + "-" + hex.EncodeToString(sum[:4])
	properties := b.Resources[id].Properties
	if p, ok := properties[named[r.Type]]; ok {
		r.PhysicalID = fmt.Sprint(b.resolve(p))
	}
	function := func() string { return fmt.Sprint(b.resolve(properties["FunctionName"])) }
	arn := "arn:aws:lambda:" + b.stack.region + ":" + b.stack.account + ":function:"
	switch r.Type {
	case "AWS::Lambda::Version":
		r.PhysicalID = arn + function() + ":" + b.stack.number(id)
	case "AWS::Lambda::Alias":
		r.PhysicalID = arn + function() + ":" + fmt.Sprint(properties["Name"])
	case "AWS::SNS::Topic":
		r.PhysicalID = "arn:aws:sns:" + b.stack.region + ":" + b.stack.account + ":" + r.PhysicalID
	}
	return r.PhysicalID
}

func physical(r *Resource) string {
	if r == nil {
		return ""
	}
	return r.PhysicalID
}
