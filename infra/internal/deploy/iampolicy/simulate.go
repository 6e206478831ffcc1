package iampolicy

import (
	"context"
	"strings"

	"github.com/hearthgate/hearthgate/infra/internal/awsaccount"
)

// A Gap is a right that someone lacks.
type Gap struct {
	awsaccount.Right
	Purpose Purpose
}

// Missing asks IAM which of the rights that `hearthgate deploy` itself needs are lacking in
// the policies of the identity in use. The error says why that is not known, such as that
// the identity may not ask.
func (p Policy) Missing(ctx context.Context, a *awsaccount.Account) ([]Gap, error) {
	var gaps []Gap
	for _, s := range p {
		if !s.First {
			continue
		}
		denied, err := a.Simulate(ctx, s.Actions, concrete(s.Resources))
		if err != nil {
			return nil, err
		}
		for _, d := range denied {
			gaps = append(gaps, Gap{d, s.Purpose})
		}
	}
	return gaps, nil
}

// concrete returns resources without wildcards at their ends: IAM simulates a resource that
// could exist.
func concrete(resources []string) (all []string) {
	for _, r := range resources {
		if name, ok := strings.CutSuffix(r, "*"); ok && name != "" {
			r = name + "any"
		}
		all = append(all, r)
	}
	return all
}
