// Package access is the one door to the home: whatever uses the token for Home
// Assistant needs a [Permit], and only a [Door] gives one.
package access

import (
	"context"

	"github.com/hearthgate/hearthgate/function/alexa"
	"github.com/hearthgate/hearthgate/function/core"
)

// A Permit says that a Door let a request through to the home. The zero value is not
// valid.
type Permit struct{ by string }

// Valid reports whether a Door gave p.
func (p Permit) Valid() bool { return p.by != "" }

// Check returns nil if p is valid.
func (p Permit) Check() error {
	if p.Valid() {
		return nil
	}
	return core.Errorf(core.Forbidden, core.CauseNotAllowed, "the request was not checked, so it does not reach the home: this is a fault of the program")
}

// A Guest is a custom skill's request of a skill that is admitted. It may be answered,
// but has no access to the home yet. The zero value is not valid.
type Guest struct {
	request  alexa.SkillRequest
	admitted bool
}

// Rules say who may do what, by the settings in effect. Their errors say why not.
type Rules interface {
	Skill(ctx context.Context, id string) error                            // whether the custom skill is one of the stage's
	User(ctx context.Context, token core.Secret) error                     // whether the user of a linked account is on the allow-list
	AsksUsers() bool                                                       // whether there is an allow-list
	Directive(ctx context.Context, namespace, name, endpoint string) error // the policy about a directive
	Conversation(context.Context) error                                    // the policy about what is said to the custom skill
}

// A Door lets requests through to the home by its rules. Without rules it lets nothing
// through.
type Door struct{ Rules Rules }

// Directive lets a directive through if its user is on the allow-list and the policy
// does not deny it.
func (d Door) Directive(ctx context.Context, in alexa.Directive) (Permit, error) {
	if d.Rules == nil {
		return Permit{}, Permit{}.Check()
	}
	if err := d.user(ctx, in.Token(), "the directive"); err != nil {
		return Permit{}, err
	}
	if err := d.Rules.Directive(ctx, in.Header.Namespace, in.Header.Name, in.EndpointID); err != nil {
		return Permit{}, err
	}
	return Permit{"directive"}, nil
}

// Admit lets a request of one of the stage's custom skills be answered.
func (d Door) Admit(ctx context.Context, r alexa.SkillRequest) (Guest, error) {
	if d.Rules == nil {
		return Guest{}, Permit{}.Check()
	}
	if err := d.Rules.Skill(ctx, r.ApplicationID); err != nil {
		return Guest{}, err
	}
	return Guest{r, true}, nil
}

// Skill lets the request of a guest through if its user is on the allow-list and the
// policy does not deny it.
func (d Door) Skill(ctx context.Context, g Guest) (Permit, error) {
	if d.Rules == nil || !g.admitted {
		return Permit{}, Permit{}.Check()
	}
	if err := d.user(ctx, g.request.Token(), "the request"); err != nil {
		return Permit{}, err
	}
	if err := d.Rules.Conversation(ctx); err != nil {
		return Permit{}, err
	}
	return Permit{"skill"}, nil
}

// Diagnosis lets the check of the way to the home through, which carries out nothing
// there. Who may invoke the function may run it: it has no user and is no directive of
// Alexa's.
func (d Door) Diagnosis() (Permit, error) {
	if d.Rules == nil {
		return Permit{}, Permit{}.Check()
	}
	return Permit{"diagnosis"}, nil
}

// user checks the user of a linked account, where there is an allow-list.
func (d Door) user(ctx context.Context, token, what string) error {
	switch {
	case !d.Rules.AsksUsers():
		return nil
	case token == "":
		return core.Errorf(core.Unauthorized, core.CauseUnknownToken, "%s has no token of a linked account, so its user is unknown: disable and enable the skill in the Alexa app", what)
	}
	if err := CheckToken(core.Secret(token)); err != nil {
		return err
	}
	return d.Rules.User(ctx, core.Secret(token))
}
