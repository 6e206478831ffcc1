package constructs

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/aws-cdk-go/awscdk/v2/interfaces/interfacesawscloudwatch"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// RunbookURL is the address of the runbook. It has a section for each alarm, under
// the alarm's name, and for each widget: what it means, where to look, what to do.
const RunbookURL = "https://github.com/hearthgate/hearthgate/blob/main/infra/docs/runbook.md"

// DashboardsProps are the props of [Dashboards].
type DashboardsProps struct {
	Name    string // of the summary; the names of the others begin with it
	Metrics Metrics
	Alarms  []interfacesawscloudwatch.IAlarmRef
	Log     awslogs.ILogGroup
}

// Dashboards are three, which is what the free tier covers: a summary of the stage's
// health, the details, and alarms with costs. They show every metric of the stage.
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
		percentages("Does Alexa get answers? (%)", "success", series{m.SuccessRate()}, threshold(amazonSuccess, "Amazon warns below 85 %")),
		graph("How long do answers take? (ms)", "slow", series{m.Duration("p50"), m.Duration("p90")}, durationLimits()...),
		graph("How many directives arrive?", "directives", series{m.Directives()}),
	)
	row(board, d.table("What failed last?", "success", 24,
		"fields @timestamp, message, endpoint, cause, error, correlation_id",
		"filter Success = 0", "sort @timestamp desc", "limit 20"))
}

