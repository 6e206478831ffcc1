// Command function is the Lambda function: it answers Alexa's directives with the
// owner's own Home Assistant.
package main

import (
	"context"
	"os"
	"path/filepath"
	"time"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/hearthgate/hearthgate/function/app"
	"github.com/hearthgate/hearthgate/function/gateway/initialization"
	"github.com/hearthgate/hearthgate/function/gateway/logging"
)

func main() {
	const writeTimeout = 80 * time.Millisecond // of the reserve for making a reply
	initialization.Tune(initialization.Size(os.Getenv))
	a := app.New(app.Options{
		Getenv: os.Getenv,
		Output: logging.NewTimeoutWriter(os.Stdout, writeTimeout),
		Dir:    filepath.Join(os.TempDir(), "hearthgate"),
	})
	a.Start(context.Background())
	lambda.Start(a.Handle)
}
