package constructs

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsdynamodb"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/hearthgate/hearthgate/config"
)

// CacheTableProps are the props of a [CacheTable].
type CacheTableProps struct {
	Name string // default: CloudFormation generates one
}

// CacheTable is the level of the cache that outlives every process of the function:
// a DynamoDB table that is billed per request and deletes expired entries. It is
// deleted with its stack.
type CacheTable struct {
	constructs.Construct
	Table awsdynamodb.Table
}

// NewCacheTable creates a CacheTable that no one has access to: see
// [CacheTable.GrantAccess].
func NewCacheTable(scope constructs.Construct, id string, props CacheTableProps) *CacheTable {
	this := constructs.NewConstruct(scope, &id)
	table := &awsdynamodb.TableProps{
		PartitionKey:        &awsdynamodb.Attribute{Name: jsii.String(config.CacheTableKey), Type: awsdynamodb.AttributeType_STRING},
		TimeToLiveAttribute: jsii.String(config.CacheTableExpires),
		BillingMode:         awsdynamodb.BillingMode_PAY_PER_REQUEST,
		RemovalPolicy:       awscdk.RemovalPolicy_DESTROY,
	}
	if props.Name != "" {
		table.TableName = &props.Name
	}
	return &CacheTable{this, awsdynamodb.NewTable(this, jsii.String("Table"), table)}
}

// GrantAccess puts the table's name into a function's environment and lets it read,
// write and delete single entries, and nothing else.
func (c *CacheTable) GrantAccess(f *Function) {
	f.Function.AddEnvironment(jsii.String(config.EnvCacheTable), c.Table.TableName(), nil)
	f.Role.AddToPrincipalPolicy(awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
		Actions:   jsii.Strings("dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:DeleteItem"),
		Resources: &[]*string{c.Table.TableArn()},
	}))
}
