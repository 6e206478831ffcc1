package constructs

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// Runbook is where each alarm has a section under its name: what it means, how to
// look, what to do.
const Runbook = "https://github.com/hearthgate/hearthgate/blob/main/infra/docs/runbook.md"

// DashboardsProps are the props of [Dashboards].
type DashboardsProps struct {
	Name    string // of the summary; the others' begin with it
	Metrics Metrics
	Alarms  []awscloudwatch.IAlarm
	Log     awslogs.ILogGroup
}

// Dashboards are three, as many as are free: whether all is well, what happens in
// detail, and what alarms and costs there are. They show every metric of the stage.
type Dashboards struct {
	constructs.Construct
	log awslogs.ILogGroup
}

// NewDashboards creates Dashboards.
func NewDashboards(scope constructs.Construct, id string, props DashboardsProps) *Dashboards {
	d := &Dashboards{constructs.NewConstruct(scope, &id), props.Log}
	d.summary(props)
	d.detail(props)
	d.alarms(props)
	return d
}

func (d *Dashboards) summary(props DashboardsProps) {
	m := props.Metrics
	board := d.board("Summary", props.Name)
	board.AddWidgets(status(props.Alarms))
	board.AddWidgets(
		graph("Does Alexa get its answers? (%)", lines(m.SuccessRate()), at(AmazonSuccess, "Amazon warns below 85 %")),
		graph("How long do they take? (ms)", lines(m.Duration("p50"), m.Duration("p90")),
			at(AmazonP90, "Amazon warns when p90 is here"), at(alexaPatience, "Alexa gives up")),
		graph("How many directives come?", lines(m.Directives())),
	)
	board.AddWidgets(d.table("What failed last?", 24,
		"fields @timestamp, namespace, name, endpoint, cause, error, correlation_id",
		"filter Success = 0", "sort @timestamp desc", "limit 20"))
	board.AddWidgets(help())
}

func (d *Dashboards) detail(props DashboardsProps) {
	m := props.Metrics
	board := d.board("Detail", props.Name+"-detail")
	board.AddWidgets(
		graph("How long do directives take? (ms)", lines(m.Duration("p50"), m.Duration("p90"), m.Duration("p99")),
			at(AmazonP90, "Amazon warns when p90 is here"), at(alexaPatience, "Alexa gives up")),
		graph("How much of that is Home Assistant? (ms)", lines(m.HomeDuration("p50"), m.HomeDuration("p90"), m.HomeDuration("p99"))),
		graph("How many does the breaker refuse?", lines(m.Directives(), m.BreakerOpen())),
	)
	board.AddWidgets(
		graph("What does the cache save? (%)", lines(m.CacheHitRate())),
		graph("How often does it start?", lines(m.ColdStarts(), m.Concurrency())),
		graph("How much memory does it use? (MB)", lines(m.MemoryUsed())),
	)
	board.AddWidgets(graph("Does Alexa get all devices?", lines(m.DiscoveryServedStale(), m.EndpointsDropped())))
	board.AddWidgets(
		d.table("Which directives come, and how do they fare?", 12,
			"filter ispresent(Success)",
			"stats count(*) as directives, avg(Success) * 100 as success, pct(Duration, 50) as p50, pct(Duration, 90) as p90, pct(Duration, 99) as p99 by namespace, name",
			"sort directives desc"),
		d.table("Why did directives fail?", 12,
			"filter Success = 0", "stats count(*) as failures, latest(error) as last by cause", "sort failures desc"),
	)
	board.AddWidgets(help())
}

func (d *Dashboards) alarms(props DashboardsProps) {
	m := props.Metrics
	board := d.board("Alarms", props.Name+"-alarms")
	board.AddWidgets(status(props.Alarms))
	board.AddWidgets(
		graph("Does the function itself fail?", lines(m.Errors(), m.Throttles())),
		graph("How often is it called? (1,000,000 a month are free)", lines(m.Invocations())),
		d.table("What does Lambda bill? (400,000 GB-seconds a month are free)", 8,
			`filter @type = "REPORT"`,
			"stats count(*) as invocations, sum(@billedDuration * @memorySize) / 1000 / 1024000000 as GB_seconds by bin(1d) as day",
			"sort day desc"),
	)
	board.AddWidgets(help())
}

func (d *Dashboards) board(id, name string) awscloudwatch.Dashboard {
	return awscloudwatch.NewDashboard(d.Construct, &id, &awscloudwatch.DashboardProps{
		DashboardName:   &name,
		DefaultInterval: awscdk.Duration_Days(jsii.Number(7)),
	})
}

// table returns what a query finds in the function's log.
func (d *Dashboards) table(title string, width float64, query ...string) awscloudwatch.LogQueryWidget {
	return awscloudwatch.NewLogQueryWidget(&awscloudwatch.LogQueryWidgetProps{
		Title:         &title,
		LogGroupNames: &[]*string{d.log.LogGroupName()},
		QueryLines:    jsii.Strings(query...),
		View:          awscloudwatch.LogQueryVisualizationType_TABLE,
		Width:         &width,
		Height:        jsii.Number(7),
	})
}

func status(alarms []awscloudwatch.IAlarm) awscloudwatch.AlarmStatusWidget {
	return awscloudwatch.NewAlarmStatusWidget(&awscloudwatch.AlarmStatusWidgetProps{
		Title:  jsii.String("Is anything wrong now?"),
		Alarms: &alarms,
		Width:  jsii.Number(24),
		Height: jsii.Number(3),
	})
}

func help() awscloudwatch.TextWidget {
	return awscloudwatch.NewTextWidget(&awscloudwatch.TextWidgetProps{
		Markdown: jsii.String("[Runbook](" + Runbook + "): what each alarm and each graph means, and what to do. `hearthgate doctor` says what is wrong now."),
		Width:    jsii.Number(24),
		Height:   jsii.Number(2),
	})
}

// graph returns one third of a row.
func graph(title string, metrics []awscloudwatch.IMetric, marks ...*awscloudwatch.HorizontalAnnotation) awscloudwatch.GraphWidget {
	return awscloudwatch.NewGraphWidget(&awscloudwatch.GraphWidgetProps{
		Title:           &title,
		Left:            &metrics,
		LeftYAxis:       &awscloudwatch.YAxisProps{Min: jsii.Number(0), ShowUnits: jsii.Bool(false)},
		LeftAnnotations: &marks,
		Width:           jsii.Number(8),
		Height:          jsii.Number(7),
	})
}

func lines(metrics ...awscloudwatch.IMetric) []awscloudwatch.IMetric { return metrics }

// at marks a height in a graph.
func at(value float64, label string) *awscloudwatch.HorizontalAnnotation {
	return &awscloudwatch.HorizontalAnnotation{Value: &value, Label: &label, Color: awscloudwatch.Color_RED()}
}
