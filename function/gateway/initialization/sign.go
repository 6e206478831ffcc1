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
// credentials. The SDK's signer is in the program for the parameter store; with it a
// service of which two calls are used needs no client of the SDK.
func (l *Loader) Sign(ctx context.Context, r *http.Request, body []byte, service string) error {
	sum := sha256.Sum256(body)
	return v4.NewSigner().SignHTTP(ctx, l.credentials(), r, hex.EncodeToString(sum[:]), service, l.opts.Getenv("AWS_REGION"), time.Now())
}

// credentials returns those that Lambda puts into the environment.
func (l *Loader) credentials() aws.Credentials {
	return aws.Credentials{
		AccessKeyID:     l.opts.Getenv("AWS_ACCESS_KEY_ID"),
		SecretAccessKey: l.opts.Getenv("AWS_SECRET_ACCESS_KEY"),
		SessionToken:    l.opts.Getenv("AWS_SESSION_TOKEN"),
	}
}
