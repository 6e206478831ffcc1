// Command least does the function's job with the packages that the function uses and
// with nothing around them: aws-lambda-go, net/http and the client of the parameter
// store. The benchmarks compare the function with it: what the function costs more is
// its own.
package main

import (
	"context"
	"net/http"
	"os"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/bench/forward"
)

func main() { forward.Run(parameter) }

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
