package monitoring

import (
	"cmp"
	"maps"
	"slices"

	"github.com/hearthgate/hearthgate/config"
)

// FreeDashboards is how many dashboards an account has for free.
const FreeDashboards = 3

// An Overview is the dashboard that the stages of an account and region share.
type Overview struct {
	Account string // "" for the stages whose file names none
	Region  string
	Stages  []config.Stage // that are in it, by name
}

// Name returns the name of the dashboard. Dashboards are global in an account, so the name
// has the region.
func (o Overview) Name() string { return config.OverviewName(o.Region) }

// StackName returns the name of the stack with the dashboard. A clone may have stages of
// several accounts.
func (o Overview) StackName() string {
	if o.Account == "" {
		return o.Name()
	}
	return o.Name() + "-" + o.Account
}

// A Layout says which dashboards there are.
type Layout struct {
	Own       []config.Stage // the stages that have a dashboard of their own
	Overviews []Overview

	stages []config.Stage
}

// Without returns the layout of the other stages.
func (l Layout) Without(stage string) Layout {
	return LayoutOf(slices.DeleteFunc(slices.Clone(l.stages), func(s config.Stage) bool { return s.Name == stage }))
}

// Shares reports whether the layout has a dashboard of all homes where o is.
func (l Layout) Shares(o Overview) bool {
	return slices.ContainsFunc(l.Overviews, func(other Overview) bool { return other.StackName() == o.StackName() })
}

// LayoutOf returns the dashboards of all stages of a clone. A stage whose file does not
// say what it has gets its own as long as the account's dashboards stay within the free
// ones: one or two homes each have one, and more share one in each of Alexa's three
// regions. An overview exists in a region with two stages, or with one that only shares.
func LayoutOf(stages []config.Stage) Layout {
	l := Layout{stages: stages}
	for _, account := range byAccount(stages) {
		var own int
		for _, s := range account {
			if s.Dashboards == "" || s.Dashboards == config.OwnDashboard {
				own++
			}
		}
		shared := map[string]Overview{}
		needed := map[string]int{}
		for _, s := range account {
			if s.Dashboards == config.NoDashboard {
				continue
			}
			o := shared[s.Region]
			shared[s.Region] = Overview{s.Account, s.Region, append(o.Stages, s)}
			needed[s.Region]++
			if s.Dashboards == config.OwnDashboard || s.Dashboards == "" && own < FreeDashboards {
				l.Own = append(l.Own, s)
			} else {
				needed[s.Region]++
			}
		}
		for _, region := range slices.Sorted(maps.Keys(shared)) {
			if needed[region] > 1 {
				l.Overviews = append(l.Overviews, shared[region])
			}
		}
	}
	return l
}

// byAccount returns the stages of each account, both sorted.
func byAccount(stages []config.Stage) [][]config.Stage {
	of := map[string][]config.Stage{}
	for _, s := range stages {
		of[s.Account] = append(of[s.Account], s)
	}
	var all [][]config.Stage
	for _, account := range slices.Sorted(maps.Keys(of)) {
		all = append(all, slices.SortedFunc(slices.Values(of[account]), func(x, y config.Stage) int { return cmp.Compare(x.Name, y.Name) }))
	}
	return all
}

// HasOwn reports whether a stage has a dashboard of its own.
func (l Layout) HasOwn(stage string) bool {
	return slices.ContainsFunc(l.Own, func(s config.Stage) bool { return s.Name == stage })
}

// Overview returns the overview that a stage is in; ok is false if it is in none.
func (l Layout) Overview(stage string) (o Overview, ok bool) {
	for _, o := range l.Overviews {
		if slices.ContainsFunc(o.Stages, func(s config.Stage) bool { return s.Name == stage }) {
			return o, true
		}
	}
	return Overview{}, false
}

// Dashboard returns the name of the dashboard that shows a stage: its own, else that of
// all homes, "" for none.
func (l Layout) Dashboard(stage string) string {
	if l.HasOwn(stage) {
		return config.StackName(stage)
	}
	if o, ok := l.Overview(stage); ok {
		return o.Name()
	}
	return ""
}
