package deploy

import (
	"context"
	"fmt"
	"strings"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/ui/fleet"
)

// A Plan is what a deployment of a stage would change.
type Plan struct {
	Stack   string   `json:"stack"`
	Changes []Change `json:"changes"`
}

// Compare returns what a deployment of a stage would change.
func Compare(ctx context.Context, cdk CDK, s config.Stage) (Plan, error) {
	p := Plan{Stack: config.StackName(s.Name), Changes: []Change{}}
	diff, err := cdk.Diff(ctx, p.Stack)
	p.Changes = append(p.Changes, diff.Changes()...)
	return p, err
}

// Summary returns the plan in a line.
func (p Plan) Summary() fleet.Summary {
	if len(p.Changes) == 0 {
		return fleet.Summary{Text: "nothing would change"}
	}
	var all []string
	for _, c := range p.Changes {
		all = append(all, c.Action+" "+c.Kind+" "+c.ID)
	}
	const most = 3
	text := strings.Join(all[:min(most, len(all))], ", ")
	if more := len(all) - most; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return fleet.Summary{Level: fleet.Notice, Text: fmt.Sprintf("would change: %s", text), Weight: len(all)}
}

// Summary returns the deployment in a line. A function that does not answer, or that a
// skill may not call, is in [fleet.Trouble].
func (r Rollout) Summary() fleet.Summary {
	did := "nothing changed"
	if r.Changed {
		did = "deployed"
	}
	if !r.Answers {
		return fleet.Summary{Level: fleet.Trouble, Text: did + ", and it does not answer: " + r.Problem, Code: 1}
	}
	switch did += "; it answers"; {
	case r.Uncallable != "":
		return fleet.Summary{Level: fleet.Trouble, Text: did + ", but " + r.Uncallable, Code: 1}
	case r.Overview != "":
		return fleet.Summary{Level: fleet.Notice, Text: did + ", but the dashboard of all homes is not up to date: " + r.Overview}
	}
	return fleet.Summary{Text: did}
}

// Summary returns the rollback in a line. A function that does not answer is in
// [fleet.Trouble].
func (r Rollback) Summary() fleet.Summary {
	did := fmt.Sprintf("version %d of %s is in use, not %d", r.To, when(r.published), r.From)
	if !r.Answers {
		return fleet.Summary{Level: fleet.Trouble, Text: did + ", and it does not answer: " + r.Problem, Code: 1}
	}
	return fleet.Summary{Text: did}
}

// Summary returns in a line which version is in use.
func (v Versions) Summary() fleet.Summary {
	for _, version := range v {
		if version.InUse {
			return fleet.Summary{Text: fmt.Sprintf("version %d of %s is in use, of %d that are there", version.Number, when(version.Published), len(v))}
		}
	}
	return fleet.Summary{Level: fleet.Notice, Text: "no version is in use"}
}
