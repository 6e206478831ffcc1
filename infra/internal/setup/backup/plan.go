package backup

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/awsaccount"
	"github.com/hearthgate/hearthgate/infra/internal/project"
	"github.com/hearthgate/hearthgate/infra/internal/setup"
	"github.com/hearthgate/hearthgate/infra/internal/ui"
)

// A Plan is what an import writes.
type Plan struct {
	Stage      string          `json:"stage"`
	File       string          `json:"file"`
	Exists     bool            `json:"exists"`  // the stage has a file already
	Changes    []setup.Change  `json:"changes"` // from that file or, without one, from the defaults
	Account    string          `json:"account"`
	Region     string          `json:"region"`
	Parameters []PlanParameter `json:"parameters"`
	Notes      []string        `json:"notes,omitempty"` // what the owner should know
	Next       string          `json:"next"`            // the command to run next

	after   config.Stage
	stages  project.StageFolder
	account *awsaccount.Account
}

// A PlanParameter is a SecureString that an import writes.
type PlanParameter struct {
	Name     string `json:"name"`
	Replaces int64  `json:"replaces"` // version of what is there; 0: nothing is
	Same     bool   `json:"same"`     // what is there has this value already, and stays

	value string
}

// StageAs returns the stage of the bundle under a name; "" for its own.
func (b Bundle) StageAs(name string) (config.Stage, error) {
	if name == "" {
		name = b.Stage
	}
	if err := config.CheckName(name); err != nil {
		return config.Stage{}, err
	}
	s, err := config.Decode(name+".json", b.Settings)
	if err == nil {
		err = s.Validate()
	}
	if err != nil {
		return s, fmt.Errorf("the exported settings are not those of a stage: %w", err)
	}
	return s, nil
}

// Plan compares a stage of the bundle with what is there. It changes nothing.
func (b Bundle) Plan(ctx context.Context, s config.Stage, stages project.StageFolder, a *awsaccount.Account) (Plan, error) {
	p := Plan{
		Stage: s.Name, File: stages.File(s.Name), Account: a.ID, Region: a.Region, Parameters: []PlanParameter{},
		Next: "hearthgate deploy --stage " + s.Name, stages: stages, account: a,
	}
	if s.Account != "" && s.Account != a.ID {
		p.Notes = append(p.Notes, "account becomes "+a.ID+", that of these credentials; it was "+s.Account)
		s.Account = a.ID
	}
	if s.AlarmTopicARN != "" && !strings.Contains(s.AlarmTopicARN, ":"+a.ID+":") {
		p.Notes = append(p.Notes, "alarmTopicArn is a topic of another account: check that it accepts these alarms, or use `hearthgate config set alarmTopicArn`")
	}
	if a.ID != b.Account || s.Name != b.Stage {
		for _, at := range s.Each() {
			if at.HasRelay() {
				p.Notes = append(p.Notes, "the key of a home behind a relay stays in the house, and its certificate in the account "+b.Account+": pair it again after the deployment, with `hearthgate pair --stage "+at.FullName()+"`")
			}
		}
	}
	before, err := stages.Open(s.Name)
	p.Exists = !errors.Is(err, fs.ErrNotExist)
	if !p.Exists || err != nil {
		before = config.NewStage(s.Name)
	}
	p.after, p.Changes = s, setup.Changes(before, s)
	if err != nil && p.Exists {
		p.Notes = append(p.Notes, "the file that is there is broken: "+err.Error())
	}
	for _, parameter := range b.Parameters {
		planned := PlanParameter{Name: config.ParameterPrefix(s.Name) + parameter.Name, value: parameter.Value}
		value, version, err := a.SecretVersion(ctx, planned.Name)
		if err != nil && awsaccount.CodeOf(err) != awsaccount.NotFound {
			return p, err
		}
		planned.Replaces, planned.Same = version, version > 0 && value == parameter.Value
		p.Parameters = append(p.Parameters, planned)
	}
	return p, nil
}

// Overwrites reports whether the import replaces a file that says something else.
func (p Plan) Overwrites() bool { return p.Exists && len(p.Changes) > 0 }

// Apply stores the parameters and writes the stage's file. It can be run again after a
// failure, whose error says what was stored.
func (p Plan) Apply(ctx context.Context) (Imported, error) {
	done := Imported{Plan: p, Stored: []Stored{}}
	for _, parameter := range p.Parameters {
		if parameter.Same {
			continue
		}
		version, err := p.account.PutSecret(ctx, parameter.Name, parameter.value, "Imported by hearthgate import", p.Stage)
		if err != nil {
			return done, done.stopped(ctx, err)
		}
		done.Stored = append(done.Stored, Stored{parameter.Name, version})
	}
	if err := setup.Save(p.stages, p.after); err != nil {
		return done, done.stopped(ctx, err)
	}
	return done, nil
}

// stopped returns the error of an import that ended early, with what it has stored.
func (i Imported) stopped(ctx context.Context, err error) error {
	left := "nothing was imported"
	if len(i.Stored) > 0 {
		var names []string
		for _, s := range i.Stored {
			names = append(names, s.Name)
		}
		left = "stored so far: " + strings.Join(names, ", ") + "; the stage's file is not written"
	}
	left += "; run the import again"
	if ctx.Err() != nil {
		return &ui.StoppedError{Left: left}
	}
	return fmt.Errorf("%w. %s", err, strings.ToUpper(left[:1])+left[1:])
}
