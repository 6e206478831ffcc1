package constructs

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awsbudgets"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// BudgetProps are the props of a [Budget].
type BudgetProps struct {
	Name  string
	USD   float64 // a month
	Email string  // receives the notifications
}

// A Budget sends an e-mail when the account has spent its monthly amount, or is
// forecast to. It covers the whole account: AWS knows the cost of a tag only after
// the owner has activated the tag for billing.
type Budget struct {
	constructs.Construct
}

// NewBudget creates a Budget.
func NewBudget(scope constructs.Construct, id string, props BudgetProps) *Budget {
	this := constructs.NewConstruct(scope, &id)
	notification := func(kind string) any {
		return &awsbudgets.CfnBudget_NotificationWithSubscribersProperty{
			Notification: &awsbudgets.CfnBudget_NotificationProperty{
				NotificationType: &kind, ComparisonOperator: jsii.String("GREATER_THAN"),
				Threshold: jsii.Number(100), ThresholdType: jsii.String("PERCENTAGE"),
			},
			Subscribers: &[]any{&awsbudgets.CfnBudget_SubscriberProperty{Address: &props.Email, SubscriptionType: jsii.String("EMAIL")}},
		}
	}
	awsbudgets.NewCfnBudget(this, jsii.String("Budget"), &awsbudgets.CfnBudgetProps{
		Budget: &awsbudgets.CfnBudget_BudgetDataProperty{
			BudgetName: &props.Name, BudgetType: jsii.String("COST"), TimeUnit: jsii.String("MONTHLY"),
			BudgetLimit: &awsbudgets.CfnBudget_SpendProperty{Amount: &props.USD, Unit: jsii.String("USD")},
		},
		NotificationsWithSubscribers: &[]any{notification("ACTUAL"), notification("FORECASTED")},
	})
	return &Budget{this}
}
