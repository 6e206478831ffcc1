package homeassistant

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"hash"
	"io"
	"strings"
	"time"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/config/strictjson"
	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/gateway/cache"
	"github.com/hearthgate/hearthgate/function/gateway/initialization"
)

// The last known good discovery is kept as long as the cache keeps anything, and
// written again once a day, so that one in use does not expire.
const (
	keptFor      = 30 * 24 * time.Hour
	rewriteAfter = 24 * time.Hour
)

// A home that is starting, or has lost an integration, offers far fewer devices than it
// did. Such an answer is believed once it was seen twice, this long apart.
const lessFor = 10 * time.Minute

// A lastKnown is the last good answer to a Discover: its endpoints and nothing else, so
// no token. The zero value has none.
type lastKnown struct {
	At     time.Time `json:"at"`
	Count  int       `json:"endpoints"`
	Sum    string    `json:"sum"`           // of the endpoints
	Packed []byte    `json:"packed"`        // the JSON list of the endpoints, gzip
	Less   time.Time `json:"less,omitzero"` // when far fewer were seen first, since the last good answer
}

// holds reports whether n endpoints are so many fewer that l is served instead, for
// now.
func (l lastKnown) holds(n int, now time.Time) bool {
	muchLess := n*2 < l.Count && (n == 0 || l.Count-n > 5)
	return muchLess && (l.Less.IsZero() || now.Sub(l.Less) < lessFor)
}

// endpoints returns the list of endpoints; nil if there is none.
func (l lastKnown) endpoints() (all []json.RawMessage) {
	const most = 16 << 20 // more than any home's
	z, err := gzip.NewReader(bytes.NewReader(l.Packed))
	if err != nil {
		return nil
	}
	b, err := io.ReadAll(io.LimitReader(z, most))
	if err != nil || json.Unmarshal(b, &all) != nil {
		return nil
	}
	return all
}

// ids returns the ids of the endpoints, which Alexa knows.
func (l lastKnown) ids() map[string]bool {
	known := map[string]bool{}
	for _, raw := range l.endpoints() {
		if e, err := readEndpoint(raw); err == nil {
			known[e.id] = true
		}
	}
	return known
}

// KnownIDs returns what reads the ids of the endpoints that Alexa knows, of a home with
// a stored token.
func (c *Client) KnownIDs(ctx context.Context, s *initialization.Settings) func() map[string]bool {
	return c.last(ctx, keyFor(s, Token{Secret: s.Token, Source: s.TokenSource})).ids
}

// last returns what is kept under a key.
func (c *Client) last(ctx context.Context, key string) (l lastKnown) {
	kept, err := core.Do(ctx, c.Dispatcher, cache.Get, cache.GetInput{Namespace: cache.Discovery, Key: key})
	if err != nil || json.Unmarshal(kept.Value, &l) != nil {
		return lastKnown{}
	}
	return l
}

// keep keeps l under a key. A failure is noticed at the next outage, and does no harm to
// the reply at hand.
func (c *Client) keep(ctx context.Context, key string, l lastKnown) {
	if b, err := json.Marshal(l); err == nil {
		_, _ = core.Do(ctx, c.Dispatcher, cache.Set, cache.SetInput{
			Namespace: cache.Discovery, Key: key, Value: b, TTL: core.Seconds(keptFor),
		})
	}
}

// remember keeps endpoints as the last known good ones, in place of l.
func (c *Client) remember(ctx context.Context, key string, l lastKnown, endpoints []json.RawMessage) {
	h := sha256.New()
	_ = strictjson.WriteList(h, endpoints) // a hash takes everything
	sum := firstHalf(h)
	if l.Sum == sum && l.Less.IsZero() && time.Since(l.At) < rewriteAfter {
		return
	}
	var packed bytes.Buffer
	z, _ := gzip.NewWriterLevel(&packed, gzip.BestSpeed) // a person may be waiting
	_ = strictjson.WriteList(z, endpoints)               // into memory
	_ = z.Close()
	c.keep(ctx, key, lastKnown{At: time.Now().UTC(), Count: len(endpoints), Sum: sum, Packed: packed.Bytes()})
	c.keepDevices(key, endpoints)
}

// forget drops the last known good answer: someone whom the home rejects must not see
// its devices when it is down later.
func (c *Client) forget(ctx context.Context, key string) {
	if c.last(ctx, key).Count > 0 {
		c.keep(ctx, key, lastKnown{})
	}
}

// keyFor returns the key of the last known good answer that the bearer of a token may
// see. A stored token is the home's. A linked token is a person's, who may see other
// devices than the next person: what one link of an account saw is kept for that link
// alone.
func keyFor(s *initialization.Settings, token Token) string {
	if s.Home != "" { // which has a stored token, or a relay
		return "home " + s.URL + " " + s.Home
	}
	if s.TokenSource == config.Stored {
		return "home " + s.URL
	}
	return "home " + s.URL + " link " + digest(link(token))
}

// link returns the part of a linked token that stays the same when Alexa renews it,
// every half hour: Home Assistant puts the id of the link into it as `iss`, 122 random
// bits that only someone who has seen such a token knows. A token of another shape
// stands for itself.
func link(token Token) string {
	text := token.Reveal()
	parts := strings.Split(text, ".")
	if len(parts) != 3 {
		return "token " + text
	}
	var claims struct {
		Issuer string `json:"iss"`
	}
	b, err := base64.RawURLEncoding.DecodeString(parts[1])
	const random = 32 // hexadecimal digits
	if err != nil || json.Unmarshal(b, &claims) != nil || len(claims.Issuer) < random {
		return "token " + text
	}
	return "iss " + claims.Issuer
}

// digest returns a text's SHA-256, the first half of it, in hexadecimal.
func digest(text string) string {
	h := sha256.New()
	_, _ = io.WriteString(h, text)
	return firstHalf(h)
}

func firstHalf(h hash.Hash) string { return hex.EncodeToString(h.Sum(nil)[:sha256.Size/2]) }
