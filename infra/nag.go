package main

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
	"github.com/cdklabs/cdk-nag-go/cdknag/v2"
)

// check has cdk-nag look at every stack when it is synthesized. What it finds is an
// error, and its report is a CSV file beside the templates.
func check(app awscdk.App) {
	awscdk.Aspects_Of(app).Add(cdknag.NewAwsSolutionsChecks(&cdknag.NagPackProps{
		Verbose:       jsii.Bool(true),
		Reports:       jsii.Bool(true),
		ReportFormats: &[]cdknag.NagReportFormat{cdknag.NagReportFormat_CSV},
	}), nil)
}

// accept keeps a finding of cdk-nag about a construct, and what is below it, from
// being an error. The reason stands in the report.
func accept(on constructs.IConstruct, finding, reason string) {
	cdknag.NagSuppressions_AddResourceSuppressions(on, &[]*cdknag.NagPackSuppression{{Id: &finding, Reason: &reason}}, jsii.Bool(true))
}
