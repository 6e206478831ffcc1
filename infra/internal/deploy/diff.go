package deploy

import (
	"bytes"
	"context"
	"regexp"
	"strings"

	"github.com/hearthgate/hearthgate/infra/internal/ui"
)

// A Diff is what `cdk diff` wrote.
type Diff string

// Diff synthesizes the app, unless it is Current, and returns what a deployment of the
// stack would change. It compares templates: a change set would take CloudFormation half a
// minute.
func (c CDK) Diff(ctx context.Context, stack string) (Diff, error) {
	var said bytes.Buffer
	args := []string{"diff", stack, "--method", "template"}
	if c.Current {
		args = append(args, "--app", Synthesized)
	}
	err := c.cdk(ctx, c.Root, &said, args...)
	return Diff(said.String()), err
}

// None reports whether the templates are the same.
func (d Diff) None() bool { return strings.Contains(string(d), "Number of stacks with differences: 0") }

var (
	ofResource = regexp.MustCompile(`^\[([-+~])\] AWS::(\S+) (\S+) (\S+)(.*)`)
	ofProperty = regexp.MustCompile(`^ [├└]─ \[[-+~]\] (\w+)`)
)

// A Change is what a deployment does to one resource.
type Change struct {
	Action     string   // + creates it, - deletes it, ~ changes it
	Kind       string   // "Lambda Function"
	Path       string   // in the stack
	ID         string   // the logical id
	Replaced   bool     // it is deleted and created again
	Properties []string // that change
}

// Changes returns the diff by resource.
func (d Diff) Changes() []Change {
	var changes []Change
	for line := range strings.Lines(string(d)) {
		if m := ofResource.FindStringSubmatch(line); m != nil {
			changes = append(changes, Change{Action: m[1], Kind: strings.ReplaceAll(m[2], "::", " "), Path: m[3], ID: m[4], Replaced: strings.Contains(m[5], "replace")})
		} else if m := ofProperty.FindStringSubmatch(line); m != nil && len(changes) > 0 {
			last := &changes[len(changes)-1]
			last.Properties = append(last.Properties, m[1])
		}
	}
	return changes
}

// Show writes the diff for a person, a line a resource.
func (d Diff) Show(to *ui.Screen) {
	t := to.Table("  ")
	for _, c := range d.Changes() {
		text := c.Path
		if c.Replaced {
			text += " (replaced)"
		}
		if len(c.Properties) > 0 {
			text += ": " + strings.Join(c.Properties, ", ")
		}
		t.Row(c.Action+" "+c.Kind, text)
	}
	t.Flush()
}
