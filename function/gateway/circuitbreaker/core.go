package circuitbreaker

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/hearthgate/hearthgate/function/core"
)

// maxBreakers is how many breakers there may be: each thing outside has one, and
// there are a handful.
const maxBreakers = 32

// Breakers are the breakers of a program, by name. The zero value has none yet, and
// makes them with the default policy. It is safe for concurrent use.
type Breakers struct {
	Policies map[string]Policy // of breakers that have one of their own; default: none

	mu   sync.Mutex
	made map[string]*breaker // guarded by mu
}

func (b *Breakers) call(ctx context.Context, in CallInput) (struct{}, error) {
	one, err := b.get(in.Breaker)
	if err == nil {
		err = one.call(ctx, in)
	}
	return struct{}{}, err
}

// get returns the breaker of that name, and makes it if there is none.
func (b *Breakers) get(name string) (*breaker, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if one, ok := b.made[name]; ok {
		return one, nil
	}
	return b.add(name, b.Policies[name])
}

// add puts a new breaker in, in the place of one of the same name if there is one.
// When there are too many, the closed one that was not used for the longest gives
// way: it would refuse nothing. The caller holds mu.
func (b *Breakers) add(name string, p Policy) (*breaker, error) {
	if b.made[name] == nil && len(b.made) >= maxBreakers && !b.giveWay() {
		return nil, core.Errorf(core.RateLimited, core.CauseTooManyBreakers, "there are %d breakers and none of them is closed: delete one that is not needed", len(b.made))
	}
	if b.made == nil {
		b.made = map[string]*breaker{}
	}
	one := newBreaker(name, p)
	b.made[name] = one
	return one, nil
}

// giveWay drops the closed breaker that was not used for the longest. The caller
// holds mu.
func (b *Breakers) giveWay() bool {
	var oldest *breaker
	for _, one := range b.made {
		closed, used := one.idle()
		if closed && (oldest == nil || used.Before(oldest.usedAt())) {
			oldest = one
		}
	}
	if oldest != nil {
		delete(b.made, oldest.name)
	}
	return oldest != nil
}

// find returns the breaker of that name, or an error of kind NotFound.
func (b *Breakers) find(name string) (*breaker, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	one, ok := b.made[name]
	if !ok {
		return nil, core.Errorf(core.NotFound, core.CauseUnknownBreaker, "there is no breaker %.100q: it is made at its first call, or with circuit_breaker.create", name)
	}
	return one, nil
}

// sorted returns every breaker, by name.
func (b *Breakers) sorted() []*breaker {
	b.mu.Lock()
	defer b.mu.Unlock()
	all := make([]*breaker, 0, len(b.made))
	for _, name := range slices.Sorted(maps.Keys(b.made)) {
		all = append(all, b.made[name])
	}
	return all
}

// idle reports whether a breaker is closed, and when it was last used.
func (b *breaker) idle() (closed bool, used time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.opened.IsZero(), b.used
}

func (b *breaker) usedAt() time.Time {
	_, used := b.idle()
	return used
}

func (b *Breakers) getOrMake(_ context.Context, in BreakerInput) (Status, error) {
	one, err := b.get(in.Breaker)
	if err != nil {
		return Status{}, err
	}
	return one.status(), nil
}

func (b *Breakers) create(_ context.Context, in CreateInput) (Status, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.made[in.Breaker] != nil {
		return Status{}, core.Errorf(core.Invalid, core.CauseExists, "field breaker is %.100q, which is there already: change it with circuit_breaker.configure", in.Breaker)
	}
	one, err := b.add(in.Breaker, in.Policy)
	if err != nil {
		return Status{}, err
	}
	return one.status(), nil
}

// configure puts a new breaker in the place of the old one, since a gobreaker
// keeps what it was made with.
func (b *Breakers) configure(_ context.Context, in ConfigureInput) (Status, error) {
	old, err := b.find(in.Breaker)
	if err != nil {
		return Status{}, err
	}
	return b.renew(old, old.policy.over(in.Policy))
}

// reset puts a new breaker in the place of the old one, since a gobreaker has no
// way back but time.
func (b *Breakers) reset(_ context.Context, in ResetInput) (Status, error) {
	old, err := b.find(in.Breaker)
	if err != nil {
		return Status{}, err
	}
	return b.renew(old, old.policy)
}

func (b *Breakers) renew(old *breaker, p Policy) (Status, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	one, err := b.add(old.name, p)
	if err != nil {
		return Status{}, err
	}
	return one.status(), nil
}

func (b *Breakers) resetAll(ctx context.Context, _ core.None) (All, error) {
	for _, old := range b.sorted() {
		if _, err := b.renew(old, old.policy); err != nil {
			return All{}, err
		}
	}
	return b.all(ctx, core.None{})
}

func (b *Breakers) delete(_ context.Context, in DeleteInput) (Metrics, error) {
	old, err := b.find(in.Breaker)
	if err != nil {
		return Metrics{}, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.made, in.Breaker)
	return measured([]*breaker{old}), nil
}
