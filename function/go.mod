module github.com/hearthgate/hearthgate/function

go 1.26

require (
	github.com/aws/aws-lambda-go v1.55.1
	github.com/aws/aws-sdk-go-v2/service/ssm v1.79.3 // v1.80.0 builds a table of schemas at every start: 2 ms, 1.4 MB
	github.com/sony/gobreaker/v2 v2.4.0
)

require golang.org/x/time v0.15.0

require (
	github.com/aws/aws-sdk-go-v2 v1.47.8
	github.com/aws/aws-sdk-go-v2/internal/configsources v1.5.11 // indirect
	github.com/aws/aws-sdk-go-v2/internal/endpoints/v2 v2.8.11 // indirect
	github.com/aws/smithy-go v1.28.8
	github.com/hearthgate/hearthgate/config v0.0.0
)

replace github.com/hearthgate/hearthgate/config => ../config
