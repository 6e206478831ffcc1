package smapi

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws/retry"
)

// How a call is retried. Amazon's limits are a few requests a second for each login.
const (
	mostAttempts = 5
	mostLost     = 3 // attempts that got no answer
	mostBackoff  = 10 * time.Second
	mostAsked    = 60 * time.Second // of what Retry-After may ask for
)

// backoff returns the wait before an attempt, with jitter.
var backoff = retry.NewExponentialJitterBackoff(mostBackoff)

// An attempt is how one try ended.
type attempt struct {
	err   error
	again bool        // another try may succeed
	head  http.Header // of the answer, which may say how long to wait
}

// retry tries until an attempt succeeds or cannot, within [mostAttempts].
func (c *Client) retry(ctx context.Context, try func() attempt) error {
	for n := 1; ; n++ {
		a := try()
		if a.err == nil || !a.again || n == mostAttempts || ctx.Err() != nil || n == mostLost && CodeOf(a.err) == Unreachable {
			return a.err
		}
		wait, asked := retryAfter(a.head)
		if !asked {
			wait, _ = backoff.BackoffDelay(n-1, a.err) // fails for no number of attempts
		}
		if wait >= 2*time.Second {
			c.progress(fmt.Sprintf("Amazon is busy: trying again in %.0f s", wait.Seconds()))
		}
		if sleep(ctx, wait) != nil {
			return a.err
		}
	}
}

// retryAfter returns how long an answer asks to wait, at most [mostAsked], and whether it
// asks at all.
func retryAfter(h http.Header) (time.Duration, bool) {
	text := h.Get("Retry-After")
	if seconds, err := strconv.Atoi(text); err == nil && seconds >= 0 {
		return min(time.Duration(seconds)*time.Second, mostAsked), true
	}
	if at, err := http.ParseTime(text); err == nil {
		return min(max(time.Until(at), 0), mostAsked), true
	}
	return 0, false
}

// sleep waits, or returns an error if the context ends first.
func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
