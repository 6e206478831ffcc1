package doctor

import (
	"context"
	"fmt"
	"time"

	"github.com/hearthgate/hearthgate/infra/internal/awsaccount"
	"github.com/hearthgate/hearthgate/infra/internal/doctor/activity"
	"github.com/hearthgate/hearthgate/infra/internal/ui/redact"
)

// day is how far back the doctor reads.
const day = 24 * time.Hour

// directives says how the directives of the last day ended, and why. Failed directives do
// not fail the step: the function answered.
func (t *Target) directives(ctx context.Context, f awsaccount.Function) Step {
	step := check("last directives", "reading the results of the directives of 24 hours")
	now := time.Now()
	a, err := activity.Source{Account: t.Account, Stage: t.Stage.Name, Group: f.LogGroup}.Read(ctx, day, now)
	if err != nil {
		return step.unsure(err.Error())
	}
	var advice []string
	for _, c := range a.Causes {
		advice = append(advice, fmt.Sprintf("%d x %s, last: %s", c.Count, c.Word, c.Said))
	}
	const silence = 3 * day // as the alarm of that name has it
	switch {
	case a.Directives > 0 && a.Denied == a.Directives:
		advice = append(advice, fmt.Sprintf("every directive was denied, last: %s: `hearthgate logs --denied --stage %s`", a.Denials[0].Said, t.Stage.Name))
	case a.LastSeen != nil && now.Sub(*a.LastSeen) >= silence:
		t.Silent = true
		advice = append(advice, fmt.Sprintf("no directive came for %d days: if someone is at home, link the skill again in the Alexa app", int(now.Sub(*a.LastSeen)/day)))
	}
	return step.good(fmt.Sprintf("%d, of which %d failed", a.Directives, a.Failed), advice...)
}

// crashes counts how often Lambda had to stop the function, which should never happen.
func (t *Target) crashes(ctx context.Context, f awsaccount.Function) Step {
	step := check("crashes", "reading how often Lambda stopped the function in 24 hours")
	lines, err := t.Account.Lines(ctx, f.LogGroup, `?"Task timed out" ?"Runtime exited" ?"signal: killed"`, time.Now().Add(-day))
	switch {
	case err != nil:
		return step.unsure(err.Error())
	case len(lines) == 0:
		return step.good("never")
	}
	const most = 200
	text := redact.Line(lines[len(lines)-1].Text)
	return step.good(fmt.Sprintf("%d x", len(lines)), fmt.Sprintf("last: %s: the section `errors` of infra/docs/runbook.md says what to do", text[:min(len(text), most)]))
}
