// Command hello is the smallest Lambda function in Go. The benchmarks
// compare the function with it.
package main

import (
	"context"
	"encoding/json"

	"github.com/aws/aws-lambda-go/lambda"
)

func main() {
	lambda.Start(func(context.Context, json.RawMessage) (json.RawMessage, error) {
		return json.RawMessage(`{"event":{"header":{"namespace":"Alexa","name":"Response"}}}`), nil
	})
}
