package security

import (
	"context"
	"crypto/x509"
	"fmt"
	"net"
	"sync/atomic"
	"time"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/function/core"
)

// Options are what a [Keeper] is given by the application.
type Options struct {
	Profile    func(context.Context, core.Secret) (user string, err error)                     // asks whose token it is; Unauthorized if nobody's; default: nobody can be asked
	Identities Shelf                                                                           // remembers whose token is whose; default: nobody does
	Dial       func(ctx context.Context, network, address string) (conn net.Conn, err error)   // default: net.Dialer's
	Verify     func(host string, port int, chain []*x509.Certificate) (looked bool, err error) // says why the function would send nothing to who shows that, and whether it looks; default: it looks whom the system trusts
}

// A Shelf keeps values for a time.
type Shelf interface {
	Load(key string) (v any, ok bool)
	Keep(key string, v any, ttl time.Duration)
}

// Access is who may do what.
type Access struct {
	SkillIDs     []string // of custom skills that may ask; default: none may
	AllowedUsers []string // Login with Amazon user ids that may command; default: whoever linked the skill
	Policy       string   // JSON rules; default: every directive is allowed
	Linked       bool     // accounts are linked with Home Assistant, not with Login with Amazon

	Token core.Secret // the stored one of Home Assistant, which the key is made from; default: there is no key
}

// A Keeper knows who may do what, and counts what it refuses. It is safe for
// concurrent use.
type Keeper struct {
	opts    Options
	access  atomic.Pointer[Access] // nil before Configure
	policy  atomic.Pointer[policy] // nil for one that allows everything
	seal    atomic.Pointer[sealer]
	buckets buckets

	refused    atomic.Int64 // inputs, skills, users and tokens
	limited    atomic.Int64
	redactions atomic.Int64
	lookups    atomic.Int64 // of users at Amazon
	unanswered atomic.Int64 // of those
}

// New returns a Keeper that allows every directive and knows nobody.
func New(o Options) *Keeper {
	if o.Dial == nil {
		o.Dial = new(net.Dialer).DialContext
	}
	if o.Verify == nil {
		o.Verify = func(host string, _ int, chain []*x509.Certificate) (bool, error) {
			return true, verify(host, chain, nil)
		}
	}
	return &Keeper{opts: o}
}

// Configure sets who may do what. With an error, which names the environment's
// variable and what is wrong with it, everything stays as it was.
func (k *Keeper) Configure(a Access) error {
	if a.Linked && len(a.AllowedUsers) > 0 {
		return fmt.Errorf("%s is of no use while %s is %s: the tokens are Home Assistant's then, which knows its users itself; leave one of the two out", config.EnvAllowedUsers, config.EnvTokenSource, config.Linked)
	}
	p := k.policy.Load()
	if p == nil || p.text != a.Policy { // or else the counts go on
		var err error
		if p, err = parsePolicy(a.Policy); err != nil {
			return fmt.Errorf("%s %w", config.EnvPolicy, err)
		}
	}
	k.policy.Store(p)
	k.access.Store(&a)
	return nil
}

// AsksUsers reports whether there is an allow-list, so that a directive's user has
// to be known.
func (k *Keeper) AsksUsers() bool {
	a := k.access.Load()
	return a != nil && len(a.AllowedUsers) > 0
}

// HasPolicy reports whether there are rules that a directive has to pass.
func (k *Keeper) HasPolicy() bool { return k.policy.Load() != nil }

// Scrub returns what the function [Scrub] does, and counts the secrets.
func (k *Keeper) Scrub(text string) (string, int) {
	text, n := Scrub(text)
	if n > 0 {
		k.redactions.Add(int64(n))
	}
	return text, n
}

