package logging

import (
	"context"

	"github.com/aws/aws-lambda-go/lambdacontext"
)

// RequestID returns the id that Lambda gave the invocation of ctx; "" outside Lambda.
func RequestID(ctx context.Context) string {
	if lc, ok := lambdacontext.FromContext(ctx); ok {
		return lc.AwsRequestID
	}
	return ""
}
