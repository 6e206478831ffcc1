package awsaccount

import (
	"context"
	"fmt"
	"sync"

	"github.com/hearthgate/hearthgate/config"
)

// A Pool opens the accounts of stages, each once: stages with one profile and region
// share an [Account], or the error of it. The zero Pool is empty. It is safe for
// concurrent use.
type Pool struct {
	mu     sync.Mutex
	opened map[place]*opening // guarded by mu
}

type place struct{ region, profile string }

type opening struct {
	sync.Mutex
	account *Account // guarded by the Mutex
	err     error    // guarded by the Mutex
}

// Open returns the account that the credentials of a stage belong to. It need not be the
// one that the stage names.
func (p *Pool) Open(ctx context.Context, s config.Stage) (*Account, error) {
	o := p.at(place{s.Region, s.AWSProfile})
	o.Lock()
	defer o.Unlock()
	if o.account != nil || o.err != nil {
		return o.account, o.err
	}
	a, err := open(ctx, s.Region, s.AWSProfile)
	if ctx.Err() == nil { // what was stopped says nothing
		o.account, o.err = a, err
	}
	return a, err
}

// Retry has the accounts that could not be opened tried again.
func (p *Pool) Retry() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for key, o := range p.opened {
		o.Lock()
		if o.err != nil {
			delete(p.opened, key)
		}
		o.Unlock()
	}
}

func (p *Pool) at(key place) *opening {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.opened == nil {
		p.opened = map[place]*opening{}
	}
	if p.opened[key] == nil {
		p.opened[key] = new(opening)
	}
	return p.opened[key]
}

// For returns the account of a stage. Credentials of another account are an error.
func (p *Pool) For(ctx context.Context, s config.Stage) (*Account, error) {
	a, err := p.Open(ctx, s)
	if err != nil {
		return nil, err
	}
	if s.Account == "" || s.Account == a.ID {
		return a, nil
	}
	if s.AWSProfile != "" {
		return nil, fmt.Errorf("the stage %s belongs to the AWS account %s, and the profile %s is of %s: correct account or awsProfile in the stage's file", s.Name, s.Account, s.AWSProfile, a.ID)
	}
	return nil, fmt.Errorf("the stage %s belongs to the AWS account %s, and these credentials are of %s: set AWS_PROFILE to a profile of the account %[2]s, or write it into the stage's file as awsProfile", s.Name, s.Account, a.ID)
}

// OpenFor opens the account of one stage. Credentials of another account are an error.
func OpenFor(ctx context.Context, s config.Stage) (*Account, error) { return new(Pool).For(ctx, s) }
