// Package moto serves AWS services for the tests (SSM, DynamoDB) with moto, on a
// loopback port.
package moto

import (
	"bufio"
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"

	"github.com/hearthgate/hearthgate/infra/internal/project/procgroup"
	"github.com/hearthgate/hearthgate/infra/testkit/venv"
)

// Region is the region that Env names.
const Region = "eu-west-1"

var (
	//go:embed requirements.txt
	requirements string
	//go:embed serve.py
	program string
)

// A Server is a running moto. It ends with the test that started it.
type Server struct {
	URL string
	tb  testing.TB
}

func spec(root string, log io.Writer) venv.Spec {
	return venv.For(root, "moto", requirements, log)
}

// Start starts moto for the workspace at root. Without Python 3.13 the test is
// skipped or, with CI=true, fails.
func Start(tb testing.TB, root string) *Server {
	tb.Helper()
	python := venv.Require(tb, spec(root, os.Stderr))
	cmd := exec.Command(python, "-c", program)
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.StdoutPipe()
	if err != nil {
		tb.Fatal(err)
	}
	p, err := procgroup.Start(cmd)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { p.Stop(time.Second) })
	url, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		p.Kill()
		tb.Fatalf("moto did not start: %v\n%s", err, said.String())
	}
	return &Server{URL: strings.TrimSpace(url), tb: tb}
}

// Env is the environment ("NAME=value") that sends an AWS SDK to this server.
func (s *Server) Env() []string {
	return []string{
		"AWS_ENDPOINT_URL=" + s.URL,
		"AWS_REGION=" + Region,
		"AWS_ACCESS_KEY_ID=test",
		"AWS_SECRET_ACCESS_KEY=test",
	}
}

// PutString puts a parameter of type String.
func (s *Server) PutString(name, value string) { s.put(name, value, types.ParameterTypeString) }

// PutSecureString puts a parameter that is encrypted: it reads as its value only
// for those who ask for decryption.
func (s *Server) PutSecureString(name, value string) {
	s.put(name, value, types.ParameterTypeSecureString)
}

func (s *Server) put(name, value string, kind types.ParameterType) {
	s.tb.Helper()
	_, err := s.Client().PutParameter(s.tb.Context(), &ssm.PutParameterInput{
		Name: &name, Value: &value, Type: kind, Overwrite: aws.Bool(true),
	})
	if err != nil {
		s.tb.Fatal(err)
	}
}

// Client returns an SSM client for this server.
func (s *Server) Client() *ssm.Client {
	return ssm.New(ssm.Options{
		Region:       Region,
		BaseEndpoint: &s.URL,
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "test", SecretAccessKey: "test"}, nil
		}),
	})
}

// MakeTable makes a table of DynamoDB with a key of type S, whose items end at the
// time in an attribute of type N.
func (s *Server) MakeTable(name, key, expires string) {
	s.tb.Helper()
	s.dynamodb("CreateTable", fmt.Sprintf(`{"TableName":%q,"BillingMode":"PAY_PER_REQUEST",
		"AttributeDefinitions":[{"AttributeName":%q,"AttributeType":"S"}],"KeySchema":[{"AttributeName":%[2]q,"KeyType":"HASH"}]}`, name, key))
	s.dynamodb("UpdateTimeToLive", fmt.Sprintf(`{"TableName":%q,"TimeToLiveSpecification":{"AttributeName":%q,"Enabled":true}}`, name, expires))
}

// Items returns the items of a table as DynamoDB spells them, {"a":{"S":"text"}}.
func (s *Server) Items(table string) []map[string]map[string]any {
	s.tb.Helper()
	var out struct{ Items []map[string]map[string]any }
	if err := json.Unmarshal(s.dynamodb("Scan", fmt.Sprintf(`{"TableName":%q}`, table)), &out); err != nil {
		s.tb.Fatal(err)
	}
	return out.Items
}

// dynamodb makes a call of DynamoDB. There are too few of them for the SDK's client.
func (s *Server) dynamodb(action, body string) []byte {
	s.tb.Helper()
	r, err := http.NewRequestWithContext(s.tb.Context(), http.MethodPost, s.URL, strings.NewReader(body))
	if err != nil {
		s.tb.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-amz-json-1.0")
	r.Header.Set("X-Amz-Target", "DynamoDB_20120810."+action)
	r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=test/20000101/"+Region+"/dynamodb/aws4_request, SignedHeaders=host, Signature=0")
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		s.tb.Fatal(err)
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		s.tb.Fatalf("%s: %s %s %v", action, res.Status, answer, err)
	}
	return answer
}
