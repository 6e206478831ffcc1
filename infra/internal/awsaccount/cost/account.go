package cost

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/config/monitoring"
	"github.com/hearthgate/hearthgate/infra/internal/awsaccount"
)

// A Target is the stages of one account whose cost is read.
type Target struct {
	Account *awsaccount.Account // of any of the regions
	Stages  []config.Stage
	Layout  monitoring.Layout // of all stages of the clone
}

// Read reads what the stages used this month and what the account says of its plan and its
// free allowances. A stage that is not deployed is left out; that AWS does not say
// something of the account is a warning.
func (t Target) Read(ctx context.Context, now time.Time) (Report, error) {
	var homes []Used
	var missing []string
	for _, s := range t.Stages {
		so, err := read(ctx, t.Account.In(s.Region), s, MonthStart(now))
		switch {
		case awsaccount.CodeOf(err) == awsaccount.NotFound:
			missing = append(missing, s.Name)
			continue
		case err != nil:
			return Report{}, fmt.Errorf("the cost of the stage %s: %w", s.Name, err)
		}
		homes = append(homes, Used{s, so})
	}
	if len(homes) == 0 {
		return Report{}, &awsaccount.Error{Code: awsaccount.NotFound, Err: fmt.Errorf("no stage is deployed in the account %s (%s): deploy one with `hearthgate deploy --stage %s`", t.Account.ID, strings.Join(missing, ", "), missing[0])}
	}
	r := Of(t.Account.ID, homes, t.Layout, now)
	if len(missing) > 0 {
		r.warn("not deployed, and so not counted: %s", strings.Join(missing, ", "))
	}
	r.read(ctx, t.Account, now)
	return r, ctx.Err()
}

// read reads the plan and the allowances of the account.
func (r *Report) read(ctx context.Context, a *awsaccount.Account, now time.Time) {
	plan, err := a.Plan(ctx)
	if err != nil {
		r.warn("AWS does not say on which plan the account is. %v", err)
	} else {
		r.Plan = &plan
	}
	all, err := a.Allowances(ctx)
	if err != nil {
		r.warn("AWS does not say what the account has used of what is free. %v", err)
	}
	for _, allowance := range all {
		if isOurs(allowance) || allowance.Limit > 0 && allowance.Forecast > allowance.Limit {
			r.Allowances = append(r.Allowances, allowance)
		}
	}
	if plan.Free {
		until := ""
		if !plan.Expires.IsZero() {
			until = fmt.Sprintf(" on %s, in %d days", plan.Expires.Format(time.DateOnly), int(plan.Expires.Sub(now).Hours()/24))
		}
		r.warn("the account is on AWS's Free plan, with %.2f %s of credits left. AWS closes it when the plan or the credits end%s, and Alexa gets no answers then. Upgrade it in the console of Billing; what is free stays free", plan.Credits, plan.Unit, until)
	}
}

// isOurs reports whether a stage may use some of an allowance.
func isOurs(a awsaccount.Allowance) bool {
	return a.Used > 0 && slices.ContainsFunc([]string{"Lambda", "CloudWatch", "Notification", "Key Management", "DynamoDB", "X-Ray"}, func(name string) bool {
		return strings.Contains(a.Service, name)
	})
}

func (r *Report) warn(format string, args ...any) {
	r.Warnings = append(r.Warnings, fmt.Sprintf(format, args...))
}
