package fakeaws_test

import (
	"archive/zip"
	"bytes"
	"context"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"

	"github.com/hearthgate/hearthgate/infra/testkit/fakeaws"
)

// TestMain makes the test binary a function too: one that returns its environment.
func TestMain(m *testing.M) {
	if api := os.Getenv("AWS_LAMBDA_RUNTIME_API"); api != "" {
		serve("http://" + api + "/2018-06-01/runtime/invocation/")
		return
	}
	os.Exit(m.Run())
}

func serve(api string) {
	for {
		r, err := http.Get(api + "next")
		if err != nil {
			return
		}
		id := r.Header.Get("Lambda-Runtime-Aws-Request-Id")
		r.Body.Close()
		if r, err = http.Post(api+id+"/response", "application/json", strings.NewReader(`{"color":"`+os.Getenv("COLOR")+`"}`)); err == nil {
			r.Body.Close()
		}
	}
}

// template has a function with what is around it, and the functions of templates.
const template = `{
  "Parameters": {"Version": {"Type": "String", "Default": "7"}},
  "Conditions": {"Yes": {"Fn::Equals": [{"Ref": "Version"}, "7"]}, "No": {"Fn::Not": [{"Condition": "Yes"}]}},
  "Resources": {
    "Role": {"Type": "AWS::IAM::Role", "Properties": {}},
    "Log": {"Type": "AWS::Logs::LogGroup", "Properties": {"RetentionInDays": 7}},
    "Function": {"Type": "AWS::Lambda::Function", "Properties": {
      "FunctionName": "f", "Timeout": 10, "Code": {"S3Bucket": {"Fn::Sub": "code-${AWS::Region}"}, "S3Key": "f.zip"},
      "Role": {"Fn::GetAtt": ["Role", "Arn"]}, "LoggingConfig": {"LogGroup": {"Ref": "Log"}},
      "Environment": {"Variables": {"COLOR": {"Fn::If": ["Yes", {"Fn::Join": ["-", ["dark", "red"]]}, "none"]}}}}},
    "Version1": {"Type": "AWS::Lambda::Version", "Properties": {"FunctionName": {"Ref": "Function"}}},
    "Alias": {"Type": "AWS::Lambda::Alias", "Properties": {"Name": "live", "FunctionName": {"Ref": "Function"}, "FunctionVersion": {"Fn::GetAtt": ["Version1", "Version"]}}},
    "Permission": {"Type": "AWS::Lambda::Permission", "Properties": {"FunctionName": {"Ref": "Alias"}, "Principal": "alexa-connectedhome.amazon.com", "Action": "lambda:InvokeFunction", "EventSourceToken": "skill"}},
    "URL": {"Type": "AWS::SSM::Parameter", "Properties": {"Name": "/p/url", "Type": "String", "Value": {"Ref": "Version"}}},
    "Absent": {"Type": "AWS::SNS::Topic", "Condition": "No", "Properties": {}}
  },
  "Outputs": {"Arn": {"Value": {"Ref": "Alias"}}, "Absent": {"Condition": "No", "Value": "x"}}
}`

const region = "eu-west-1"

// start returns a cloud and the configuration of a client of it.
func start(t *testing.T) (*fakeaws.Cloud, aws.Config) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := fakeaws.Start(fakeaws.Options{Binary: func(context.Context, []byte) (string, []string, error) { return self, nil, nil }})
	t.Cleanup(c.Close)
	return c, aws.Config{
		Region: region, BaseEndpoint: aws.String(c.URL()),
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "a", SecretAccessKey: "b"}, nil
		}),
	}
}

