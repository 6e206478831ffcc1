// Command function is the Lambda function: it answers Alexa's directives with
// the owner's own Home Assistant.
package main

import (
	"context"

	"github.com/aws/aws-lambda-go/lambda"
)

func main() {
	app := NewApp(Options{})
	app.Start(context.Background())
	lambda.Start(app)
}
