// Command floor does the function's job with nothing around it: it reads the token
// from the parameter store, connects to the home in advance, and forwards each
// directive. It checks nothing, logs nothing and signs nothing. The benchmarks compare
// the function with it, which cannot be faster.
package main

import (
	"encoding/json"
	"net/http"
	"os"
	"strings"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/bench/forward"
)

func main() { forward.Run(parameter) }

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
