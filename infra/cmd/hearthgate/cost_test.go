package main_test

import (
	"encoding/json"
	"math"
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/awsaccount/cost"
	"github.com/hearthgate/hearthgate/infra/testkit/fakeaws"
)

// TestCost reads what two of three homes cost that belong to one account, and what AWS says
// of it.
func TestCost(t *testing.T) {
	o := newOwner(t)
	for name, text := range map[string]string{
		"dev":  settable,
		"lake": strings.Replace(settable, "{", `{"tracing": true, "externalCache": true, `, 1),
		"new":  settable,
	} {
		o.write(config.StagesDir+"/"+name+".json", text)
	}
	o.sees(o.types("", "cost"), 1, "no stage is deployed in the account 111122223333 (dev, lake, new)", "hearthgate deploy --stage dev")
	for _, name := range []string{"dev", "lake"} {
		s := config.NewStage(name)
		s.Locale, s.Region, s.URL, s.AlarmEmail = "de-DE", "eu-west-1", homeURL, "owner@example.com"
		if err := o.cloud.Deploy(s.Region, config.StackName(name), fakeaws.StageTemplate(s)); err != nil {
			t.Fatal(err)
		}
	}
	o.cloud.MeasureOf("hearthgate-dev", "Invocations", 3000, 1500)
	o.cloud.MeasureOf("hearthgate-dev", "Duration", 800_000)
	o.cloud.MeasureOf("hearthgate-lake", "Invocations", 500)
	o.cloud.MeasureOf("lake", "ColdStart", 7)
	o.cloud.Measure("IncomingBytes", 2e6)
	o.cloud.SetFreeTier(fakeaws.FreeTier{Plan: "FREE", Credits: 87.5, Expires: "2099-01-31T00:00:00Z", Usages: []map[string]any{
		{"service": "AWS Lambda", "usageType": "Global-Request", "actualUsageAmount": 4500.0, "forecastedUsageAmount": 9000.0, "limit": 1e6, "unit": "Requests"},
		{"service": "Amazon Elastic Compute Cloud", "usageType": "BoxUsage", "actualUsageAmount": 1.0, "forecastedUsageAmount": 2.0, "limit": 750.0, "unit": "Hrs"},
		{"service": "AmazonCloudWatch", "usageType": "CW:AlarmMonitorUsage", "actualUsageAmount": 8.0, "forecastedUsageAmount": 16.0, "limit": 10.0, "unit": "Alarms"},
	}})

	r := o.types("", "cost")
	o.sees(r, 0, "Account 111122223333", "invocations", " 5,000 ", "100.0 GB-s", "4.0 MB", "By home, if nothing were free", "dev ", "lake ",
		"AWS Lambda", "Global-Request", "AmazonCloudWatch", "! not deployed, and so not counted: new",
		"! the account is on AWS's Free plan, with 87.50 USD of credits left", "2099-01-31", "AWS's list prices in us-east-1 of "+cost.PricesOf)
	if strings.Contains(r.out, "Elastic Compute") {
		t.Errorf("what no home uses is shown: %s", r.out)
	}
	var got cost.Report
	if r := o.types("", "cost", "--json", "--stage", "lake"); json.Unmarshal([]byte(r.out), &got) != nil {
		t.Fatalf("%+v", r)
	}
	if got.Account != "111122223333" || len(got.Stages) != 2 || len(got.Allowances) != 2 || got.Plan == nil || !got.Plan.Free || len(got.Warnings) != 2 {
		t.Errorf("%+v", got)
	}
	if n := got.Stages[1].Used[cost.Traces]; n != 500 {
		t.Errorf("lake made %v traces, want at most 500", n)
	}
	if n := got.Stages[1].Used[cost.Decryptions]; n != 7 {
		t.Errorf("lake decrypted %v secrets, want one for each of 7 starts", n)
	}
	total := 0.0
	for _, line := range got.Lines {
		total += line.USD
	}
	if math.Abs(total-got.AtEnd) > 1e-9 || got.AtEnd < got.SoFar || got.ListAtEnd < got.AtEnd {
		t.Errorf("the lines cost %v; %v so far, %v at the end, %v at list", total, got.SoFar, got.AtEnd, got.ListAtEnd)
	}
	var all []cost.Report
	if r := o.types("", "cost", "--json", "--all"); json.Unmarshal([]byte(r.out), &all) != nil || len(all) != 1 {
		t.Errorf("%+v", r)
	}

	o.cloud.Deny("freetier.GetAccountPlanState", "AccessDeniedException", "no")
	o.cloud.Deny("freetier.GetFreeTierUsage", "AccessDeniedException", "no")
	o.sees(o.types("", "cost"), 0, "! AWS does not say on which plan the account is", "! AWS does not say what the account has used", "does not allow")
	o.cloud.Allow()
	o.cloud.Deny("monitoring.GetMetricStatistics", "AccessDeniedException", "no")
	o.sees(o.types("", "cost"), 1, "the cost of the stage dev", "does not allow")
}
