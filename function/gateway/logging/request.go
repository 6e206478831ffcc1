package logging

import (
	"context"

	"github.com/aws/aws-lambda-go/lambdacontext"
)

// RequestID returns what Lambda calls the invocation that ctx belongs to; "" outside
// Lambda.
func RequestID(ctx context.Context) string {
	if lc, ok := lambdacontext.FromContext(ctx); ok {
		return lc.AwsRequestID
	}
	return ""
}
