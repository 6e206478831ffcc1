package skillsetup

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/config/alexa"
	"github.com/hearthgate/hearthgate/infra/internal/awsaccount"
	"github.com/hearthgate/hearthgate/infra/internal/skill/smapi"
	"github.com/hearthgate/hearthgate/infra/internal/ui"
)

// LinkOptions are what [Setup.Link] is given.
type LinkOptions struct {
	Again      bool   // write the account linking again, with its secret, which Amazon does not show
	Invocation string // name by which the custom skill is opened; default: that which it has, or one in the locale's language
}

// Linked is what a run of [Setup.Link] changed.
type Linked struct {
	Changed Differences `json:"changed"` // empty: everything was right
	ByHand  []string    `json:"byHand"`  // kinds that are to be enabled in the Alexa app
	Events  bool        `json:"events"`  // the skill got the permission to send events
	Next    []string    `json:"next"`
}

// Link sets what the stage's skills must have: endpoint, region, account linking, the
// permission for events, the interaction model, and that they are enabled. It shows what
// differs first, asks, and writes only that.
func (s *Setup) Link(ctx context.Context, o LinkOptions) (Linked, error) {
	done := Linked{Changed: Differences{}, ByHand: []string{}}
	client, err := s.client(ctx)
	if err != nil {
		return done, err
	}
	if err := s.deployed(ctx); err != nil {
		return done, err
	}
	plans, err := s.plans(ctx, client, o)
	if err != nil {
		return done, err
	}
	var differ Differences
	for _, p := range plans {
		if !p.enabled {
			p.differs("enabled", "no", "yes")
		}
		differ = append(differ, p.differences...)
		done.Events = done.Events || p.eventsWanted
	}
	if len(differ) > 0 {
		s.Out.Printf("What differs at Amazon:\n")
		differ.Show(s.Out)
		if err := s.confirm(ctx, "Change it?"); err != nil {
			return done, err
		}
	}
	for _, p := range plans {
		byHand, err := s.apply(ctx, client, p)
		if err != nil {
			return done, err
		}
		if byHand {
			done.ByHand = append(done.ByHand, p.kind)
		}
	}
	done.Changed, done.Next = append(done.Changed, differ...), s.next()
	return done, nil
}

// plans returns what each skill of the stage lacks.
func (s *Setup) plans(ctx context.Context, client *smapi.Client, o LinkOptions) ([]*plan, error) {
	var all []*plan
	for _, k := range kinds {
		if *id(&s.Stage, k.kind) == "" {
			continue
		}
		s.Out.Progress("comparing the " + nameOf(k.kind) + " with the stage")
		p, err := s.plan(ctx, client, k.kind, o)
		if err != nil {
			return nil, err
		}
		all = append(all, p)
	}
	if all == nil {
		return nil, fmt.Errorf("%w of the stage %s yet: run `%s`", ErrNoSkill, s.Stage.Name, s.command("skill create"))
	}
	return all, nil
}

// deployed checks that the function exists and that the skills may invoke it, without
// which Amazon rejects it as their endpoint.
func (s *Setup) deployed(ctx context.Context) error {
	name := config.FunctionName(s.Stage.Name)
	if _, err := s.Account.Function(ctx, name, config.Alias); awsaccount.CodeOf(err) == awsaccount.NotFound {
		return fmt.Errorf("the function %s is not deployed in %s yet, and Amazon accepts it as the skill's endpoint only when it exists: run `%s` first", name, s.Account.Region, s.command("deploy"))
	} else if err != nil {
		return err
	}
	allowed, err := s.Account.Permissions(ctx, name, config.Alias)
	if err != nil {
		return err
	}
	for _, k := range kinds {
		skill := *id(&s.Stage, k.kind)
		principal := alexa.SmartHomePrincipal
		if k.kind == smapi.Custom {
			principal = alexa.CustomSkillPrincipal
		}
		if skill != "" && !slices.Contains(allowed, awsaccount.Permission{Principal: principal, Token: skill}) {
			return fmt.Errorf("the deployed function does not let the %s %s invoke it, because it was deployed before the skill's id was in the stage: run `%s` first", nameOf(k.kind), skill, s.command("deploy"))
		}
	}
	return nil
}

