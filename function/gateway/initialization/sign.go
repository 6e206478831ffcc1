package initialization

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// Sign signs a request to a service of AWS, such as "dynamodb", with the function's
// credentials and region, which getenv returns. The SDK's signer is in the program for
// the parameter store; with it a service of which two calls are used needs no client of
// the SDK.
func Sign(ctx context.Context, getenv func(string) string, r *http.Request, body []byte, service string) error {
	sum := sha256.Sum256(body)
	return v4.NewSigner().SignHTTP(ctx, credentials(getenv), r, hex.EncodeToString(sum[:]), service, getenv("AWS_REGION"), time.Now())
}

// credentials returns those that Lambda puts into the environment.
func credentials(getenv func(string) string) aws.Credentials {
	return aws.Credentials{
		AccessKeyID:     getenv("AWS_ACCESS_KEY_ID"),
		SecretAccessKey: getenv("AWS_SECRET_ACCESS_KEY"),
		SessionToken:    getenv("AWS_SESSION_TOKEN"),
	}
}