// A Status is what [GetStatus] returns. It counts since the process started.
type Status struct {
	Refused    int64       `json:"refused" doc:"inputs, skills, users and tokens that were refused"`
	Limited    int64       `json:"rate_limited" doc:"refused because of a bucket without tokens"`
	Denied     int64       `json:"denied" doc:"directives that the policy denied"`
	Rules      []RuleCount `json:"rules" doc:"of the policy, in their order"`
	Redactions int64       `json:"redactions" doc:"secrets that were taken out of texts"`
	LookUps    int64       `json:"look_ups" doc:"users that Amazon was asked for"`
	Unanswered int64       `json:"unanswered" doc:"of those, how many it did not tell"`
	Buckets    int         `json:"buckets" doc:"keys that a rate is kept of"`
	Key        bool        `json:"key" doc:"whether there is a key to encrypt with"`
	Policy     bool        `json:"policy" doc:"whether there is a policy; without one every directive is allowed"`
	AllowList  int         `json:"allow_list" doc:"users that may command; 0 if everyone may who linked the skill"`
	Skills     int         `json:"skills" doc:"custom skills that may ask"`
}

// A RuleCount is what is told of one rule of the policy.
type RuleCount struct {
	Rule   int    `json:"rule" doc:"which one, counted from 1"`
	Effect string `json:"effect" doc:"deny or allow"`
	Reason string `json:"reason,omitempty"`
	Denied int64  `json:"denied" doc:"directives that it denied"`
}

func (k *Keeper) status(context.Context, core.None) (Status, error) {
	s := Status{
		Refused: k.refused.Load(), Limited: k.limited.Load(), Rules: []RuleCount{}, Redactions: k.redactions.Load(),
		LookUps: k.lookups.Load(), Unanswered: k.unanswered.Load(), Buckets: k.buckets.len(),
	}
	_, noKey := k.sealer()
	s.Key = noKey == nil
	if a := k.access.Load(); a != nil {
		s.AllowList, s.Skills = len(a.AllowedUsers), len(a.SkillIDs)
	}
	if p := k.policy.Load(); p != nil {
		s.Policy = true
		for _, r := range p.rules {
			n := r.denied.Load()
			s.Denied += n
			s.Rules = append(s.Rules, RuleCount{r.number, r.Effect, r.Reason, n})
		}
	}
	return s, nil
}

// Health says how it is going: well, unless nobody tells whose tokens are whose.
func (k *Keeper) Health() core.Health {
	s, _ := k.status(context.Background(), core.None{})
	h := core.Healthy(map[string]any{
		"refused": s.Refused, "rate_limited": s.Limited, "denied": s.Denied, "redactions": s.Redactions,
		"look_ups": s.LookUps, "unanswered": s.Unanswered, "policy": s.Policy, "allow_list": s.AllowList,
	})
	if s.Unanswered > 0 {
		h.Deduct(int(50*s.Unanswered/s.LookUps), fmt.Sprintf("Amazon did not tell %d of %d times whose token it was, so those directives were refused: see whether api.amazon.com can be reached", s.Unanswered, s.LookUps))
	}
	if k.access.Load() == nil {
		h.Deduct(20, "the settings are not known yet, so no skill may ask")
	}
	return h
}

// Cleanup forgets the buckets that are full, which are like new ones.
func (k *Keeper) Cleanup(context.Context) core.Reclaimed {
	const each = 200 // bytes, about
	n := k.buckets.full(time.Now())
	return core.Reclaimed{Items: n, Bytes: int64(n * each)}
}

// Checked is implemented by an input that can tell whether it is valid. Check
// returns nil, or a sentence that names the field that is not.
type Checked interface{ Check() error }

// Service refuses a call whose input fails its own Check, with kind Invalid.
func (k *Keeper) Service() core.Service {
	return func(_ *core.Spec, next core.Handler) core.Handler {
		return func(ctx context.Context, c *core.Call) error {
			if in, ok := c.Input.(Checked); ok {
				c.MarkUsed(core.Security)
				if err := k.check(in); err != nil {
					return err
				}
			}
			return next(ctx, c)
		}
	}
}

// check returns what in's Check says as an error of kind Invalid, and counts it.
func (k *Keeper) check(in Checked) error {
	err := in.Check()
	if err == nil {
		return nil
	}
	k.refused.Add(1)
	return &core.Error{Kind: core.Invalid, Cause: core.CauseInput, Err: err}
}
