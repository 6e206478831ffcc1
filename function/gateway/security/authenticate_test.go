package security_test

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/gateway/cache"
	"github.com/hearthgate/hearthgate/function/gateway/security"
	"github.com/hearthgate/hearthgate/function/gateway/singleton"
)

// amazon stands for Login with Amazon: it knows the tokens "of X", and counts.
type amazon struct {
	asked  atomic.Int32
	before func() // runs before it answers
}

func (m *amazon) profile(_ context.Context, token core.Secret) (string, error) {
	m.asked.Add(1)
	if m.before != nil {
		m.before()
	}
	user, ok := strings.CutPrefix(token.Reveal(), "of ")
	switch {
	case token == "slow":
		return "", core.Errorf(core.Unreachable, core.CauseTimeout, "it took too long")
	case !ok:
		return "", core.Errorf(core.Unauthorized, core.CauseUnknownToken, "unknown")
	}
	return user, nil
}

// serve returns an Authorizer behind the services that the product has for it.
func serve(m *amazon) (*security.Authorizer, *core.Dispatcher) {
	a := security.New(security.Options{Profile: m.profile})
	return a, core.NewDispatcher(a, cache.New(cache.Options{}), &singleton.Store{})
}

func allow(t *testing.T, a *security.Authorizer, users ...string) {
	t.Helper()
	if err := a.Configure(security.Access{AllowedUsers: users, SkillIDs: []string{"skill"}}); err != nil {
		t.Fatal(err)
	}
}

// TestAuthenticate goes through requests in their order, some of them after a change
// of the allow-list, and counts how often Amazon was asked.
func TestAuthenticate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := new(amazon)
		a, d := serve(m)
		change := func(users ...string) func() { return func() { allow(t, a, users...) } }
		wait := func(d time.Duration) func() { return func() { time.Sleep(d) } }
		for i, tt := range []struct {
			before func()
			in     security.AuthenticateInput
			want   string // by, a space, user; or the cause of the refusal
			asked  int32
		}{
			{nil, security.AuthenticateInput{Token: "of owner"}, "settings", 0},
			{nil, security.AuthenticateInput{SkillID: "skill"}, "settings", 0},
			{change("owner"), security.AuthenticateInput{Token: "of owner"}, "user owner", 1},
			{nil, security.AuthenticateInput{Token: "of owner"}, "user owner", 1},
			{nil, security.AuthenticateInput{SkillID: "skill", Token: "of owner"}, "input", 1},
			{change("owner"), security.AuthenticateInput{Token: "of owner"}, "user owner", 1}, // the same settings again
			{nil, security.AuthenticateInput{Token: "of guest"}, "unknown_user", 2},
			{nil, security.AuthenticateInput{Token: "of guest"}, "unknown_user", 2},
			{nil, security.AuthenticateInput{Token: "stolen"}, "unknown_token", 3},
			{nil, security.AuthenticateInput{Token: "stolen"}, "unknown_token", 3},
			{nil, security.AuthenticateInput{Token: "slow"}, "identity", 4},
			{nil, security.AuthenticateInput{Token: "slow"}, "identity", 5},
			{change("guest"), security.AuthenticateInput{Token: "of owner"}, "unknown_user", 6},
			{nil, security.AuthenticateInput{Token: "of guest"}, "user guest", 7},
			{change("owner", "guest"), security.AuthenticateInput{Token: "of owner"}, "user owner", 8},
			{nil, security.AuthenticateInput{Token: "of guest"}, "user guest", 9},
			{change(), security.AuthenticateInput{Token: "of stranger"}, "linked ", 9},
			{change("owner"), security.AuthenticateInput{Token: "of stranger"}, "unknown_user", 10},
			{nil, security.AuthenticateInput{Token: "of owner"}, "user owner", 11},
			{wait(59 * time.Minute), security.AuthenticateInput{Token: "of owner"}, "user owner", 11},
			{wait(time.Minute), security.AuthenticateInput{Token: "of owner"}, "user owner", 12},
			{nil, security.AuthenticateInput{SkillID: "skill"}, "skill ", 12},
			{nil, security.AuthenticateInput{SkillID: "other"}, "unknown_skill", 12},
			{func() { _ = a.Configure(security.Access{SkillIDs: []string{"other"}}) }, security.AuthenticateInput{SkillID: "skill"}, "unknown_skill", 12},
			{nil, security.AuthenticateInput{SkillID: "other"}, "skill ", 12},
			{nil, security.AuthenticateInput{}, "input", 12},
		} {
			if tt.before != nil {
				tt.before()
			}
			got, err := core.Do(t.Context(), d, security.Authenticate, tt.in)
			said := got.By + " " + got.User
			if err != nil {
				said = string(core.CauseOf(err))
			}
			if said != tt.want || m.asked.Load() != tt.asked {
				t.Errorf("request %d: got %q (%v) and Amazon was asked %d times, want %q and %d", i, said, err, m.asked.Load(), tt.want, tt.asked)
			}
		}
	})
}

