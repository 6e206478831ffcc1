// Package circuitbreaker is the circuit breaker gateway: stop calling a dependency
// that keeps failing.
//
// There is one breaker for each dependency outside the function. It counts as
// failures what [CallInput.Counts] says, by default errors of kinds Unreachable and
// RateLimited; a panic; and, if its policy has a limit, calls that took too long. A
// call that its caller cancelled counts as neither failure nor success.
//
// An open breaker rejects every call until [Policy.Open] has passed. It is half-open
// then, and idempotent calls go first: if one fails, no command is lost. A call that
// is not idempotent waits [Policy.Grace] longer for an idempotent one to succeed, and
// goes itself if none came. With the default policy a dependency that has recovered
// is called again within four seconds.
package circuitbreaker

import (
	"context"
	"strings"
	"sync"

	"github.com/hearthgate/hearthgate/function/core"
)

// Names of the program's breakers.
const (
	HomeAssistant   = "home_assistant" // its Smart Home endpoint
	Conversation    = "conversation"   // of Home Assistant, which takes as long as a language model does
	CameraStreams   = "camera_streams" // of Home Assistant, which asks the camera
	AlexaAPI        = "alexa_api"      // for progressive responses
	Parameters      = "parameters"
	ExternalCache   = "external_cache"
	LoginWithAmazon = "login_with_amazon"
)

// Of returns the name of the breaker that a further home has instead of its first one's of
// that name.
func Of(home, name string) string {
	if home == "" {
		return name
	}
	return name + ofHome + home
}

const ofHome = "@"

// Call is the operation that the program uses. The others are in operator.go.
var Call = core.Define[CallInput, struct{}](core.CircuitBreaker, "call",
	"Run a function unless its breaker is open; then fail with kind unavailable.")

// A CallInput is the input of [Call].
type CallInput struct {
	Breaker    string                      `json:"breaker"` // its name; the first call with a name makes the breaker
	Func       func(context.Context) error `json:"func"`
	Counts     func(error) bool            `json:"counts"`     // whether an error counts as a failure; default: kinds Unreachable and RateLimited do
	Idempotent bool                        `json:"idempotent"` // it may be sent twice, so it may be the one that probes a half-open breaker
}

// Breakers are the breakers of a program, by name. The zero value has none and makes
// each with the default policy at its first call. It is safe for concurrent use.
type Breakers struct {
	Policies map[string]Policy // by name, of breakers that do not have the default one

	mu   sync.Mutex
	made map[string]*breaker // guarded by mu
}

// Gateway returns [core.CircuitBreaker].
func (*Breakers) Gateway() core.Gateway { return core.CircuitBreaker }

// Bind binds the operations of the gateway to d.
func (b *Breakers) Bind(d *core.Dispatcher) {
	core.Handle(d, Call, b.call)
	b.bindOperator(d)
}

func (b *Breakers) call(ctx context.Context, in CallInput) (struct{}, error) {
	one, err := b.getOrMake(in.Breaker)
	if err == nil {
		err = one.call(ctx, in)
	}
	return struct{}{}, err
}

// getOrMake returns the breaker of that name, and makes it if there is none.
func (b *Breakers) getOrMake(name string) (*breaker, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if one, ok := b.made[name]; ok {
		return one, nil
	}
	kind, _, _ := strings.Cut(name, ofHome)
	return b.put(name, b.Policies[kind])
}

// put makes a breaker; it replaces one of the same name. At maxBreakers it evicts
// one that is closed, or fails. The caller holds mu.
func (b *Breakers) put(name string, p Policy) (*breaker, error) {
	const maxBreakers = 32 // a program has a handful of dependencies
	if b.made[name] == nil && len(b.made) >= maxBreakers && !b.evict() {
		return nil, core.Errorf(core.RateLimited, core.CauseTooManyBreakers, "there are %d breakers and none of them is closed: delete one that is not needed", len(b.made))
	}
	if b.made == nil {
		b.made = map[string]*breaker{}
	}
	one := newBreaker(name, p)
	b.made[name] = one
	return one, nil
}

// evict removes the least recently used of the closed breakers, which reject nothing.
// It returns false if all are open or half-open. The caller holds mu.
func (b *Breakers) evict() bool {
	var oldest *breaker
	for _, one := range b.made {
		if one.closed() && (oldest == nil || one.lastUsed().Before(oldest.lastUsed())) {
			oldest = one
		}
	}
	if oldest != nil {
		delete(b.made, oldest.name)
	}
	return oldest != nil
}
