package constructs

import (
	"fmt"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/aws-cdk-go/awscdk/v2/interfaces/interfacesawscloudwatch"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// Runbook is where each alarm has a section under its name, and each widget one:
// what it means, how to look, what to do.
const Runbook = "https://github.com/hearthgate/hearthgate/blob/main/infra/docs/runbook.md"

// DashboardsProps are the props of [Dashboards].
type DashboardsProps struct {
	Name    string // of the summary; the others' begin with it
	Metrics Metrics
	Alarms  []interfacesawscloudwatch.IAlarmRef
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
	row(board, status(props.Alarms))
	row(board,
		graph("Does Alexa get its answers? (%)", "success", lines(m.SuccessRate()), at(AmazonSuccess, "Amazon warns below 85 %")),
		graph("How long do they take? (ms)", "slow", lines(m.Duration("p50"), m.Duration("p90")),
			at(AmazonP90, "Amazon warns when p90 is here"), at(alexaPatience, "Alexa gives up")),
		graph("How many directives come?", "directives", lines(m.Directives())),
	)
	row(board, d.table("What failed last?", "success", 24,
		"fields @timestamp, message, endpoint, cause, error, correlation_id",
		"filter Success = 0", "sort @timestamp desc", "limit 20"))
}

func (d *Dashboards) detail(props DashboardsProps) {
	m := props.Metrics
	board := d.board("Detail", props.Name+"-detail")
	row(board,
		graph("How long do directives take? (ms)", "slow", lines(m.Duration("p50"), m.Duration("p90"), m.Duration("p99")),
			at(AmazonP90, "Amazon warns when p90 is here"), at(alexaPatience, "Alexa gives up")),
		graph("How much of that is Home Assistant? (ms)", "slow", lines(m.HomeDuration("p50"), m.HomeDuration("p90"), m.HomeDuration("p99"))),
		graph("How many does the breaker refuse?", "breaker", lines(m.Directives(), m.BreakerOpen())),
	)
	row(board,
		d.table("Which directives come, and how do they fare?", "directives", 12,
			"filter ispresent(Success)",
			"stats count(*) as directives, avg(Success) * 100 as success, pct(Duration, 50) as p50, pct(Duration, 90) as p90, pct(Duration, 99) as p99 by namespace, name",
			"sort directives desc"),
		d.table("Why did directives fail?", "success", 12,
			"filter Success = 0", "stats count(*) as failures, latest(error) as last by cause", "sort failures desc"),
	)
	row(board,
		graph("How often does it start?", "starts", lines(m.ColdStarts())),
		graph("How much memory does it use? (MB)", "memory", lines(m.MemoryUsed()), at(float64(orElse(m.Memory, 128)), "all there is")),
		graph("Does AWS hold it back?", "throttles", lines(m.Concurrency(), m.Throttles())),
	)
	row(board,
		graph("Does Alexa get all devices?", "stale", lines(m.DiscoveryServedStale(), m.EndpointsDropped())),
		graph("What does the cache save? (%)", "cache", lines(m.CacheHitRate())),
		graph("Does the weekly doctor find anything?", "doctor", lines(m.DoctorFound())),
	)
	row(board,
		d.table("Which level of the cache answers?", "cache", 12,
			"filter ispresent(cache_hit_rate)",
			"stats latest(cache_memory_hits) as memory, latest(cache_disk_hits) as disk, latest(cache_external_hits) as table_hits, latest(cache_hit_rate) * 100 as rate by @logStream",
			"limit 10"),
		d.table("Which operations are run beside directives?", "operations", 12,
			"filter ispresent(gateway_utilization) and not ispresent(Success)",
			"stats count(*) as times, pct(duration, 50) as p50, pct(duration, 90) as p90, max(duration) as longest, latest(error) as last_error by message",
			"sort times desc"),
	)
}

func (d *Dashboards) alarms(props DashboardsProps) {
	m := props.Metrics
	board := d.board("Alarms", props.Name+"-alarms")
	row(board, status(props.Alarms))
	row(board,
		graph("Does the function itself fail?", "errors", lines(m.Errors(), m.Throttles())),
		graph("How often is it called? (1370 an hour are free)", "flood", lines(m.InvocationsHourly())),
		d.table("What does Lambda bill? (400,000 GB-seconds a month are free)", "cost", 8,
			`filter @type = "REPORT"`,
			"stats count(*) as invocations, sum(@billedDuration * @memorySize) / 1000 / 1024000000 as GB_seconds by bin(1d) as day",
			"sort day desc"),
	)
}

func (d *Dashboards) board(id, name string) awscloudwatch.Dashboard {
	return awscloudwatch.NewDashboard(d.Construct, &id, &awscloudwatch.DashboardProps{
		DashboardName:   &name,
		DefaultInterval: awscdk.Duration_Days(jsii.Number(7)),
	})
}

// shown is a widget with the section of the runbook that says what it means.
type shown struct {
	title, section string
	widget         awscloudwatch.IWidget
}

// row adds widgets side by side, below the links to what they mean: a title of
// CloudWatch's cannot be one.
func row(board awscloudwatch.Dashboard, all ...shown) {
	var links []string
	var widgets []awscloudwatch.IWidget
	for _, s := range all {
		links, widgets = append(links, fmt.Sprintf("[%s](%s#%s)", s.title, Runbook, s.section)), append(widgets, s.widget)
	}
	board.AddWidgets(awscloudwatch.NewTextWidget(&awscloudwatch.TextWidgetProps{
		Markdown:   jsii.String("What it means, and what to do: " + strings.Join(links, " | ")),
		Background: awscloudwatch.TextWidgetBackground_TRANSPARENT,
		Width:      jsii.Number(24),
		Height:     jsii.Number(1),
	}))
	board.AddWidgets(widgets...)
}

// table returns what a query finds in the function's log.
func (d *Dashboards) table(title, section string, width float64, query ...string) shown {
	return shown{title, section, awscloudwatch.NewLogQueryWidget(&awscloudwatch.LogQueryWidgetProps{
		Title:         &title,
		LogGroupNames: &[]*string{d.log.LogGroupName()},
		QueryLines:    jsii.Strings(query...),
		View:          awscloudwatch.LogQueryVisualizationType_TABLE,
		Width:         &width,
		Height:        jsii.Number(7),
	})}
}

func status(alarms []interfacesawscloudwatch.IAlarmRef) shown {
	const title = "Is anything wrong now?"
	return shown{title, "runbook", awscloudwatch.NewAlarmStatusWidget(&awscloudwatch.AlarmStatusWidgetProps{
		Title:  jsii.String(title),
		Alarms: &alarms,
		Width:  jsii.Number(24),
		Height: jsii.Number(3),
	})}
}

// graph returns one third of a row.
func graph(title, section string, metrics []awscloudwatch.IMetric, marks ...*awscloudwatch.HorizontalAnnotation) shown {
	return shown{title, section, awscloudwatch.NewGraphWidget(&awscloudwatch.GraphWidgetProps{
		Title:           &title,
		Left:            &metrics,
		LeftYAxis:       &awscloudwatch.YAxisProps{Min: jsii.Number(0), ShowUnits: jsii.Bool(false)},
		LeftAnnotations: &marks,
		Width:           jsii.Number(8),
		Height:          jsii.Number(7),
	})}
}

func lines(metrics ...awscloudwatch.IMetric) []awscloudwatch.IMetric { return metrics }

// at marks a height in a graph.
func at(value float64, label string) *awscloudwatch.HorizontalAnnotation {
	return &awscloudwatch.HorizontalAnnotation{Value: &value, Label: &label, Color: awscloudwatch.Color_RED()}
}
