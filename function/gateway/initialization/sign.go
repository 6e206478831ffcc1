package initialization

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
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

// Presign returns the path and query of a signed address of a WebSocket of AWS IoT Core's
// broker at host, which has a port where it is not 443. The broker wants the session token
// appended after signing.
func Presign(ctx context.Context, getenv func(string) string, host string) (target string, err error) {
	const (
		service = "iotdevicegateway"
		empty   = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" // SHA-256 of no body
	)
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://"+host+"/mqtt", nil)
	if err != nil {
		return "", err
	}
	who := credentials(getenv)
	token := who.SessionToken
	who.SessionToken = ""
	signed, _, err := v4.NewSigner().PresignHTTP(ctx, who, r, empty, service, getenv("AWS_REGION"), time.Now())
	if err != nil {
		return "", err
	}
	u, err := url.Parse(signed)
	if err != nil {
		return "", err
	}
	if token != "" {
		u.RawQuery += "&X-Amz-Security-Token=" + url.QueryEscape(token)
	}
	return u.RequestURI(), nil
}

// credentials returns those that Lambda puts into the environment.
func credentials(getenv func(string) string) aws.Credentials {
	return aws.Credentials{
		AccessKeyID:     getenv("AWS_ACCESS_KEY_ID"),
		SecretAccessKey: getenv("AWS_SECRET_ACCESS_KEY"),
		SessionToken:    getenv("AWS_SESSION_TOKEN"),
	}
}
