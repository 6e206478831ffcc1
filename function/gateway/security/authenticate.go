package security

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"slices"
	"sync/atomic"
	"time"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/function/core"
)

// An AuthenticateInput is the input of [Authenticate]: a SkillID or a Token.
type AuthenticateInput struct {
	SkillID string      `json:"skill_id,omitempty" doc:"id of the custom skill, as its requests have it"`
	Token   core.Secret `json:"token,omitempty" doc:"access token of the linked account, as directives have it"`
}

// Check rejects an input with neither of the two fields, or with both.
func (in AuthenticateInput) Check() error {
	switch {
	case in.SkillID == "" && in.Token == "":
		return errors.New("fields skill_id and token are missing: give one of them")
	case in.SkillID != "" && in.Token != "":
		return errors.New("fields skill_id and token exclude each other: give one of them")
	}
	return nil
}

// CacheKey returns a digest of the token, whose [Identity] is cached for an hour, as
// long as Amazon's tokens are valid. A skill is not cached: its key is "".
func (in AuthenticateInput) CacheKey() (string, time.Duration) {
	if in.Check() != nil || in.Token == "" {
		return "", 0
	}
	sum := sha256.Sum256([]byte(in.Token.Reveal()))
	return hex.EncodeToString(sum[:]), time.Hour
}

// CachePlace keeps identities in memory only.
func (AuthenticateInput) CachePlace() (ns core.Namespace, lasts bool) {
	return core.NamespaceIdentity, false
}

// An Identity is who sent a request, and why they may command.
type Identity struct {
	By   string `json:"by" doc:"skill: one of the admitted skills; user: a user on the allow-list; linked: there is no allow-list, so everyone who linked the skill may command"`
	User string `json:"user,omitempty" doc:"Login with Amazon user id"`

	grant
}

// A grant ties an answer to the access that it was given under. The zero value is
// revoked.
type grant struct {
	access  *Access
	current *atomic.Pointer[Access]
}

// Revoked reports whether the access changed since: the answer must not be reused then.
func (g grant) Revoked() bool { return g.current == nil || g.current.Load() != g.access }

// A denial is the refusal of a user, who may be allowed after a change of the access.
type denial struct {
	error
	grant
}

func (a *Authorizer) authenticate(ctx context.Context, in AuthenticateInput) (Identity, error) {
	access := a.access.Load()
	if access == nil {
		return Identity{}, core.Errorf(core.Internal, core.CauseSettings, "the settings are not loaded, so no request is admitted: initialization.run reports why")
	}
	if in.SkillID != "" {
		if !slices.Contains(access.SkillIDs, in.SkillID) {
			a.refused.Add(1)
			return Identity{}, core.Errorf(core.Forbidden, core.CauseUnknownSkill, "the skill %.80q is not admitted: put its id into the stage's customSkillId, or into %s", in.SkillID, config.EnvSkillIDs)
		}
		return Identity{By: "skill", grant: grant{access, &a.access}}, nil
	}
	if len(access.AllowedUsers) == 0 {
		return Identity{By: "linked", grant: grant{access, &a.access}}, nil
	}
	user, err := a.userOf(ctx, in.Token)
	if err != nil {
		return Identity{}, err
	}
	// Amazon takes time to answer: what counts is who may command now.
	access = a.access.Load()
	g := grant{access, &a.access}
	switch {
	case len(access.AllowedUsers) == 0:
		return Identity{By: "linked", grant: g}, nil
	case !slices.Contains(access.AllowedUsers, user):
		a.refused.Add(1)
		refusal := core.Errorf(core.Forbidden, core.CauseUnknownUser, "the user %.80q may not command: put the id into the stage's allowedUsers if they should", user)
		refusal.Err = denial{refusal.Err, g}
		return Identity{}, refusal
	}
	return Identity{By: "user", User: user, grant: g}, nil
}

// userOf returns the user that a token belongs to.
func (a *Authorizer) userOf(ctx context.Context, token core.Secret) (user string, err error) {
	a.lookups.Add(1)
	user, err = a.opts.Profile(ctx, token)
	switch kind := core.KindOf(err); {
	case err == nil && user != "":
		return user, nil
	case core.CauseOf(err) == core.CauseOtherApplication:
		a.refused.Add(1)
		return "", err
	case err == nil || kind == core.Unauthorized || kind == core.Expired:
		a.refused.Add(1)
		return "", core.Errorf(core.Unauthorized, core.CauseUnknownToken, "Amazon does not know the token of the linked account: disable and enable the skill in the Alexa app, to link the account again")
	}
	a.unanswered.Add(1)
	return "", core.Errorf(core.KindOf(err), core.CauseIdentity, "the user could not be looked up, so the directive is refused: %w", err)
}
