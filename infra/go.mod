module github.com/hearthgate/hearthgate/infra

go 1.26

require (
	github.com/aws/aws-cdk-go/awscdk/v2 v2.220.0
	github.com/aws/constructs-go/constructs/v10 v10.4.2
	github.com/aws/jsii-runtime-go v1.119.0
	github.com/cdklabs/cdk-nag-go/cdknag/v2 v2.38.2
	github.com/hearthgate/hearthgate/config v0.0.0
	github.com/hearthgate/hearthgate/constructs v0.0.0
)

exclude github.com/aws/constructs-go/constructs/v10 v10.5.1

replace (
	github.com/hearthgate/hearthgate/config => ../config
	github.com/hearthgate/hearthgate/constructs => ../constructs
)
