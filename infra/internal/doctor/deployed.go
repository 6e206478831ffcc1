package doctor

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/awsaccount"
)

// machine checks the architecture and the memory of the function.
func (t *Target) machine(f awsaccount.Function) Step {
	step := check("machine", "reading the function's architecture and memory")
	const again = "deploy the stage again, which fixes it"
	switch {
	case f.Architecture != "arm64":
		return step.failed(Setup, "architecture", "the function is set to "+f.Architecture+", but its program is built for arm64, so it cannot start", again)
	case f.Memory != t.Stage.Memory:
		return step.good(fmt.Sprintf("%s, %d MB", f.Architecture, f.Memory), fmt.Sprintf("the stage's file says %d MB: deploy the stage to apply it", t.Stage.Memory))
	}
	return step.good(fmt.Sprintf("%s, %d MB", f.Architecture, f.Memory))
}

// settings checks that the function has the settings of the stage's file.
func (t *Target) settings(f awsaccount.Function) Step {
	step := check("stage", "comparing the stage's file with what is deployed")
	want := t.Stage.Environment()
	var differ []string
	for _, name := range slices.Sorted(maps.Keys(want)) {
		if f.Environment[name] != want[name] {
			differ = append(differ, name)
		}
	}
	stacks := []string{config.EnvBuild, config.EnvCacheTable, config.EnvRelayEndpoint} // not of the file
	for _, name := range slices.Sorted(maps.Keys(f.Environment)) {
		if _, ok := want[name]; !ok && !slices.Contains(stacks, name) {
			differ = append(differ, name)
		}
	}
	if len(differ) > 0 {
		return step.good("not the same", fmt.Sprintf("the function has other settings than the stage's file (%s): `hearthgate deploy --stage %s` applies the file", strings.Join(differ, ", "), t.Stage.Name))
	}
	return step.good("the same")
}

// code checks that the deployed program is the one that this clone builds.
func (t *Target) code(ctx context.Context, f awsaccount.Function) Step {
	step := check("code", "comparing the deployed program with this clone's")
	deployed := f.Environment[config.EnvBuild]
	if t.Build == nil || deployed == "" {
		return step.unsure("the deployed function is older than this check and does not say what it was built from")
	}
	own, err := t.Build(ctx)
	switch {
	case err != nil:
		return step.unsure(err.Error())
	case own != deployed:
		return step.good("not the same", "the deployed program was built from other code than this clone has: `hearthgate deploy --stage "+t.Stage.Name+"` deploys this code")
	}
	return step.good("the same")
}