func TestAStackAndItsFunction(t *testing.T) {
	c, config := start(t)
	var code bytes.Buffer
	if err := zip.NewWriter(&code).Close(); err != nil {
		t.Fatal(err)
	}
	c.SetObject("code-"+region, "f.zip", code.Bytes())
	if err := c.Deploy(region, "s", template); err != nil {
		t.Fatal(err)
	}
	out, err := cloudformation.NewFromConfig(config).DescribeStacks(t.Context(), &cloudformation.DescribeStacksInput{StackName: aws.String("s")})
	if err != nil {
		t.Fatal(err)
	}
	arn := "arn:aws:lambda:eu-west-1:" + fakeaws.AccountID + ":function:f:live"
	if s := out.Stacks[0]; s.StackStatus != "CREATE_COMPLETE" || len(s.Outputs) != 1 || *s.Outputs[0].OutputValue != arn {
		t.Errorf("stack %s with outputs %+v", s.StackStatus, s.Outputs)
	}
	client := lambda.NewFromConfig(config)
	v, err := client.Invoke(t.Context(), &lambda.InvokeInput{FunctionName: aws.String("f"), Qualifier: aws.String("live"), Payload: []byte("{}")})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := string(v.Payload), `{"color":"dark-red"}`; got != want {
		t.Errorf("the function answers %s, want %s", got, want)
	}
	f, err := client.GetFunctionConfiguration(t.Context(), &lambda.GetFunctionConfigurationInput{FunctionName: &arn})
	if err != nil {
		t.Fatal(err)
	}
	if *f.Timeout != 10 || !strings.HasPrefix(*f.LoggingConfig.LogGroup, "s-Log") {
		t.Errorf("configuration: timeout %d, log %s", *f.Timeout, *f.LoggingConfig.LogGroup)
	}
	p, err := client.GetPolicy(t.Context(), &lambda.GetPolicyInput{FunctionName: aws.String("f"), Qualifier: aws.String("live")})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"alexa-connectedhome.amazon.com", `"lambda:EventSourceToken":"skill"`, arn} {
		if !strings.Contains(*p.Policy, want) {
			t.Errorf("no %s in %s", want, *p.Policy)
		}
	}
	if _, err := client.GetPolicy(t.Context(), &lambda.GetPolicyInput{FunctionName: aws.String("f")}); err == nil {
		t.Error("the permission of the alias stands on the function too")
	}
	if len(c.Resources("s", "AWS::SNS::Topic")) != 0 {
		t.Error("a resource was made whose condition does not hold")
	}
}

func TestItRefuses(t *testing.T) {
	c, config := start(t)
	if err := c.Deploy(region, "s", `{"Resources": {"A": {"Type": "AWS::Nonsense::Thing"}}}`); err == nil || !strings.Contains(err.Error(), "AWS::Nonsense::Thing") {
		t.Errorf("an unknown type: %v", err)
	}
	_, err := lambda.NewFromConfig(config).ListFunctions(t.Context(), nil)
	if err == nil {
		t.Error("an unknown call was answered")
	}
	c.Deny("ssm.GetParameter", "AccessDeniedException", "no")
	client := ssm.NewFromConfig(config)
	if _, err := client.GetParameter(t.Context(), &ssm.GetParameterInput{Name: aws.String("/a")}); err == nil || !strings.Contains(err.Error(), "AccessDenied") {
		t.Errorf("a denied call: %v", err)
	}
	c.Allow()
	if _, err := client.GetParameter(t.Context(), &ssm.GetParameterInput{Name: aws.String("/a")}); err == nil || !strings.Contains(err.Error(), "ParameterNotFound") {
		t.Errorf("a missing parameter: %v", err)
	}
}

func TestSecureString(t *testing.T) {
	c, config := start(t)
	client := ssm.NewFromConfig(config)
	put := &ssm.PutParameterInput{Name: aws.String("/t"), Value: aws.String("secret"), Type: types.ParameterTypeSecureString, Tags: []types.Tag{{Key: aws.String("k"), Value: aws.String("v")}}}
	if _, err := client.PutParameter(t.Context(), put); err != nil {
		t.Fatal(err)
	}
	if _, err := client.PutParameter(t.Context(), put); err == nil || !strings.Contains(err.Error(), "AlreadyExists") {
		t.Errorf("overwritten without a word: %v", err)
	}
	for _, decrypt := range []bool{false, true} {
		out, err := client.GetParameter(t.Context(), &ssm.GetParameterInput{Name: aws.String("/t"), WithDecryption: &decrypt})
		if err != nil {
			t.Fatal(err)
		}
		if got := *out.Parameter.Value == "secret"; got != decrypt {
			t.Errorf("decryption %v returns %s", decrypt, *out.Parameter.Value)
		}
	}
	if p := c.Parameter(region, "/t"); p == nil || p.Type != "SecureString" || p.Tags["k"] != "v" {
		t.Errorf("parameter %+v", p)
	}
	if c.Parameter("us-east-1", "/t") != nil {
		t.Error("the parameter is in every region")
	}
}
