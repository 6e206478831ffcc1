package homeassistant

import (
	"context"
	"encoding/json"
	"sync/atomic"
	"time"

	"github.com/hearthgate/hearthgate/function/alexa"
	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/gateway/cache"
)

// How long requests are paused after a refusal. Home Assistant counts each refused
// token towards a ban of the address that it came from; once that is banned, further
// requests change nothing.
const (
	tokenPause = time.Minute
	banPause   = 5 * time.Minute
	probeEvery = time.Minute // an idempotent directive may check whether a ban was lifted
)

// A pause is what the cache keeps of a refusal, of a token or of our address.
type pause struct {
	Since   time.Time `json:"since"`
	Probed  time.Time `json:"probed"`            // when it was last checked whether it still holds
	Expired bool      `json:"expired,omitempty"` // the token had expired
}

// refusals knows until when there may be a pause, so that a directive looks one up
// only when there can be one. The zero value knows of none.
type refusals struct{ until atomic.Int64 }

func (r *refusals) possible(now time.Time) bool { return now.UnixNano() < r.until.Load() }

func (r *refusals) begin(now time.Time, d time.Duration) {
	if end := now.Add(d).UnixNano(); end > r.until.Load() {
		r.until.Store(end)
	}
}

func tokenKey(url string, token Token) string {
	return "token " + digest(url+"\n"+token.Reveal())
}

func banKey(url string) string { return "banned " + url }

// paused returns why d must not be sent with this token now, or nil if it may be.
func (c *Client) paused(ctx context.Context, url string, token Token, d alexa.Directive) error {
	now := time.Now()
	if !c.refusals.possible(now) {
		return nil
	}
	if p, ok := c.pause(ctx, tokenKey(url, token)); ok {
		kind := core.Unauthorized
		if p.Expired {
			kind = core.Expired
		}
		return token.rejected(kind, core.CauseTokenPaused, "the token was refused %v ago, and requests with it are paused for %v after that, so that Home Assistant does not ban this address: %s", now.Sub(p.Since).Round(time.Second), tokenPause, token.mend())
	}
	p, ok := c.pause(ctx, banKey(url))
	if !ok {
		return nil
	}
	if d.Idempotent() && now.Sub(p.Probed) >= probeEvery {
		p.Probed = now
		c.begin(ctx, banKey(url), p, banPause-now.Sub(p.Since))
		return nil
	}
	return core.Errorf(core.Unreachable, core.CauseBanned, "Home Assistant banned this function's address %v ago, and requests are paused: remove it from ip_bans.yaml and restart Home Assistant; once a minute a question checks whether the ban was lifted", now.Sub(p.Since).Round(time.Second))
}

// learn begins a pause after a refusal, and ends that of the address after any other
// answer of the home.
func (c *Client) learn(ctx context.Context, url string, token Token, err error) {
	now := time.Now()
	switch cause := core.CauseOf(err); {
	case cause == core.CauseUnauthorized || cause == core.CauseExpired:
		c.begin(ctx, tokenKey(url, token), pause{Since: now, Expired: cause == core.CauseExpired}, tokenPause)
	case cause == core.CauseBanned:
		c.begin(ctx, banKey(url), pause{Since: now, Probed: now}, banPause)
		return
	case err != nil:
		return // the request may never have arrived
	}
	if c.refusals.possible(now) {
		c.end(ctx, banKey(url))
	}
}

func (c *Client) pause(ctx context.Context, key string) (p pause, ok bool) {
	kept, err := core.Do(ctx, c.Dispatcher, cache.Get, cache.GetInput{Namespace: cache.Negative, Key: key})
	if err != nil || json.Unmarshal(kept.Value, &p) != nil {
		return pause{}, false
	}
	return p, !p.Since.IsZero()
}

func (c *Client) begin(ctx context.Context, key string, p pause, d time.Duration) {
	b, err := json.Marshal(p)
	if err != nil || d <= 0 {
		return
	}
	// Without the pause the home is asked as before: no reason to fail a directive.
	if _, err := core.Do(ctx, c.Dispatcher, cache.Set, cache.SetInput{
		Namespace: cache.Negative, Key: key, Value: b, TTL: core.Seconds(d),
	}); err == nil {
		c.refusals.begin(time.Now(), d)
	}
}

// end ends a pause, if there is one.
func (c *Client) end(ctx context.Context, key string) {
	if _, ok := c.pause(ctx, key); ok {
		c.begin(ctx, key, pause{}, time.Second)
	}
}
