package constructs

import (
	"fmt"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/aws-cdk-go/awscdk/v2/interfaces/interfacesawscloudwatch"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/hearthgate/hearthgate/config/monitoring"
)

// DashboardProps are the props of [Dashboard].
type DashboardProps struct {
	Dashboard monitoring.Dashboard
	Log       awslogs.ILogGroup                            // that its queries read; default: it has none
	Alarms    map[string]interfacesawscloudwatch.IAlarmRef // by their full names; default: they are found by name
}

// Dashboard is a dashboard, as it is described.
type Dashboard struct {
	constructs.Construct
	props DashboardProps
}

// NewDashboard creates a Dashboard.
func NewDashboard(scope constructs.Construct, id string, props DashboardProps) *Dashboard {
	d := &Dashboard{constructs.NewConstruct(scope, &id), props}
	from := props.Dashboard
	board := awscloudwatch.NewDashboard(d.Construct, jsii.String("Summary"), &awscloudwatch.DashboardProps{
		DashboardName: &from.Name, DefaultInterval: duration(from.Span),
	})
	for _, row := range from.Rows {
		var widgets []awscloudwatch.IWidget
		for _, w := range row {
			widgets = append(widgets, d.widget(w))
		}
		board.AddWidgets(widgets...)
	}
	return d
}

// widget returns a widget as CloudWatch has it.
func (d *Dashboard) widget(w monitoring.Widget) awscloudwatch.IWidget {
	width, height := jsii.Number(w.Width), jsii.Number(w.Height)
	switch w.Kind {
	case monitoring.Text:
		return awscloudwatch.NewTextWidget(&awscloudwatch.TextWidgetProps{Markdown: &w.Text, Width: width, Height: height})
	case monitoring.States:
		alarms := d.alarms(w.Alarms)
		return awscloudwatch.NewAlarmStatusWidget(&awscloudwatch.AlarmStatusWidgetProps{Title: &w.Title, Alarms: &alarms, Width: width, Height: height})
	case monitoring.Numbers:
		return awscloudwatch.NewSingleValueWidget(&awscloudwatch.SingleValueWidgetProps{
			Title: &w.Title, Metrics: metrics(w.Left), Start: jsii.String(ago(w.Since)), SetPeriodToTimeRange: jsii.Bool(true),
			Width: width, Height: height,
		})
	case monitoring.Graph, monitoring.Stack:
		return graph(w)
	}
	return awscloudwatch.NewLogQueryWidget(&awscloudwatch.LogQueryWidgetProps{
		Title: &w.Title, LogGroupNames: &[]*string{d.props.Log.LogGroupName()}, QueryLines: jsii.Strings(w.Query...), View: views[w.Kind],
		Width: width, Height: height,
	})
}

var views = map[monitoring.Kind]awscloudwatch.LogQueryVisualizationType{
	monitoring.Table:    awscloudwatch.LogQueryVisualizationType_TABLE,
	monitoring.LogGraph: awscloudwatch.LogQueryVisualizationType_LINE,
	monitoring.LogStack: awscloudwatch.LogQueryVisualizationType_STACKEDAREA,
}

func graph(w monitoring.Widget) awscloudwatch.IWidget {
	left := &awscloudwatch.YAxisProps{Min: jsii.Number(0), ShowUnits: jsii.Bool(false)}
	if w.Top > 0 {
		left.Max = &w.Top
	}
	props := &awscloudwatch.GraphWidgetProps{
		Title: &w.Title, Left: metrics(w.Left), LeftYAxis: left, Stacked: jsii.Bool(w.Kind == monitoring.Stack),
		LeftAnnotations: limits(w.Limits), Width: jsii.Number(w.Width), Height: jsii.Number(w.Height),
	}
	if len(w.Right) > 0 {
		props.Right = metrics(w.Right)
		props.RightYAxis = &awscloudwatch.YAxisProps{Min: jsii.Number(0), ShowUnits: jsii.Bool(false)}
	}
	return awscloudwatch.NewGraphWidget(props)
}

// limits returns red lines across a graph.
func limits(from []monitoring.Limit) *[]*awscloudwatch.HorizontalAnnotation {
	var all []*awscloudwatch.HorizontalAnnotation
	for _, l := range from {
		all = append(all, &awscloudwatch.HorizontalAnnotation{Value: &l.Value, Label: &l.Label, Color: awscloudwatch.Color_RED()})
	}
	return &all
}

// alarms returns alarms by their full names.
func (d *Dashboard) alarms(names []string) (all []interfacesawscloudwatch.IAlarmRef) {
	for _, name := range names {
		alarm := d.props.Alarms[name]
		if alarm == nil {
			alarm = awscloudwatch.Alarm_FromAlarmName(d.Construct, &name, &name)
		}
		all = append(all, alarm)
	}
	return all
}

// ago returns a time before now as a dashboard has it: "-PT24H".
func ago(d time.Duration) string { return fmt.Sprintf("-PT%.0fH", d.Hours()) }
