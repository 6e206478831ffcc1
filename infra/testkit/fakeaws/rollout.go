package fakeaws

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Raise has an alarm of CloudWatch go off, by its name, until Calm.
func (c *Cloud) Raise(alarm string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.raised[alarm] = true
}

// Calm takes back every Raise.
func (c *Cloud) Calm() {
	c.mu.Lock()
	defer c.mu.Unlock()
	clear(c.raised)
}

// shift moves the aliases of a stack to their new versions, as CodeDeploy does for
// those that leave it to a deployment group. The error says that an alarm of the
// group has gone off meanwhile and that the group is one that then goes back.
func (c *Cloud) shift(before, after map[string]*Resource) error {
	for _, id := range slices.Sorted(maps.Keys(after)) {
		alias, old := after[id], before[id]
		if alias.Type != "AWS::Lambda::Alias" || old == nil || old.Properties["FunctionVersion"] == alias.Properties["FunctionVersion"] {
			continue
		}
		by, _ := alias.updatePolicy["CodeDeployLambdaAliasUpdate"].(map[string]any)
		if by == nil {
			continue
		}
		group := find(after, "AWS::CodeDeploy::DeploymentGroup", by["DeploymentGroupName"])
		if group == nil {
			return fmt.Errorf("there is no deployment group %v", by["DeploymentGroupName"])
		}
		if alarms := c.stopping(group); len(alarms) > 0 {
			return fmt.Errorf("the deployment of %s was stopped and rolled back: in alarm are %s", id, strings.Join(alarms, ", "))
		}
	}
	return nil
}

// stopping returns the alarms that are on and for which a group goes back.
func (c *Cloud) stopping(group *Resource) []string {
	back, _ := group.Properties["AutoRollbackConfiguration"].(map[string]any)
	events, _ := back["Events"].([]any)
	watched, _ := group.Properties["AlarmConfiguration"].(map[string]any)
	if back["Enabled"] != true || watched["Enabled"] != true || !slices.Contains(events, any("DEPLOYMENT_STOP_ON_ALARM")) {
		return nil
	}
	var on []string
	all, _ := watched["Alarms"].([]any)
	for _, a := range all {
		alarm, _ := a.(map[string]any)
		if name := fmt.Sprint(alarm["Name"]); c.raised[name] {
			on = append(on, name)
		}
	}
	return on
}

func find(resources map[string]*Resource, typ string, physical any) *Resource {
	for _, r := range resources {
		if r.Type == typ && r.PhysicalID == physical {
			return r
		}
	}
	return nil
}
