package doctor

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/awsaccount"
)

// stack checks that the last deployment succeeded, and that it was of this version.
func (t *Target) stack(ctx context.Context) Step {
	name := config.StackName(t.Stage.Name)
	step := check("stack", "reading the stack "+name)
	s, err := t.Account.Stack(ctx, name)
	if err != nil {
		return step.unsure(err.Error())
	}
	again := "`hearthgate deploy --stage " + t.Stage.Name + "` deploys it again"
	reason := strings.TrimSuffix(": "+s.Reason, ": ")
	version := cmp.Or(s.Tags["hearthgate:version"], "not known")
	switch {
	case s.Busy():
		return step.good(s.Status, "a deployment is in progress: run this again when it is done")
	case s.Status == "UPDATE_ROLLBACK_COMPLETE":
		return step.good("version "+version, "the deployment of "+s.Changed.Local().Format(time.DateTime)+" failed and was rolled back"+reason+": "+again)
	case strings.Contains(s.Status, "ROLLBACK") || strings.HasSuffix(s.Status, "_FAILED"):
		return step.failed(Setup, "stack_failed", "the last deployment failed and was not rolled back ("+s.Status+")"+reason, "run `hearthgate deploy --stage "+t.Stage.Name+"`")
	case t.Version != "" && version != "not known" && version != t.Version:
		return step.good("version "+version, "this clone is version "+t.Version+": "+again)
	}
	return step.good("version " + version)
}

// drift compares what the stack's template says with what is there: what differs was
// changed by hand, and the next deployment may not change it back.
func (t *Target) drift(ctx context.Context, f awsaccount.Function) Step {
	step := check("drift", "comparing the deployed template with what is there")
	template, err := t.Account.Template(ctx, config.StackName(t.Stage.Name))
	if err != nil {
		return step.unsure(err.Error())
	}
	alarms, err := t.Account.Alarms(ctx, t.Stage.Name)
	if err != nil {
		return step.unsure(err.Error())
	}
	differs := append(changedFunction(template, t.Stage.Name, f), changedAlarms(template, alarms)...)
	if len(differs) == 0 {
		return step.good("the same")
	}
	return step.good("not the same", "changed by hand, outside of a deployment: "+strings.Join(differs, "; ")+". Change it back, or run `hearthgate deploy --stage "+t.Stage.Name+"`")
}

// changedFunction returns what differs between the function of a template and the
// deployed one. What the template computes, such as a reference, is not compared.
func changedFunction(template awsaccount.Template, stage string, f awsaccount.Function) (differs []string) {
	for _, r := range template.Resources {
		p := r.Properties
		if r.Type != "AWS::Lambda::Function" || p["FunctionName"] != config.FunctionName(stage) {
			continue
		}
		if memory, ok := p["MemorySize"].(float64); ok && int(memory) != f.Memory {
			differs = append(differs, fmt.Sprintf("the function has %d MB, deployed were %.0f", f.Memory, memory))
		}
		if timeout, ok := p["Timeout"].(float64); ok && timeout != f.Timeout.Seconds() {
			differs = append(differs, fmt.Sprintf("the function has a timeout of %.0f s, deployed were %.0f", f.Timeout.Seconds(), timeout))
		}
		environment, _ := p["Environment"].(map[string]any)
		variables, _ := environment["Variables"].(map[string]any)
		for _, name := range slices.Sorted(maps.Keys(variables)) {
			deployed, ok := variables[name].(string)
			if computed := strings.Contains(deployed, "{{resolve:"); ok && !computed && f.Environment[name] != deployed {
				differs = append(differs, "the function's variable "+name)
			}
		}
	}
	return differs
}

// changedAlarms returns the alarms of a template that are not there or send nothing.
func changedAlarms(template awsaccount.Template, alarms []awsaccount.Alarm) (differs []string) {
	for _, id := range slices.Sorted(maps.Keys(template.Resources)) {
		r := template.Resources[id]
		name, ok := r.Properties["AlarmName"].(string)
		if !ok || r.Type != "AWS::CloudWatch::Alarm" && r.Type != "AWS::CloudWatch::CompositeAlarm" {
			continue
		}
		i := slices.IndexFunc(alarms, func(a awsaccount.Alarm) bool { return a.Name == name })
		switch {
		case i < 0:
			differs = append(differs, "the alarm "+name+" was deleted")
		case alarms[i].Disabled:
			differs = append(differs, "the actions of the alarm "+name+" are disabled")
		}
	}
	return differs
}
