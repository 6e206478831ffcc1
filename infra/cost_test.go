package main

import (
	"fmt"
	"math"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/config/monitoring"
	"github.com/hearthgate/hearthgate/infra/docs"
	"github.com/hearthgate/hearthgate/infra/internal/awsaccount/cost"
)

// charged counts what AWS charges for in templates, as their resources say: dashboards,
// alarms over others, the metrics that each alarm reads, and custom metrics.
func charged(t *testing.T, all map[string]template) cost.Amounts {
	t.Helper()
	got := cost.Amounts{}
	for _, tpl := range all {
		got[cost.Dashboards] += float64(len(tpl.of("AWS::CloudWatch::Dashboard")))
		got[cost.CompositeAlarms] += float64(len(tpl.of("AWS::CloudWatch::CompositeAlarm")))
		own := map[string]bool{}
		for _, alarm := range tpl.of("AWS::CloudWatch::Alarm") {
			if alarm.Properties["MetricName"] != nil {
				got[cost.AlarmMetrics]++
			}
			for _, q := range list(alarm.Properties["Metrics"]) {
				if q, ok := q.(map[string]any); ok && q["MetricStat"] != nil {
					got[cost.AlarmMetrics]++
				}
			}
		}
		for name := range requested(t, tpl) {
			own[name] = true
		}
		if len(tpl.of("AWS::Lambda::Function")) > 0 {
			got[cost.CustomMetrics] += float64(len(own))
			if strings.Contains(string(tpl.text), "CloudWatchLambdaInsightsExecutionRolePolicy") {
				got[cost.CustomMetrics] += 8
			}
		}
	}
	return got
}

// TestCostIsThatOfTheTemplates compares what `hearthgate cost` counts of one, two and six
// homes with their synthesized templates, and the sum with the list prices.
func TestCostIsThatOfTheTemplates(t *testing.T) {
	for name, stages := range map[string][]config.Stage{"1": homes(1), "2": homes(2), "6": homes(6), "mixed": mixed()} {
		t.Run(name, func(t *testing.T) {
			layout := monitoring.LayoutOf(stages)
			got, want := cost.FixedOf(stages, layout), charged(t, ownDashboards(stages))
			want[cost.Dashboards] = charged(t, synthesized(stages...))[cost.Dashboards]
			for _, p := range cost.Prices {
				if got[p.Item] != want[p.Item] {
					t.Errorf("%s: counted %v, the templates have %v", p.Name, got[p.Item], want[p.Item])
				}
			}
			usd := 0.50*want[cost.CompositeAlarms] + 0.10*max(0, want[cost.AlarmMetrics]-10) + 0.30*max(0, want[cost.CustomMetrics]-10) + 3*max(0, want[cost.Dashboards]-3)
			sum := 0.0
			for _, costs := range got.Cost() {
				sum += costs
			}
			if math.Abs(sum-usd) > 1e-9 {
				t.Errorf("%.2f USD, want %.2f", sum, usd)
			}
		})
	}
}

// ownDashboards returns the templates of stages each alone: what a stage emits is the same
// where it shares a dashboard, and only there a template names it.
func ownDashboards(stages []config.Stage) map[string]template {
	all := map[string]template{}
	for _, s := range stages {
		s.Dashboards = config.OwnDashboard
		all[s.Name] = synthesized(s)[s.Name]
	}
	return all
}

// mixed returns stages that differ in everything that costs.
func mixed() []config.Stage {
	all := homes(4)
	all[0].WeeklyDoctor, all[0].Insights, all[0].Dashboards = true, true, config.OwnDashboard
	all[1].Production, all[1].Dashboards = false, config.NoDashboard
	all[2].SmartHomeSkillID = ""
	all[3].Region, all[3].Locale, all[3].Connection = "eu-west-1", "de-DE", config.Relay
	return all
}

// TestCostInTheDocs compares the tables of the runbook, and what the README says of one
// home, with what the command counts.
func TestCostInTheDocs(t *testing.T) {
	runbook, err := os.ReadFile("docs/runbook.md")
	if err != nil {
		t.Fatal(err)
	}
	want := cost.PriceTable() + "\n" + fixedTable()
	begin, end := "<!-- prices -->\n", "<!-- end -->"
	before, rest, ok := strings.Cut(string(runbook), begin)
	got, after, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		t.Fatal("the runbook has no place for the prices")
	}
	if *update {
		must(os.WriteFile("docs/runbook.md", []byte(before+begin+want+end+after), 0o644))
		got = want
	}
	if got != want {
		t.Errorf("the tables of the runbook differ; write them with: go test ./infra -run TestCostInTheDocs -update\ngot:\n%s\nwant:\n%s", got, want)
	}
	if more := fmt.Sprintf("up to %.2f US dollars a month", relayAdds()); !strings.Contains(docs.Section("offline"), more) {
		t.Errorf("the section offline does not say %q", more)
	}
	readme, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	one, six := homes(1), homes(6)
	one[0].Production = false
	for _, text := range []string{"About " + usd(one) + " US dollars a month", "six cost about " + usd(six) + " a month"} {
		if !strings.Contains(string(readme), text) {
			t.Errorf("the README does not say %q", text)
		}
	}
}

