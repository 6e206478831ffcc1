// Command floor does the function's job with nothing around it: it reads the token
// from the parameter store, connects to the home in advance, and forwards each
// directive. It checks nothing, logs nothing and signs nothing. The benchmarks compare
// the function with it, which cannot be faster.
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
	"strings"
	"sync"

	"github.com/aws/aws-lambda-go/lambda"

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
	req, _ := http.NewRequest(http.MethodPost, os.Getenv("AWS_ENDPOINT_URL"), strings.NewReader(`{"Names":["`+os.Getenv(config.EnvTokenParameter)+`"],"WithDecryption":true}`))
	req.Header = http.Header{
		"X-Amz-Target": {"AmazonSSM.GetParameters"}, "Content-Type": {"application/x-amz-json-1.1"},
		"Authorization": {"AWS4-HMAC-SHA256 Credential=none/20260101/" + os.Getenv("AWS_REGION") + "/ssm/aws4_request"},
	}
	res, err := client.Do(req)
	if err != nil {
		return ""
	}
	defer res.Body.Close()
	var out struct{ Parameters []struct{ Value string } }
	if json.NewDecoder(res.Body).Decode(&out) != nil || len(out.Parameters) == 0 {
		return ""
	}
	return out.Parameters[0].Value
}
