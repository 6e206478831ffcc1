// Command haaska forwards directives in the manner of haaska, which many homes use: it
// prepares nothing, has the home check the token of the directive, and makes a new
// connection for each. The benchmarks compare the function with it.
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

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/hearthgate/hearthgate/config"
)

func main() {
	lambda.Start(func(ctx context.Context, directive json.RawMessage) (json.RawMessage, error) {
		roots := x509.NewCertPool()
		roots.AppendCertsFromPEM([]byte(os.Getenv("BENCH_CA")))
		client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}, DisableKeepAlives: true}}
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, os.Getenv(config.EnvURL)+"/api/alexa/smart_home", bytes.NewReader(directive))
		if err != nil {
			return nil, err
		}
		req.Header = http.Header{"Authorization": {"Bearer " + os.Getenv("BENCH_TOKEN")}, "Content-Type": {"application/json"}}
		res, err := client.Do(req)
		if err != nil {
			return nil, err
		}
		defer res.Body.Close()
		return io.ReadAll(res.Body)
	})
}