// apply writes what a skill lacks, and reports whether it must be enabled by hand. What
// was written before a failure stays, and the error says so.
func (s *Setup) apply(ctx context.Context, client *smapi.Client, p *plan) (byHand bool, err error) {
	var written []string
	defer func() {
		if left := strings.Join(append(written, p.begun...), ", "); err != nil && left != "" {
			left = "already set for the " + nameOf(p.kind) + ": " + left
			err = s.stopped(ctx, fmt.Errorf("%w; %s", err, left), left+"; `"+s.command("skill link")+"` goes on")
		}
	}()
	if p.manifest != nil {
		s.Out.Progress("setting the endpoint of the " + nameOf(p.kind))
		if err := s.settle(ctx, client, p, smapi.ManifestResource); err != nil {
			return false, err
		}
		written = append(written, "manifest")
	}
	if p.linking != nil {
		s.Out.Progress("setting the account linking of the " + nameOf(p.kind))
		if err := client.PutLinking(ctx, p.id, *p.linking, p.linkingTag); err != nil {
			return false, err
		}
		written = append(written, "account linking")
	}
	if p.model != nil {
		s.Out.Progress("setting the interaction model for " + s.Stage.Locale + ", which Amazon builds for a minute or two")
		if err := s.settle(ctx, client, p, smapi.ModelResource(s.Stage.Locale)); err != nil {
			return false, err
		}
		written = append(written, "interaction model")
	}
	if p.enabled {
		return false, nil
	}
	err = client.Enable(ctx, p.id)
	switch smapi.CodeOf(err) {
	case smapi.Denied, smapi.Invalid, smapi.Conflict, smapi.NotFound:
		s.Out.Printf("%s\n", s.Out.Dim("Amazon leaves enabling the "+nameOf(p.kind)+" to the Alexa app, where the account is linked too: "+err.Error()))
		return true, nil
	}
	return false, err
}

// settle writes a manifest or a model, waits until Amazon has made the change, and until
// it shows it: the status of an earlier change may be what is read first.
func (s *Setup) settle(ctx context.Context, client *smapi.Client, p *plan, r smapi.Resource) error {
	put := func() error { return client.PutManifest(ctx, p.id, p.manifest, p.manifestTag) }
	if r.Locale != "" {
		put = func() error { return client.PutModel(ctx, p.id, r.Locale, p.model, p.modelTag) }
	}
	if err := put(); err != nil {
		return err
	}
	p.begun = []string{r.Name + " (Amazon may still be working on it)"}
	const most, pause = 20, 2 * time.Second
	for n := range most {
		if err := client.Await(ctx, p.id, r); err != nil {
			return err
		}
		left := &plan{kind: p.kind, id: p.id}
		if err := s.compare(ctx, client, left, r); err != nil {
			return err
		}
		if len(left.differences) == 0 {
			p.begun = nil
			return nil
		}
		select {
		case <-ctx.Done():
			return &smapi.Error{Code: smapi.Timeout, Err: errors.New("Amazon says that the change is made and does not show it yet: run `" + s.command("skill link") + "` again in a few minutes")}
		case <-time.After(pause * time.Duration(min(n, 1))):
		}
	}
	return &smapi.Error{Code: smapi.Timeout, Err: errors.New("Amazon says that the change is made and still shows the skill as it was: wait a few minutes and run `" + s.command("skill status") + "`")}
}

// compare compares one part of a skill again.
func (s *Setup) compare(ctx context.Context, client *smapi.Client, p *plan, r smapi.Resource) error {
	if r.Locale != "" {
		return s.planModel(ctx, p, client, "")
	}
	m, _, err := client.Manifest(ctx, p.id)
	if err != nil {
		return err
	}
	return s.planManifest(p, m)
}

// next returns what is left to the owner.
func (s *Setup) next() []string {
	next := []string{
		"In the Alexa app, with the Amazon account of the developer console: More, Skills & Games, Your Skills, Dev; enable the skill and link the account.",
	}
	if s.Stage.SmartHomeSkillID != "" {
		next = append(next, `Say "Alexa, discover devices".`)
	}
	return next
}

// Show writes for a person what was changed, and what is left to do.
func (l Linked) Show(to *ui.Screen) {
	if len(l.Changed) == 0 {
		to.Printf("%s Amazon has the skills as the stage needs them\n", to.Good("nothing to change:"))
	} else {
		to.Printf("%s %d of Amazon's fields\n", to.Good("changed"), len(l.Changed))
	}
	to.Printf("Next:\n")
	for i, step := range l.Next {
		to.Printf("  %d. %s\n", i+1, step)
	}
	if l.Events {
		to.Printf("%s\n", to.Dim("For changes that Alexa shows at once, `hearthgate skill events` says what to add to Home Assistant."))
	}
}