// TestAllowListChangesMeanwhile has the allow-list change while Amazon is asked: what
// counts is the list afterwards, for those too that wait for the same answer.
func TestAllowListChangesMeanwhile(t *testing.T) {
	for name, tt := range map[string]struct {
		from, to []string
		want     core.Cause
	}{
		"removed":  {[]string{"owner", "guest"}, []string{"owner"}, core.CauseUnknownUser},
		"added":    {[]string{"owner"}, []string{"owner", "guest"}, ""},
		"no list":  {[]string{"owner"}, nil, ""},
		"the same": {[]string{"guest"}, []string{"guest"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				answer := make(chan struct{})
				m := &amazon{before: func() { <-answer }}
				a, d := serve(m)
				allow(t, a, tt.from...)
				ask := func() {
					if _, err := core.Do(t.Context(), d, security.Authenticate, security.AuthenticateInput{Token: "of guest"}); core.CauseOf(err) != tt.want {
						t.Errorf("got %v, want the cause %q", err, tt.want)
					}
				}
				go ask()
				synctest.Wait()
				allow(t, a, tt.to...)
				go ask()
				synctest.Wait()
				close(answer)
				synctest.Wait()
				if n := m.asked.Load(); n != 1 {
					t.Errorf("Amazon was asked %d times, want once for both", n)
				}
			})
		})
	}
}

// TestIdentityIsRevoked checks that an Identity that was not granted is revoked.
func TestIdentityIsRevoked(t *testing.T) {
	if !(security.Identity{By: "user", User: "owner"}).Revoked() {
		t.Error("an identity that was not granted is valid")
	}
}

// TestTokenIsNoKey checks that the key of the cache, which operators can see, does not
// show the token.
func TestTokenIsNoKey(t *testing.T) {
	in := security.AuthenticateInput{Token: secret}
	key, ttl := in.CacheKey()
	other, _ := security.AuthenticateInput{Token: secret + "1"}.CacheKey()
	if len(key) != 64 || key == other || strings.Contains(key, secret) || ttl != time.Hour {
		t.Errorf("the keys are %q and %q, for %v", key, other, ttl)
	}
	if ns, lasts := in.CachePlace(); ns != core.NamespaceIdentity || lasts {
		t.Errorf("it is kept in %q, %v; want memory only", ns, lasts)
	}
}

// TestUnansweredLookUps checks that the health says how often Amazon did not answer.
func TestUnansweredLookUps(t *testing.T) {
	a, d := serve(new(amazon))
	allow(t, a, "owner")
	for _, token := range []core.Secret{"of owner", "slow"} {
		_, _ = core.Do(t.Context(), d, security.Authenticate, security.AuthenticateInput{Token: token})
	}
	if h := a.Health(); h.Points != 75 || len(h.Reasons) != 1 || !strings.Contains(h.Reasons[0], "1 of 2 user look-ups") {
		t.Errorf("the health is %+v", h)
	}
}
