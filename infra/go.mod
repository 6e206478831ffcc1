module github.com/hearthgate/hearthgate/infra

go 1.26.0

ignore ./node_modules

require (
	github.com/aws/aws-cdk-go/awscdk/v2 v2.220.0
	github.com/aws/aws-sdk-go-v2 v1.47.8
	github.com/aws/aws-sdk-go-v2/service/ssm v1.82.0
	github.com/aws/constructs-go/constructs/v10 v10.4.2
	github.com/aws/jsii-runtime-go v1.128.0
	github.com/cdklabs/cdk-nag-go/cdknag/v2 v2.38.2
	github.com/gofrs/flock v0.13.2
	github.com/hearthgate/hearthgate/config v0.0.0
	github.com/hearthgate/hearthgate/constructs v0.0.0
)

require (
	github.com/aws/aws-sdk-go-v2/internal/configsources v1.5.11 // indirect
	github.com/aws/aws-sdk-go-v2/internal/endpoints/v2 v2.8.11 // indirect
	github.com/aws/smithy-go v1.28.8 // indirect
	golang.org/x/sys v0.49.0 // indirect
)

exclude github.com/aws/constructs-go/constructs/v10 v10.5.1

replace (
	github.com/hearthgate/hearthgate/config => ../config
	github.com/hearthgate/hearthgate/constructs => ../constructs
)
