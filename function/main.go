// Command function is the Lambda function: it answers Alexa's directives with
// the owner's own Home Assistant.
package main

import (
	"context"
	"os"
	"path/filepath"
	"time"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/hearthgate/hearthgate/function/gateway/initialization"
	"github.com/hearthgate/hearthgate/function/gateway/logging"
)

func main() {
	const patience = 80 * time.Millisecond // of what is kept for making a reply
	initialization.Tune(initialization.Size(os.Getenv))
	app := NewApp(Options{
		Output: logging.Patient(os.Stdout, patience),
		Dir:    filepath.Join(os.TempDir(), "hearthgate"),
	})
	app.Start(context.Background())
	lambda.Start(app.Handle)
}
