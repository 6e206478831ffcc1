// Package skillsetup sets up the skills of a stage at Amazon: it logs in, creates the
// skills, sets what they must have, compares them with the stage, and deletes them.
//
// Each step can be run again at any time and continues where the last run ended.
package skillsetup

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/awsaccount"
	"github.com/hearthgate/hearthgate/infra/internal/project"
	"github.com/hearthgate/hearthgate/infra/internal/setup"
	"github.com/hearthgate/hearthgate/infra/internal/skill/smapi"
	"github.com/hearthgate/hearthgate/infra/internal/ui"
)

// A Setup is the skills of a stage and what it takes to set them up. It is for one
// goroutine.
type Setup struct {
	Stages  project.StageFolder // which has the stage's file
	Stage   config.Stage        // Create and Delete change it, and its file
	Account *awsaccount.Account // of the stage

	Out    *ui.Screen // for questions and progress
	Prompt *ui.Prompt // where the owner answers; default: no one is asked
	Yes    bool       // change without asking

	Draft *setup.Draft // keeps what the owner types for a login; default: it is not kept

	Transport http.RoundTripper // to Amazon; default: Go's
}

// ErrNoLogin is in the error of a step that needs a login when the stage has none.
var ErrNoLogin = errors.New("there is no login for skills")

// ErrNoSkill is in the error of a step that needs a skill when the stage has none.
var ErrNoSkill = errors.New("there is no skill")

// kinds are the kinds of skill with the names that a person uses, in their order.
var kinds = []struct{ kind, flag, name string }{
	{smapi.SmartHome, "smart-home", "Smart Home"},
	{smapi.Custom, "custom", "custom"},
}

// nameOf returns what a person calls a kind of skill.
func nameOf(kind string) string {
	for _, k := range kinds {
		if k.kind == kind {
			return k.name + " skill"
		}
	}
	return "skill"
}

// id returns where the stage keeps the id of its skill of a kind.
func id(s *config.Stage, kind string) *string {
	if kind == smapi.Custom {
		return &s.CustomSkillID
	}
	return &s.SmartHomeSkillID
}

// remember writes the id of a skill into the stage's file.
func (s *Setup) remember(kind, skill string) error {
	changed := s.Stage
	*id(&changed, kind) = skill
	if err := changed.Validate(); err != nil {
		return err
	}
	if err := setup.Write(s.Stages.FilePath(changed.Name), changed); err != nil {
		return err
	}
	s.Stage = changed
	return nil
}

// command returns a command line for this stage.
func (s *Setup) command(command string) string {
	return "hearthgate " + command + " --stage " + s.Stage.Name
}

// ARN returns what the skills' endpoint is: the alias of the stage's function. Its name
// is known before the function exists.
func (s *Setup) ARN() string {
	return fmt.Sprintf("arn:aws:lambda:%s:%s:function:%s:%s", s.Account.Region, s.Account.ID, config.FunctionName(s.Stage.Name), config.Alias)
}

// HasLogin reports whether the stage has a login.
func (s *Setup) HasLogin(ctx context.Context) (bool, error) {
	_, err := s.stored(ctx)
	if errors.Is(err, ErrNoLogin) {
		return false, nil
	}
	return err == nil, err
}

// stored returns the login of the stage; the error is [ErrNoLogin] if there is none.
func (s *Setup) stored(ctx context.Context) (smapi.Login, error) {
	var login smapi.Login
	text, err := s.Account.Secret(ctx, s.Stage.LoginParameterName())
	switch {
	case awsaccount.CodeOf(err) == awsaccount.NotFound:
		return login, fmt.Errorf("%w of the stage %s yet: run `%s`, or set them up by hand with `%s`", ErrNoLogin, s.Stage.Name, s.command("skill login"), s.command("skill fields"))
	case err != nil:
		return login, err
	}
	if json.Unmarshal([]byte(text), &login) != nil || login.ClientID == "" || login.ClientSecret == "" || login.RefreshToken == "" || login.VendorID == "" {
		return smapi.Login{}, fmt.Errorf("what is stored in %s is not a login: run `%s`, which replaces it", s.Stage.LoginParameterName(), s.command("skill login"))
	}
	return login, nil
}

// store stores the login of the stage and returns the parameter's version.
func (s *Setup) store(ctx context.Context, login smapi.Login) (int64, error) {
	b, err := json.Marshal(login)
	if err != nil {
		return 0, err
	}
	return s.Account.PutSecret(ctx, s.Stage.LoginParameterName(), string(b), "Login for managing the stage's Alexa skills", s.Stage.Name)
}

// client returns a client with the stored login.
func (s *Setup) client(ctx context.Context) (*smapi.Client, error) {
	login, err := s.stored(ctx)
	if err != nil {
		return nil, err
	}
	return s.clientFor(login), nil
}

func (s *Setup) clientFor(login smapi.Login) *smapi.Client { return smapi.New(s.options(login)) }

func (s *Setup) options(login smapi.Login) smapi.Options {
	return smapi.Options{
		Login: login, Flags: "--stage " + s.Stage.Name, Progress: s.Out.Progress, Transport: s.Transport,
		Save: func(ctx context.Context, login smapi.Login) error {
			_, err := s.store(ctx, login)
			return err
		},
	}
}

// stopped returns err, or where the owner has stopped the work what is left of it.
func (s *Setup) stopped(ctx context.Context, err error, left string) error {
	if err == nil || !errors.Is(ctx.Err(), context.Canceled) {
		return err
	}
	return &ui.StoppedError{Left: left}
}

// interactive reports whether the owner can be asked.
func (s *Setup) interactive() bool { return s.Prompt != nil && s.Prompt.Interactive() }

// confirm asks whether to go on, unless the owner has said yes already.
func (s *Setup) confirm(ctx context.Context, question string) error {
	switch {
	case s.Yes:
		return nil
	case s.Prompt == nil:
		return ui.ErrNoTerminal
	}
	return s.Prompt.Confirm(ctx, question)
}
