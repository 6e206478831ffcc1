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

// Sign signs a request to a service of AWS, "dynamodb", with the function's
// credentials, which are in the environment. The signer is in the program anyway,
// for the parameters: a service that needs two calls needs no client of the SDK.
func (s *Starter) Sign(ctx context.Context, r *http.Request, body []byte, service string) error {
	sum := sha256.Sum256(body)
	credentials := aws.Credentials{
		AccessKeyID:     s.opts.Getenv("AWS_ACCESS_KEY_ID"),
		SecretAccessKey: s.opts.Getenv("AWS_SECRET_ACCESS_KEY"),
		SessionToken:    s.opts.Getenv("AWS_SESSION_TOKEN"),
	}
	return v4.NewSigner().SignHTTP(ctx, credentials, r, hex.EncodeToString(sum[:]), service, s.opts.Getenv("AWS_REGION"), time.Now())
}
