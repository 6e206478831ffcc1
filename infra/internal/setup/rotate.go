package setup

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/awsaccount"
	"github.com/hearthgate/hearthgate/infra/internal/invoke"
	"github.com/hearthgate/hearthgate/infra/internal/ui"
)

// A Rotation replaces the token of a stage that is deployed, in one run.
type Rotation struct {
	Stage    config.Stage
	Account  *awsaccount.Account
	Function *invoke.Target
	Progress func(text string) // announces what takes a while

	token         string
	before        string // the token that was stored; "" for none
	beforeVersion int64  // 0 for none
	stored        Stored
}

// patience bounds what is finished although the person has stopped the command: a token
// must not be left half changed.
const patience = time.Minute

// Run stores a token and checks that the deployed function can use it. If it cannot, or if
// ctx ends meanwhile, the token before is put back, and the error says what is in place.
func (r *Rotation) Run(ctx context.Context, token string) (Stored, error) {
	r.token = token
	name := r.Stage.TokenParameterName()
	_, err := r.Account.Function(ctx, config.FunctionName(r.Stage.Name), config.Alias)
	if awsaccount.CodeOf(err) == awsaccount.NotFound {
		return Stored{}, fmt.Errorf("nothing was stored: there is no deployed function that could use the token; run `hearthgate token --stage %s` without --rotate, and then `hearthgate deploy --stage %s`", r.Stage.FullName(), r.Stage.Name)
	}
	r.before, r.beforeVersion, err = r.Account.SecretVersion(ctx, name)
	if err != nil && awsaccount.CodeOf(err) != awsaccount.NotFound {
		return Stored{}, fmt.Errorf("nothing was stored: %w", err)
	}
	finish, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	if r.stored, err = StoreToken(finish, r.Stage, r.Account, token); err != nil {
		return Stored{}, r.unsure(finish, err)
	}
	r.Progress("checking that the deployed function can use the new token")
	problem := r.check(ctx)
	if problem == nil {
		r.stored.Next = "delete the old token in Home Assistant: your profile, Security"
		if r.stored.Version != r.beforeVersion+1 && r.beforeVersion > 0 && r.stored.Version > 1 {
			r.stored.Next += fmt.Sprintf(". Someone else has stored a token at the same time, version %d, which is no longer used", r.stored.Version-1)
		}
		return r.stored, nil
	}
	left := r.putBack(finish)
	if ctx.Err() != nil {
		return Stored{}, &ui.StoppedError{Left: left}
	}
	return Stored{}, fmt.Errorf("the deployed function cannot use the new token: %w. %s", problem, sentence(left))
}

// check checks that the function uses what is stored and finds devices with it.
func (r *Rotation) check(ctx context.Context) error {
	if err := r.Function.Reload(ctx); err != nil {
		return err
	}
	if home := r.Stage.HomeName(); home != "" {
		return r.Function.Reaches(ctx, home)
	}
	return r.Function.Discovers(ctx)
}

// unsure returns the error of a token that could not be stored, or of which AWS did not
// say whether it was.
func (r *Rotation) unsure(ctx context.Context, err error) error {
	p, problem := r.Account.Parameter(ctx, r.Stage.TokenParameterName())
	switch {
	case awsaccount.CodeOf(problem) == awsaccount.NotFound && r.beforeVersion > 0:
		return fmt.Errorf("%w. The parameter %s was deleted and not stored again: run `hearthgate token --stage %s`", err, r.Stage.TokenParameterName(), r.Stage.FullName())
	case problem != nil && awsaccount.CodeOf(problem) != awsaccount.NotFound:
		return fmt.Errorf("%w. It is not known which token is stored now: run `hearthgate token --stage %s --rotate` again", err, r.Stage.FullName())
	case p.Version == r.beforeVersion:
		return fmt.Errorf("%w. The token that was stored before is still in place", err)
	}
	r.stored.Version = p.Version
	return fmt.Errorf("%w. %s", err, sentence(r.putBack(ctx)))
}

// putBack stores the token before again and has the function read it. It returns what is
// in place then.
func (r *Rotation) putBack(ctx context.Context) string {
	name := r.Stage.TokenParameterName()
	current, version, err := r.Account.SecretVersion(ctx, name)
	command := "`hearthgate token --stage " + r.Stage.FullName() + "`"
	switch {
	case err != nil:
		return fmt.Sprintf("%s has the new token, version %d, and could not be read again (%v): %s stores a good one", name, r.stored.Version, err, command)
	case current != r.token:
		return fmt.Sprintf("someone else has stored another token meanwhile, version %d of %s, which is left as it is", version, name)
	case r.before == "":
		return fmt.Sprintf("%s has the new token, version %d, because there was none before: %s replaces it", name, version, command)
	}
	back, err := StoreToken(ctx, r.Stage, r.Account, r.before)
	if err != nil {
		return fmt.Sprintf("%s still has the new token, version %d, because the one before could not be stored again (%v): %s stores a good one", name, version, err, command)
	}
	state := fmt.Sprintf("the token before is in place again, version %d of %s", back.Version, name)
	if r.stored.Version != r.beforeVersion+1 && r.stored.Version > 1 {
		state += fmt.Sprintf(" (it is version %d; someone else has stored version %d at the same time, which was replaced)", r.beforeVersion, r.stored.Version-1)
	}
	if err := r.Function.Reload(ctx); err != nil {
		return state + fmt.Sprintf(", but the function was not asked to read it (%v); it reads it when it starts the next time", err)
	}
	return state + ", and the function uses it"
}

// sentence returns a text that begins with a capital letter, unless it begins with a name.
func sentence(text string) string {
	for _, name := range []string{"the ", "someone "} {
		if strings.HasPrefix(text, name) {
			return strings.ToUpper(text[:1]) + text[1:]
		}
	}
	return text
}
