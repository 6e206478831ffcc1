package deploy

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/awsaccount"
	"github.com/hearthgate/hearthgate/infra/internal/invoke"
	"github.com/hearthgate/hearthgate/infra/internal/ui"
)

// A Version is a version of the function that can be in use.
type Version struct {
	Number    int       `json:"version"`
	Published time.Time `json:"published"`
	Build     string    `json:"build,omitempty"` // SHA-256 of its program
	InUse     bool      `json:"in_use"`
}

// Versions are the versions of a stage's function, oldest first.
type Versions []Version

// ListVersions returns the versions of the function of a stage.
func ListVersions(ctx context.Context, s config.Stage, a *awsaccount.Account) (Versions, error) {
	all, _, err := versions(ctx, s, a)
	return all, err
}

func versions(ctx context.Context, s config.Stage, a *awsaccount.Account) (Versions, awsaccount.Alias, error) {
	function := config.FunctionName(s.Name)
	alias, err := a.FunctionAlias(ctx, function, config.Alias)
	if err != nil {
		return nil, alias, err
	}
	found, err := a.Versions(ctx, function, config.EnvBuild)
	if err != nil {
		return nil, alias, err
	}
	var all Versions
	for _, v := range found {
		all = append(all, Version{v.Number, v.Published, v.Build, v.Number == alias.Version})
	}
	return all, alias, nil
}

// Show writes the versions for a person, the newest first.
func (v Versions) Show(to *ui.Screen) {
	t := to.Table("")
	for _, version := range slices.Backward(v) {
		sign, use := " ", ""
		if version.InUse {
			sign, use = to.Good("*"), "in use"
		}
		t.Row(sign+" "+strconv.Itoa(version.Number), when(version.Published), fmt.Sprintf("%.12s", version.Build), use)
	}
	t.Flush()
}

func when(t time.Time) string { return t.Local().Format("2006-01-02 15:04") }

// A Rollback is a move of the alias to another version.
type Rollback struct {
	Stack   string `json:"stack"`
	From    int    `json:"from"`
	To      int    `json:"to"`
	Answers bool   `json:"answers"`
	Problem string `json:"problem,omitempty"` // why it does not answer

	published time.Time
	stage     config.Stage
}

// RollBack puts another version of the function of a stage in use, at once: the one before
// the version in use, or the one with this number unless that is 0. A function that does
// not answer then is not an error but a Rollback that says so.
func RollBack(ctx context.Context, s config.Stage, a *awsaccount.Account, to int) (Rollback, error) {
	r := Rollback{Stack: config.StackName(s.Name), stage: s}
	all, alias, err := versions(ctx, s, a)
	if err != nil {
		return r, err
	}
	if alias.Shifting {
		return r, fmt.Errorf("a deployment of %s is shifting directives to a new version step by step: wait until it has ended, or stop it in the console of CodeDeploy, which then returns to version %d by itself", r.Stack, alias.Version)
	}
	target, err := all.target(alias.Version, to)
	if err != nil {
		return r, err
	}
	r.From, r.To, r.published = alias.Version, target.Number, target.Published
	if err := a.MoveAlias(ctx, config.FunctionName(s.Name), config.Alias, alias, target.Number); err != nil {
		return r, err
	}
	err = smoke(ctx, s, a, invoke.Deployed(a, config.FunctionName(s.Name), config.Alias))
	if r.Answers = err == nil; err != nil {
		r.Problem = err.Error()
	}
	return r, nil
}

// target returns the version to go to: the last one before the one in use, or the one with
// this number unless that is 0.
func (v Versions) target(inUse, number int) (Version, error) {
	var numbers []string
	for _, version := range slices.Backward(v) {
		switch {
		case number == version.Number && version.InUse:
			return Version{}, fmt.Errorf("version %d is in use already: nothing was changed", number)
		case number == version.Number, number == 0 && version.Number < inUse:
			return version, nil
		}
		numbers = append(numbers, strconv.Itoa(version.Number))
	}
	if number != 0 {
		return Version{}, fmt.Errorf("there is no version %d: there are %s; nothing was changed", number, strings.Join(numbers, ", "))
	}
	return Version{}, fmt.Errorf("there is no version before %d to go back to: versions are kept from the second deployment on (by a hearthgate that has this command); nothing was changed", inUse)
}

// Err returns the error of a function that does not answer, nil if it does.
func (r Rollback) Err() error {
	if r.Answers {
		return nil
	}
	return errors.New("the version is in use, but a test failed: " + r.Problem + "; `hearthgate rollback --stage " + r.stage.Name + " --list` shows the other versions")
}

// Show writes for a person what was done and how to return.
func (r Rollback) Show(to *ui.Screen) {
	to.Printf("%s %s: version %d of %s is in use, not %d\n", to.Good("rolled back"), r.Stack, r.To, when(r.published), r.From)
	to.Printf("Return with `hearthgate rollback --stage %s --to %d`. The next `hearthgate deploy` puts what it deploys in use again.\n", r.stage.Name, r.From)
	to.Printf("Only the program and its settings went back, not the rest of the stack, and CloudFormation does not know of it: its drift detection shows the alias as changed until then.\n")
}
