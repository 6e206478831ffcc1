package doctor

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hearthgate/hearthgate/infra/internal/invoke"
)

// CheckNames checks that no two devices of a home have one name: Alexa then asks which one
// is meant, or takes the wrong one. The token is that of a linked account, which a function
// with a stored token and without a list of users does not need.
func CheckNames(ctx context.Context, t *invoke.Target, place, token string) Step {
	step := Step{Where: place}
	step.Name, step.Tried = "names", "comparing the names of the devices"
	devices, err := t.Devices(ctx, token)
	if err != nil {
		return step.unsure(err.Error())
	}
	named := map[string][]invoke.Device{}
	for _, d := range devices {
		spoken := strings.ToLower(strings.Join(strings.Fields(d.Name), " "))
		named[spoken] = append(named[spoken], d)
	}
	var advice []string
	for _, spoken := range slices.Sorted(maps.Keys(named)) {
		if same := named[spoken]; len(same) > 1 {
			advice = append(advice, fmt.Sprintf("%d devices are called %q, so Alexa asks which one, or takes the wrong one: give %s names of their own", len(same), same[0].Name, listed(same)))
		}
	}
	if len(advice) > 0 {
		return step.good(fmt.Sprintf("%d endpoints, some of one name", len(devices)), advice...)
	}
	return step.good(fmt.Sprintf("%d endpoints, no two of one name", len(devices)))
}

// listed returns the ids of two or more devices, the first of many.
func listed(devices []invoke.Device) string {
	const most = 3
	var ids []string
	for _, d := range devices[:min(most, len(devices))] {
		ids = append(ids, strings.Replace(d.ID, "#", ".", 1))
	}
	if more := len(devices) - most; more > 0 {
		return fmt.Sprintf("%s and %d more", strings.Join(ids, ", "), more)
	}
	last := len(ids) - 1
	return strings.Join(ids[:last], ", ") + " and " + ids[last]
}
