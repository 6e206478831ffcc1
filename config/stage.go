package config

import (
	"fmt"
	"path"
	"strings"

	"github.com/hearthgate/hearthgate/config/relay"
)

// A Stage is the deployment of one home, or of several behind one skill: everything that
// differs from other deployments. It is a file in a [Folder].
type Stage struct {
	Name string `json:"-"` // of the file, without ".json"
	File string `json:"-"` // path of the file, for error messages; default: Name

	Production bool   `json:"production"`        // protects the stack from deletion and requires an account; default: false
	Locale     string `json:"locale"`            // of the owner's Amazon account and the skill, "en-US"
	Account    string `json:"account,omitempty"` // twelve digits; default: that of the current credentials
	Region     string `json:"region,omitempty"`  // default, and the only valid value: that of the locale

	AWSProfile string `json:"awsProfile,omitempty"` // of ~/.aws/config, whose credentials the commands use for this stage; default: the credentials in use

	Home        // the first, whose devices keep their ids
	Homes Homes `json:"homes,omitempty"` // further ones behind the same skill, by name; default: none

	AllowedUsers []string `json:"allowedUsers,omitempty"` // Login with Amazon ids of the users who may send directives; default: anyone who linked the skill
	Conversation string   `json:"conversation,omitempty"` // allow or deny: whether the custom skill may use the home where no rule of the policy names it; required with a policy and a custom skill

	LoginWithAmazonClientID string `json:"loginWithAmazonClientId,omitempty"` // of the skill's account linking, whose tokens allowedUsers accepts; default: tokens of any application

	SmartHomeSkillID string `json:"smartHomeSkillId"` // empty: no Smart Home skill may invoke the function
	CustomSkillID    string `json:"customSkillId"`    // empty: no custom skill may invoke it

	Memory        int    `json:"memory"`        // of the function, MB; default: 128
	Timeout       int    `json:"timeout"`       // of the function, seconds; default: 10
	RetentionDays int    `json:"retentionDays"` // of its log; default: 30
	LogLevel      string `json:"logLevel"`      // debug, info, warn or error; default: info
	AlarmEmail    string `json:"alarmEmail"`    // empty: alarms change state but send nothing

	AlarmTopicARN string `json:"alarmTopicArn,omitempty"` // existing topic in the same region that gets the alarms, or beside alarmEmail those that page; default: a new one for alarmEmail
	Dashboards    string `json:"dashboards,omitempty"`    // own, shared or none: in CloudWatch; default: own while those of the account are free, else shared

	Tracing             bool    `json:"tracing,omitempty"`             // with X-Ray; default: false
	Insights            bool    `json:"insights,omitempty"`            // Lambda Insights, which is not free; default: false
	ReservedConcurrency int     `json:"reservedConcurrency,omitempty"` // executions; default: none
	PermissionsBoundary string  `json:"permissionsBoundary,omitempty"` // name of a policy of the account, for every role; default: none
	Budget              float64 `json:"budget,omitempty"`              // USD a month, beyond which AWS sends an e-mail; default: none
	WeeklyDoctor        bool    `json:"weeklyDoctor,omitempty"`        // diagnose the connection to the home every week; default: false
	ExternalCache       bool    `json:"externalCache,omitempty"`       // add a DynamoDB table to the cache, which outlives every process; default: false
	KeepWarm            bool    `json:"keepWarm,omitempty"`            // invoke the function every five minutes; default: false

	home string // which of the homes is in Home; "" for the first
}

// NewStage returns a stage with the defaults. It has no locale and no URL, which have
// no default.
func NewStage(name string) Stage {
	return Stage{
		Name:          name,
		Home:          NewHome(),
		Memory:        128,
		Timeout:       10,
		RetentionDays: 30,
		LogLevel:      "info",
	}
}

// EndpointParameterName returns the name of the String with the host of the relay's broker.
func (s Stage) EndpointParameterName() string {
	return ParameterPrefix(s.Name) + relay.EndpointParameter
}

// LoginParameterName returns the name of the SecureString with the owner's login for
// skill management.
func (s Stage) LoginParameterName() string { return ParameterPrefix(s.Name) + LoginParameter }

// A FieldError is one problem of one stage.
type FieldError struct {
	File    string // or the stage's name if it was not read from a file
	Field   string // as the file spells it; empty if the problem is of the whole file
	Problem string // what is wrong and what to do
}

func (e *FieldError) Error() string {
	if e.Field == "" {
		return e.File + " " + e.Problem
	}
	return e.File + ": " + e.Field + " " + e.Problem
}

// quote quotes s for an error message. A value that is too long for any setting may be
// a secret in the wrong place, so only its length is shown.
func quote(s string) string {
	if len(s) > 64 {
		return fmt.Sprintf("(%d characters)", len(s))
	}
	return fmt.Sprintf("%q", s)
}

// nameOf returns the name of the stage in a file.
func nameOf(file string) string { return strings.TrimSuffix(path.Base(file), ".json") }
