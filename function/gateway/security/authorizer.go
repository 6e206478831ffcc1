package security

import (
	"context"
	"crypto/x509"
	"fmt"
	"maps"
	"net"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/config/policy"
	"github.com/hearthgate/hearthgate/function/core"
)

// Options configure an [Authorizer].
type Options struct {
	Profile  func(context.Context, core.Secret) (user string, err error)                       // returns the user that a token of Login with Amazon belongs to, or an error of kind Unauthorized for an unknown token; default: every look-up fails
	Sealer   *Sealer                                                                           // for encrypt and decrypt; default: a new one, without a key
	Redactor *Redactor                                                                         // for redact and safe_error; default: a new one, without literals
	Dial     func(ctx context.Context, network, address string) (conn net.Conn, err error)     // default: net.Dialer's
	ByName   func(ctx context.Context, network, address string) (conn net.Conn, err error)     // Dial, for a person who checks a certificate by name; default: Dial
	Verify   func(host string, port int, chain []*x509.Certificate) (verified bool, err error) // verifies a chain as the function's own connections do; verified is false where the settings turn verification off; default: the system's authorities
}

// Access is who may command what.
type Access struct {
	SkillIDs     []string          // ids of the custom skills that are admitted; default: none
	AllowedUsers []string          // Login with Amazon user ids that may command; default: everyone who linked the skill
	Application  string            // client id that tokens of AllowedUsers must have been given to; default: any
	Policy       string            // JSON rules; default: every directive is allowed
	Policies     map[string]string // of further homes, by name; a home that is not there has no rules
	Conversation string            // allow or deny: whether the custom skill may use the home where no rule names it; default: it may if there is no policy
	Linked       bool              // accounts are linked with Home Assistant instead of Login with Amazon
}

func (a *Access) equal(b *Access) bool {
	return a != nil && slices.Equal(a.SkillIDs, b.SkillIDs) && slices.Equal(a.AllowedUsers, b.AllowedUsers) &&
		a.Application == b.Application && a.Policy == b.Policy && maps.Equal(a.Policies, b.Policies) && a.Conversation == b.Conversation && a.Linked == b.Linked
}

// An Authorizer decides who may command what, and counts what it refuses. It is safe
// for concurrent use. Make one with [New].
type Authorizer struct {
	opts    Options
	access  atomic.Pointer[Access]            // nil before Configure
	rules   atomic.Pointer[rules]             // of the first home, and of the custom skill; never nil
	further atomic.Pointer[map[string]*rules] // of further homes that have some, by name; nil without
	buckets buckets

	refused    atomic.Int64 // inputs, skills, users and tokens
	limited    atomic.Int64
	lookups    atomic.Int64 // of users at Amazon
	unanswered atomic.Int64 // of those
}

// New returns an Authorizer that admits no skill and no token, and whose policy allows
// every directive, until Configure.
func New(o Options) *Authorizer {
	if o.Sealer == nil {
		o.Sealer = new(Sealer)
	}
	if o.Redactor == nil {
		o.Redactor = new(Redactor)
	}
	if o.Profile == nil {
		o.Profile = func(context.Context, core.Secret) (string, error) {
			return "", core.Errorf(core.Internal, core.CauseUnwired, "no way to look up users is configured")
		}
	}
	if o.Dial == nil {
		o.Dial = new(net.Dialer).DialContext
	}
	if o.ByName == nil {
		o.ByName = o.Dial
	}
	if o.Verify == nil {
		o.Verify = func(host string, _ int, chain []*x509.Certificate) (bool, error) {
			return true, verify(host, chain, nil)
		}
	}
	a := &Authorizer{opts: o}
	a.rules.Store(new(rules))
	return a
}

// Configure sets who may command what. A change revokes every [Identity] granted
// before. On an error, which names the environment variable and what is wrong with
// it, the access before it stays in effect.
func (a *Authorizer) Configure(access Access) error {
	if access.Linked && len(access.AllowedUsers) > 0 {
		return fmt.Errorf("%s has no effect while %s is %s, because Home Assistant issues the tokens then and knows its users itself: remove one of the two", config.EnvAllowedUsers, config.EnvTokenSource, config.Linked)
	}
	if access.AllowedUsers != nil && len(access.AllowedUsers) == 0 {
		return fmt.Errorf("%s %w", config.EnvAllowedUsers, policy.CheckUsers(access.AllowedUsers))
	}
	conversation, err := policy.ParseConversation(access.Conversation)
	if err != nil {
		return fmt.Errorf("%s %w", config.EnvConversation, err)
	}
	first, err := a.rules.Load().changed(access.Policy, conversation)
	if err != nil {
		return fmt.Errorf("%s %w", config.EnvPolicy, err)
	}
	further := map[string]*rules{}
	for home, text := range access.Policies {
		if further[home], err = a.rulesOf(home).changed(text, ""); err != nil {
			return fmt.Errorf("%s %w", config.HomeVariable(config.EnvPolicy, home), err)
		}
	}
	a.rules.Store(first)
	a.further.Store(&further)
	if !a.access.Load().equal(&access) {
		access.SkillIDs, access.AllowedUsers = slices.Clone(access.SkillIDs), slices.Clone(access.AllowedUsers)
		a.access.Store(&access)
	}
	return nil
}

// AsksUsers reports whether there is an allow-list, so that the user of each
// directive has to be authenticated.
func (a *Authorizer) AsksUsers() bool {
	access := a.access.Load()
	return access != nil && len(access.AllowedUsers) > 0
}

// HasPolicy reports whether there are rules that each directive to a home has to pass; ""
// is the first home.
func (a *Authorizer) HasPolicy(home string) bool { return a.rulesOf(home).Policy != nil }

// rulesOf returns the rules of a home; never nil.
func (a *Authorizer) rulesOf(home string) *rules {
	if home == "" {
		return a.rules.Load()
	}
	if further := a.further.Load(); further != nil && (*further)[home] != nil {
		return (*further)[home]
	}
	return new(rules)
}

// JudgesSkill reports whether what is said to the custom skill has to pass the rules, or
// a choice of the stage.
func (a *Authorizer) JudgesSkill() bool {
	r := a.rules.Load()
	return r.Policy != nil || r.conversation != ""
}

// Health deducts points for look-ups that Amazon did not answer, and before Configure.
func (a *Authorizer) Health() core.Health {
	s, _ := a.status(context.Background(), core.None{})
	h := core.Healthy(map[string]any{
		"refused": s.Refused, "rate_limited": s.Limited, "denied": s.Denied, "redactions": s.Redactions,
		"look_ups": s.LookUps, "unanswered": s.Unanswered, "policy": s.Policy, "allow_list": s.AllowList,
	})
	if len(s.Unmatched) > 0 {
		h.Facts["rules_that_never_matched"] = strings.Join(s.Unmatched, ", ")
	}
	if s.Unanswered > 0 {
		h.Deduct(int(50*s.Unanswered/s.LookUps), fmt.Sprintf("Amazon did not answer %d of %d user look-ups, so those directives were refused: check whether Login with Amazon can be reached", s.Unanswered, s.LookUps))
	}
	if a.access.Load() == nil {
		h.Deduct(20, "the settings are not loaded yet, so no skill is admitted")
	}
	return h
}

// Cleanup drops the buckets that are full: a new one would be the same.
func (a *Authorizer) Cleanup(context.Context) core.Reclaimed {
	const each = 200 // bytes, about
	n := a.buckets.full(time.Now())
	return core.Reclaimed{Items: n, Bytes: int64(n * each)}
}
