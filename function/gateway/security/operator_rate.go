package security

import (
	"container/list"
	"context"
	"errors"
	"fmt"
	"math"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/hearthgate/hearthgate/function/core"
)

// maxBuckets is the number of keys that have a bucket at a time; the least recently
// used is evicted first.
const (
	maxBuckets = 1000
	maxKey     = 256 // bytes
)

// A RateInput is the input of [Rate].
type RateInput struct {
	Key       string  `json:"key" required:"true" doc:"of the bucket"`
	PerSecond float64 `json:"per_second" required:"true" doc:"tokens that are added to the bucket" unit:"1/s"`
	Burst     int     `json:"burst" required:"true" doc:"capacity of the bucket in tokens; it starts full"`
	Take      int     `json:"take,omitempty" doc:"number of tokens to take; default: 1"`
	Peek      bool    `json:"peek,omitempty" doc:"only report whether they could be taken"`
}

// Check rejects rates out of range, and a number of tokens that the bucket can never hold.
func (in RateInput) Check() error {
	switch {
	case in.Key == "":
		return errors.New("field key is missing")
	case len(in.Key) > maxKey:
		return fmt.Errorf("field key is %d bytes long; at most %d are allowed", len(in.Key), maxKey)
	case !(in.PerSecond > 0 && in.PerSecond <= 1e6):
		return fmt.Errorf("field per_second is %v; expected more than 0 and at most 1000000", in.PerSecond)
	case in.Burst < 1 || in.Burst > 1e6:
		return fmt.Errorf("field burst is %d; expected 1 to 1000000", in.Burst)
	case in.Take < 0:
		return errors.New("field take is negative")
	case in.Take > in.Burst:
		return fmt.Errorf("field take is %d, more than the capacity of the bucket, %d", in.Take, in.Burst)
	}
	return nil
}

// RateResult is the output of [Rate].
type RateResult struct {
	Allowed bool         `json:"allowed" doc:"whether the bucket has enough tokens"`
	Left    float64      `json:"left" doc:"tokens in the bucket now"`
	Wait    core.Seconds `json:"wait_seconds" doc:"time until it has enough; 0 if it has" unit:"s"`
	Keys    int          `json:"keys" doc:"number of buckets"`
}

// buckets are the buckets of all keys. The zero value is empty. It is safe for
// concurrent use.
type buckets struct {
	mu     sync.Mutex
	byKey  map[string]*list.Element // guarded by mu
	recent list.List                // guarded by mu; of *bucket, the most recently used first
}

type bucket struct {
	key     string
	limiter *rate.Limiter
}

func (a *Authorizer) rate(_ context.Context, in RateInput) (RateResult, error) {
	now, take := time.Now(), max(in.Take, 1)
	l, keys := a.buckets.limiter(in, now)
	r := l.ReserveN(now, take)
	wait := r.DelayFrom(now)
	allowed := r.OK() && wait == 0
	if !allowed || in.Peek {
		r.CancelAt(now)
	}
	f := RateResult{allowed, math.Max(0, l.TokensAt(now)), core.Seconds(wait), keys}
	if !allowed && !in.Peek {
		a.limited.Add(1)
		return f, core.Errorf(core.RateLimited, core.CauseRateLimited, "the rate limit of %.60q is reached: try again in %.1f s", in.Key, wait.Seconds())
	}
	return f, nil
}

// limiter returns the bucket of a key, created or adjusted as in says.
func (b *buckets) limiter(in RateInput, now time.Time) (l *rate.Limiter, keys int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if el, ok := b.byKey[in.Key]; ok {
		b.recent.MoveToFront(el)
		l := el.Value.(*bucket).limiter
		if l.Limit() != rate.Limit(in.PerSecond) {
			l.SetLimitAt(now, rate.Limit(in.PerSecond))
		}
		if l.Burst() != in.Burst {
			l.SetBurstAt(now, in.Burst)
		}
		return l, len(b.byKey)
	}
	if b.byKey == nil {
		b.byKey = map[string]*list.Element{}
	}
	for len(b.byKey) >= maxBuckets {
		b.drop(b.recent.Back())
	}
	made := &bucket{in.Key, rate.NewLimiter(rate.Limit(in.PerSecond), in.Burst)}
	b.byKey[in.Key] = b.recent.PushFront(made)
	return made.limiter, len(b.byKey)
}

// drop removes a bucket. The caller holds mu.
func (b *buckets) drop(el *list.Element) {
	delete(b.byKey, b.recent.Remove(el).(*bucket).key)
}

func (b *buckets) len() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.byKey)
}

// full removes the full buckets, which are like new ones, and returns their number.
func (b *buckets) full(now time.Time) (dropped int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for el := b.recent.Front(); el != nil; {
		this := el
		el = el.Next()
		if l := this.Value.(*bucket).limiter; l.TokensAt(now) >= float64(l.Burst()) {
			b.drop(this)
			dropped++
		}
	}
	return dropped
}

// A ResetRateInput is the input of [ResetRate].
type ResetRateInput struct {
	Key string `json:"key,omitempty" doc:"of the bucket to fill; default: all of them"`
}

// RateReset is the output of [ResetRate].
type RateReset struct {
	Reset int `json:"reset" doc:"number of buckets that were filled"`
}

func (a *Authorizer) resetRate(_ context.Context, in ResetRateInput) (RateReset, error) {
	b := &a.buckets
	b.mu.Lock()
	defer b.mu.Unlock()
	if in.Key == "" {
		n := len(b.byKey)
		b.byKey = nil
		b.recent.Init()
		return RateReset{n}, nil
	}
	el, ok := b.byKey[in.Key]
	if !ok {
		return RateReset{}, nil
	}
	b.drop(el)
	return RateReset{1}, nil
}
