package security

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"slices"
	"time"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/function/core"
)

// How long it is remembered whom a token belongs to, and that it is nobody's.
const (
	identityHolds = time.Hour // as long as Amazon's tokens do
	refusalHolds  = time.Minute
)

// An AuthenticateInput is the input of [Authenticate].
type AuthenticateInput struct {
	SkillID string      `json:"skill_id,omitempty" doc:"of a custom skill, as its requests have it"`
	Token   core.Secret `json:"token,omitempty" doc:"of a linked account, as directives have it"`
}

// Check refuses an input with neither of the two, or with both.
func (in AuthenticateInput) Check() error {
	switch {
	case in.SkillID == "" && in.Token == "":
		return errors.New("field skill_id is missing, and so is token; one of them is wanted")
	case in.SkillID != "" && in.Token != "":
		return errors.New("field skill_id is there, and so is token; one of them is wanted")
	}
	return nil
}

// An Identity is who asks, and why they may.
type Identity struct {
	By         string `json:"by" doc:"skill: a skill that the settings name; user: a user on the allow-list; linked: there is no allow-list, so everyone who linked the skill may command"`
	User       string `json:"user,omitempty" doc:"id of the Login with Amazon user"`
	Remembered bool   `json:"remembered,omitempty" doc:"whether Amazon was asked before, and not now"`
}

func (k *Keeper) authenticate(ctx context.Context, in AuthenticateInput) (Identity, error) {
	a := k.access.Load()
	if a == nil {
		return Identity{}, core.Errorf(core.Internal, core.CauseSettings, "the settings are not known, so nobody is: see what initialization.run says")
	}
	if in.SkillID != "" {
		if !slices.Contains(a.SkillIDs, in.SkillID) {
			k.refused.Add(1)
			return Identity{}, core.Errorf(core.Forbidden, core.CauseUnknownSkill, "the skill %.80q may not ask: put its id into the stage's customSkillId, or into %s", in.SkillID, config.EnvSkillIDs)
		}
		return Identity{By: "skill"}, nil
	}
	if len(a.AllowedUsers) == 0 {
		return Identity{By: "linked"}, nil
	}
	user, remembered, err := k.whose(ctx, in.Token)
	if err != nil {
		return Identity{}, err
	}
	if !slices.Contains(a.AllowedUsers, user) {
		k.refused.Add(1)
		return Identity{}, core.Errorf(core.Forbidden, core.CauseUnknownUser, "the user %.80q may not command: put the id into the stage's allowedUsers if they should", user)
	}
	return Identity{"user", user, remembered}, nil
}

// whose returns the user that a token belongs to. Amazon is asked once for each.
func (k *Keeper) whose(ctx context.Context, token core.Secret) (user string, remembered bool, err error) {
	refused := core.Errorf(core.Unauthorized, core.CauseUnknownToken, "Amazon does not know the token of the linked account: disable and enable the skill in the Alexa app, to link the account again")
	sum := sha256.Sum256([]byte(token))
	key := "user:" + hex.EncodeToString(sum[:])
	if k.opts.Identities != nil {
		if known, ok := k.opts.Identities.Load(key); ok {
			if user, _ := known.(string); user != "" {
				return user, true, nil
			}
			return "", true, refused
		}
	}
	if k.opts.Profile == nil {
		return "", false, core.Errorf(core.Internal, core.CauseUnwired, "there is no way to ask whose token it is")
	}
	k.lookups.Add(1)
	user, err = k.opts.Profile(ctx, token)
	switch kind := core.KindOf(err); {
	case err == nil && user != "":
		k.remember(key, user, identityHolds)
		return user, false, nil
	case err == nil || kind == core.Unauthorized || kind == core.Expired:
		k.refused.Add(1)
		k.remember(key, "", refusalHolds)
		return "", false, refused
	}
	k.unanswered.Add(1)
	return "", false, core.Errorf(core.KindOf(err), "identity", "it is not known who commands, so nobody may: %w", err)
}

func (k *Keeper) remember(key, user string, ttl time.Duration) {
	if k.opts.Identities != nil {
		k.opts.Identities.Keep(key, user, ttl)
	}
}