// fixedTable returns what some numbers of homes cost before they do anything.
func fixedTable() string {
	var b strings.Builder
	b.WriteString("| homes in one account | alarms over others | metrics of alarms | custom metrics | dashboards | USD a month |\n|---|---|---|---|---|---|\n")
	row := func(name string, stages []config.Stage) {
		n := cost.FixedOf(stages, monitoring.LayoutOf(stages))
		fmt.Fprintf(&b, "| %s | %.0f | %.0f | %.0f | %.0f | %s |\n", name, n[cost.CompositeAlarms], n[cost.AlarmMetrics], n[cost.CustomMetrics], n[cost.Dashboards], usd(stages))
	}
	one := homes(1)
	one[0].Production = false
	row("one", one)
	row("one in production", homes(1))
	row("two in production", homes(2))
	row("six in production", homes(6))
	return b.String()
}

// relayAdds returns what a relay adds to the cost of a home, beyond what is free.
func relayAdds() float64 {
	listed := func(connection config.Connection) (sum float64) {
		s := homes(1)
		s[0].Connection = connection
		for _, costs := range cost.FixedOf(s, monitoring.LayoutOf(s)).ListCost() {
			sum += costs
		}
		return sum
	}
	return listed(config.Relay) - listed(config.HTTPS)
}

// usd returns what stages cost before they do anything.
func usd(stages []config.Stage) string {
	sum := 0.0
	for _, costs := range cost.FixedOf(stages, monitoring.LayoutOf(stages)).Cost() {
		sum += costs
	}
	return fmt.Sprintf("%.2f", sum)
}

// TestThousandHomes compares the table of reliability.md with what a home behind a relay
// has, uses and costs, once and a thousand times.
func TestThousandHomes(t *testing.T) {
	const file, begin, end = "../function/docs/reliability.md", "<!-- thousand -->\n", "<!-- end of thousand -->"
	b, err := os.ReadFile(file)
	must(err)
	before, rest, ok := strings.Cut(string(b), begin)
	got, after, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		t.Fatal("reliability.md has no place for the table")
	}
	want := thousandTable()
	if *update {
		must(os.WriteFile(file, []byte(before+begin+want+end+after), 0o644))
		got = want
	}
	if got != want {
		t.Errorf("the table of reliability.md differs; write it with: go test ./infra -run TestThousandHomes -update\ngot:\n%s\nwant:\n%s", got, want)
	}
}

// thousandTable returns what homes with a stage each need of AWS in a month of 30 days, at
// 100 directives a day. Money is at the list price.
func thousandTable() string {
	const month, directives, most = 30 * 24 * time.Hour, 100 * 30, 1000
	s := homes(1)
	s[0].Connection = config.Relay
	has := cost.FixedOf(s, monitoring.LayoutOf(s))
	uses := cost.Relayed(1, month, directives)
	things := func(kind string) float64 { return float64(len(relayed()[1].of(kind))) }
	var b strings.Builder
	b.WriteString("| | one home | a thousand homes | default quota |\n|---|---|---|---|\n")
	row := func(what string, n float64, quota string) {
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", what, thousands(n), thousands(most*n), quota)
	}
	row("connections at once: the home, and one process of the function", cost.Relayed(1, time.Minute, 0)[cost.RelayMinutes], "500,000")
	row("things and policies of AWS IoT Core, each", things("AWS::IoT::Thing"), "")
	row("rules of AWS IoT Core", things("AWS::IoT::TopicRule"), "1,000")
	row("roles of IAM", things("AWS::IAM::Role"), "1,000")
	row("stacks", 1, "2,000")
	row("alarms", things("AWS::CloudWatch::Alarm")+things("AWS::CloudWatch::CompositeAlarm"), "5,000")
	list := func(what string, amounts cost.Amounts, items ...cost.Item) {
		sum, listed := 0.0, amounts.ListCost()
		for _, item := range items {
			sum += listed[item]
		}
		fmt.Fprintf(&b, "| %s | %.3f USD | %s USD | |\n", what, sum, thousands(most*sum))
	}
	list("minutes connected: "+thousands(uses[cost.RelayMinutes])+" of a home", uses, cost.RelayMinutes)
	list("messages: "+thousands(uses[cost.RelayMessages])+" of a home", uses, cost.RelayMessages)
	list("[what a home has of its own](../../infra/docs/runbook.md#cost): alarms, metrics", has, cost.CompositeAlarms, cost.AlarmMetrics, cost.CustomMetrics)
	return b.String()
}

// thousands returns a whole number with commas.
func thousands(n float64) string {
	text := fmt.Sprintf("%.0f", n)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}
