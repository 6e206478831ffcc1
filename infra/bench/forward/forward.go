// Package forward is the job of the function with nothing around it, for the programs that
// the benchmarks compare the function with.
package forward

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

	"github.com/hearthgate/hearthgate/config"
)

// Run forwards each directive to the home, with the token that parameter returns, which is
// read while the connection to the home is made.
func Run(parameter func(*http.Client) string) {
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