func (d *Dashboards) detail(props DashboardsProps) {
	m := props.Metrics
	board := d.board("Detail", props.Name+"-detail")
	row(board,
		graph("How long do directives take? (ms)", "slow", series{m.Duration("p50"), m.Duration("p90"), m.Duration("p99")}, durationLimits()...),
		graph("How much of that is Home Assistant? (ms)", "slow", series{m.HomeDuration("p50"), m.HomeDuration("p90"), m.HomeDuration("p99")}),
		graph("How many directives does the circuit breaker reject?", "breaker", series{m.Directives(), m.BreakerOpen()}),
	)
	row(board,
		d.table("Which directives arrive, and how many succeed?", "directives", 12,
			"filter ispresent(Success)",
			"stats count(*) as directives, avg(Success) * 100 as success, pct(Duration, 50) as p50, pct(Duration, 90) as p90, pct(Duration, 99) as p99 by namespace, name",
			"sort directives desc"),
		d.table("Why did directives fail?", "success", 12,
			"filter Success = 0", "stats count(*) as failures, latest(error) as last by cause", "sort failures desc"),
	)
	row(board,
		graph("How many cold starts are there?", "starts", series{m.ColdStarts()}),
		graph("How much memory is used? (MB)", "memory", series{m.MemoryUsed()}, threshold(float64(cmp.Or(m.Memory, defaultMemory)), "limit")),
		graph("Does AWS throttle the function?", "throttles", series{m.Concurrency(), m.Throttles()}),
	)
	row(board,
		graph("Does Alexa get all devices?", "stale", series{m.DiscoveryServedStale(), m.EndpointsDropped()}),
		d.query(awscloudwatch.LogQueryVisualizationType_LINE, "How often does the cache answer? (%)", "cache", 8,
			"filter ispresent(cache_hit_rate)", "stats avg(cache_hit_rate) * 100 as rate by bin(1h)"),
		graph("Does the weekly doctor find a problem?", "doctor", series{m.DoctorFound()}),
	)
	row(board,
		percentages("Does the version deployed last answer? (%)", "versions", series{m.NewVersionSuccessRate()}),
		d.table("What does the owner's policy deny?", "denied", 8,
			`filter outcome = "denied"`, "stats count(*) as times, latest(error) as reason by message, endpoint", "sort times desc"),
		d.table("What is asked wrongly?", "asked-wrongly", 8,
			`filter outcome = "asked_wrongly"`, "stats count(*) as times by reply_type, message, endpoint", "sort times desc"),
	)
	row(board,
		d.table("Which level of the cache answers?", "cache", 12,
			"filter ispresent(cache_hit_rate)",
			"stats latest(cache_memory_hits) as memory, latest(cache_disk_hits) as disk, latest(cache_external_hits) as table_hits, latest(cache_hit_rate) * 100 as rate by @logStream",
			"limit 10"),
		d.table("Which operations run besides directives?", "operations", 12,
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
		graph("Does the function itself fail?", "errors", series{m.Errors(), m.Throttles()}),
		graph("How often is the function invoked? (free: 1370 an hour)", "flood", series{m.InvocationsHourly()}),
		d.table("What does Lambda bill? (free: 400,000 GB-seconds a month)", "cost", 8,
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

// A widget is a widget of CloudWatch's with the section of the runbook that explains
// it.
type widget struct {
	awscloudwatch.IWidget
	title, section string
}

// row adds widgets side by side, below links to their sections in the runbook: a
// title in CloudWatch cannot be a link.
func row(board awscloudwatch.Dashboard, widgets ...widget) {
	var links []string
	var columns []awscloudwatch.IWidget
	for _, w := range widgets {
		links = append(links, fmt.Sprintf("[%s](%s#%s)", w.title, RunbookURL, w.section))
		columns = append(columns, w.IWidget)
	}
	board.AddWidgets(awscloudwatch.NewTextWidget(&awscloudwatch.TextWidgetProps{
		Markdown:   jsii.String("What it means and what to do: " + strings.Join(links, " | ")),
		Background: awscloudwatch.TextWidgetBackground_TRANSPARENT,
		Width:      jsii.Number(24),
		Height:     jsii.Number(1),
	}))
	board.AddWidgets(columns...)
}

// table returns the result of a Logs Insights query on the function's log as a table.
func (d *Dashboards) table(title, section string, width float64, query ...string) widget {
	return d.query(awscloudwatch.LogQueryVisualizationType_TABLE, title, section, width, query...)
}

// query returns the result of a Logs Insights query on the function's log.
func (d *Dashboards) query(view awscloudwatch.LogQueryVisualizationType, title, section string, width float64, query ...string) widget {
	return widget{awscloudwatch.NewLogQueryWidget(&awscloudwatch.LogQueryWidgetProps{
		Title:         &title,
		LogGroupNames: &[]*string{d.log.LogGroupName()},
		QueryLines:    jsii.Strings(query...),
		View:          view,
		Width:         &width,
		Height:        jsii.Number(7),
	}), title, section}
}

// status returns the states of all alarms.
func status(alarms []interfacesawscloudwatch.IAlarmRef) widget {
	const title = "Is anything wrong now?"
	return widget{awscloudwatch.NewAlarmStatusWidget(&awscloudwatch.AlarmStatusWidgetProps{
		Title:  jsii.String(title),
		Alarms: &alarms,
		Width:  jsii.Number(24),
		Height: jsii.Number(3),
	}), title, "runbook"}
}

type series = []awscloudwatch.IMetric

// graph returns a graph that is a third of a row wide, from 0 upward.
func graph(title, section string, metrics series, thresholds ...*awscloudwatch.HorizontalAnnotation) widget {
	return graphTo(nil, title, section, metrics, thresholds...)
}

// percentages returns the same from 0 to 100, so that 99 % does not look like a failure.
func percentages(title, section string, metrics series, thresholds ...*awscloudwatch.HorizontalAnnotation) widget {
	return graphTo(jsii.Number(100), title, section, metrics, thresholds...)
}

func graphTo(top *float64, title, section string, metrics series, thresholds ...*awscloudwatch.HorizontalAnnotation) widget {
	return widget{awscloudwatch.NewGraphWidget(&awscloudwatch.GraphWidgetProps{
		Title:           &title,
		Left:            &metrics,
		LeftYAxis:       &awscloudwatch.YAxisProps{Min: jsii.Number(0), Max: top, ShowUnits: jsii.Bool(false)},
		LeftAnnotations: &thresholds,
		Width:           jsii.Number(8),
		Height:          jsii.Number(7),
	}), title, section}
}

// threshold returns a red line across a graph.
func threshold(value float64, label string) *awscloudwatch.HorizontalAnnotation {
	return &awscloudwatch.HorizontalAnnotation{Value: &value, Label: &label, Color: awscloudwatch.Color_RED()}
}

func durationLimits() []*awscloudwatch.HorizontalAnnotation {
	return []*awscloudwatch.HorizontalAnnotation{
		threshold(amazonP90, "Amazon warns if p90 is above"), threshold(alexaDeadline, "Alexa times out"),
	}
}
