package deploy

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/awsaccount"
	"github.com/hearthgate/hearthgate/infra/internal/ui"
	"github.com/hearthgate/hearthgate/infra/internal/ui/fleet"
)

// A Deployment is a change of the stack of a stage.
type Deployment struct {
	Began   time.Time  `json:"began"`
	Ended   *time.Time `json:"ended"`            // null while it is in progress
	Status  string     `json:"status"`           // of the stack at the end, such as UPDATE_COMPLETE
	Failed  bool       `json:"failed"`           // it was not carried out, or was taken back
	Reason  string     `json:"reason,omitempty"` // why, as the first resource that failed has it
	Changed []string   `json:"changed"`          // the types of resources that changed, "Lambda Function", each once
	Who     string     `json:"who"`              // had it carried out, as CloudTrail has it; "" if that is not known
	Version int        `json:"version"`          // of the function that it published; 0 for none, or one that is no longer there
	InUse   bool       `json:"in_use"`           // that version is
}

// A History is the deployments of a stage, the latest first.
type History struct {
	Deployments []Deployment `json:"deployments"`
	Warning     string       `json:"warning,omitempty"` // why it is not known who deployed
}

// ReadHistory returns the deployments of a stage, as far as CloudFormation still has them,
// which is for ninety days.
func ReadHistory(ctx context.Context, s config.Stage, a *awsaccount.Account) (History, error) {
	stack := config.StackName(s.Name)
	events, err := a.StackEvents(ctx, stack, "")
	if err != nil {
		return History{}, err
	}
	versions, err := ListVersions(ctx, s, a)
	if err != nil {
		return History{}, err
	}
	h := History{Deployments: deployments(stack, events)}
	who, err := a.Executions(ctx)
	if err != nil {
		h.Warning = "who deployed is not known: " + err.Error()
	}
	all := h.Deployments
	for i := range all {
		all[i].Who = carriedOutBy(who, stack, all[i].Began)
		for _, v := range versions {
			if !v.Published.Before(all[i].Began.Truncate(time.Second)) && (all[i].Ended == nil || !v.Published.After(*all[i].Ended)) {
				all[i].Version, all[i].InUse = v.Number, v.InUse
			}
		}
	}
	slices.Reverse(all)
	return h, nil
}

// carriedOutBy returns who had the change set of a stack carried out that began at a time:
// the last one before, to the second, that CloudTrail has.
func carriedOutBy(all []awsaccount.Execution, stack string, began time.Time) (who string) {
	const slack = time.Minute // between the call and the stack's first event
	latest := began.Add(-slack)
	for _, x := range all {
		same := x.Stack == stack || strings.Contains(x.Stack, ":stack/"+stack+"/")
		if same && x.At.After(latest) && !x.At.After(began.Add(time.Second)) {
			latest, who = x.At, x.Who
		}
	}
	return who
}

// deployments divides the events of a stack, oldest first. Events before the first
// beginning belong to a deployment that CloudFormation no longer has whole.
func deployments(stack string, events []awsaccount.StackEvent) []Deployment {
	h := []Deployment{}
	for _, e := range events {
		own := e.Resource == stack && e.Type == "AWS::CloudFormation::Stack"
		if own && (e.Status == "CREATE_IN_PROGRESS" || e.Status == "UPDATE_IN_PROGRESS" || e.Status == "DELETE_IN_PROGRESS") {
			h = append(h, Deployment{Began: e.At, Status: e.Status, Changed: []string{}})
		}
		if len(h) == 0 {
			continue
		}
		last := &h[len(h)-1]
		switch kind := strings.ReplaceAll(strings.TrimPrefix(e.Type, "AWS::"), "::", " "); {
		case own:
			last.own(e)
		case strings.HasSuffix(e.Status, "_FAILED") && last.Reason == "":
			last.Reason = kind + " " + e.Resource + ": " + plainReason(e.Reason)
		case strings.HasSuffix(e.Status, "_COMPLETE") && !last.Failed && !slices.Contains(last.Changed, kind):
			last.Changed = append(last.Changed, kind)
			slices.Sort(last.Changed)
		}
	}
	return h
}

// own takes an event of the stack itself.
func (d *Deployment) own(e awsaccount.StackEvent) {
	d.Status = e.Status
	d.Failed = d.Failed || strings.Contains(e.Status, "ROLLBACK") || strings.HasSuffix(e.Status, "_FAILED")
	if strings.HasSuffix(e.Status, "_COMPLETE") || strings.HasSuffix(e.Status, "_FAILED") {
		d.Ended = &e.At
	}
}

// Summary returns the last deployment in a line.
func (h History) Summary() fleet.Summary {
	if len(h.Deployments) == 0 {
		return fleet.Summary{Text: "no deployment in ninety days"}
	}
	last := h.Deployments[0]
	s := fleet.Summary{Text: when(last.Began) + last.by() + ": " + last.line()}
	if last.Failed {
		s.Level = fleet.Notice
	}
	return s
}

// by says who had it carried out, behind a space; "" if that is not known.
func (d Deployment) by() string {
	if d.Who == "" {
		return ""
	}
	return " by " + d.Who
}

// line says what became of a deployment.
func (d Deployment) line() string {
	switch {
	case d.Ended == nil:
		return "in progress"
	case d.Failed:
		return "failed: " + d.Reason
	}
	text := "changed " + strings.Join(d.Changed, ", ")
	if len(d.Changed) == 0 {
		text = "changed nothing"
	}
	switch {
	case d.InUse:
		text = fmt.Sprintf("version %d, in use: %s", d.Version, text)
	case d.Version > 0:
		text = fmt.Sprintf("version %d: %s", d.Version, text)
	}
	return text
}

// Show writes the deployments for a person.
func (h History) Show(to *ui.Screen) {
	if len(h.Deployments) == 0 {
		to.Printf("CloudFormation has no deployment of the last ninety days.\n")
		return
	}
	t := to.Table("")
	for _, d := range h.Deployments {
		mark := to.Good("+")
		if d.Failed {
			mark = to.Bad("-")
		}
		t.Row(mark+" "+when(d.Began), d.Who, d.line())
	}
	t.Flush()
	if h.Warning != "" {
		to.Printf("%s\n", h.Warning)
	}
}
