// Command least does the function's job with the packages that the function uses and
// with nothing around them: aws-lambda-go, net/http and the client of the parameter
// store. The benchmarks compare the function with it: what the function costs more is
// its own.
package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"sync"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"

	"github.com/hearthgate/hearthgate/config"
)

func main() {
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM([]byte(os.Getenv("BENCH_CA")))
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}}}
	home := os.Getenv(config.EnvURL) + "/api/alexa/smart_home"

	var token string
	var ahead sync.WaitGroup
	ahead.Go(func() { token = parameter(client) })
	ahead.Go(func() {
		if res, err := client.Get(home); err == nil {
			_, _ = io.Copy(io.Discard, res.Body)
			res.Body.Close()
		}
	})
	ahead.Wait()

	lambda.Start(func(ctx context.Context, directive json.RawMessage) (json.RawMessage, error) {
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, home, bytes.NewReader(directive))
		if err != nil {
			return nil, err
		}
		req.Header = http.Header{"Authorization": {"Bearer " + token}, "Content-Type": {"application/json"}}
		res, err := client.Do(req)
		if err != nil {
			return nil, err
		}
		defer res.Body.Close()
		return io.ReadAll(res.Body)
	})
}

// parameter returns the token.
func parameter(client *http.Client) string {
	store := ssm.New(ssm.Options{
		Region: os.Getenv("AWS_REGION"), BaseEndpoint: aws.String(os.Getenv("AWS_ENDPOINT_URL")), HTTPClient: client,
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: os.Getenv("AWS_ACCESS_KEY_ID"), SecretAccessKey: os.Getenv("AWS_SECRET_ACCESS_KEY")}, nil
		}),
	})
	out, err := store.GetParameters(context.Background(), &ssm.GetParametersInput{
		Names: []string{os.Getenv(config.EnvTokenParameter)}, WithDecryption: aws.Bool(true),
	})
	if err != nil || len(out.Parameters) == 0 {
		return ""
	}
	return aws.ToString(out.Parameters[0].Value)
}
