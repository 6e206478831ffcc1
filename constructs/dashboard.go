package constructs

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// DashboardProps are the props of a [Dashboard].
type DashboardProps struct {
	Name    string
	Metrics Metrics
	Alarms  []awscloudwatch.IAlarm
}

// Dashboard answers whether all is well and, if not, where to look. It shows every
// metric of the stage.
type Dashboard struct {
	constructs.Construct
	Dashboard awscloudwatch.Dashboard
}

// NewDashboard creates a Dashboard.
func NewDashboard(scope constructs.Construct, id string, props DashboardProps) *Dashboard {
	this := constructs.NewConstruct(scope, &id)
	m := props.Metrics
	dashboard := awscloudwatch.NewDashboard(this, jsii.String("Dashboard"), &awscloudwatch.DashboardProps{
		DashboardName:   &props.Name,
		DefaultInterval: awscdk.Duration_Days(jsii.Number(7)),
	})
	dashboard.AddWidgets(awscloudwatch.NewAlarmStatusWidget(&awscloudwatch.AlarmStatusWidgetProps{
		Title:  jsii.String("Is anything wrong now?"),
		Alarms: &props.Alarms,
		Width:  jsii.Number(24),
		Height: jsii.Number(3),
	}))
	dashboard.AddWidgets(
		graph("Does Alexa get its answers?", lines(m.SuccessRate()), at(AmazonSuccess, "Amazon warns below 85 %")),
		graph("How long do they take? (ms)", lines(m.Duration("p50"), m.Duration("p90"), m.Duration("p99")),
			at(AmazonP90, "Amazon warns when p90 is here"), at(alexaPatience, "Alexa gives up")),
		graph("How much of that is Home Assistant? (ms)", lines(m.HomeDuration("p50"), m.HomeDuration("p90"), m.HomeDuration("p99"))),
	)
	dashboard.AddWidgets(
		graph("How many directives come, and how many does the breaker refuse?", lines(m.Directives(), m.BreakerOpen())),
		graph("Does the function itself fail?", lines(m.Errors(), m.Throttles())),
		graph("How big is it, how often does it start, what does its cache save?", lines(m.MemoryUsed(), m.ColdStarts(), m.CacheHitRate())),
	)
	return &Dashboard{this, dashboard}
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
