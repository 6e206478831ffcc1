package deploy

import (
	"bytes"
	"context"
	"fmt"
	"regexp"
	"strings"
)

// A Diff is what `cdk diff` wrote.
type Diff string

// Diff synthesizes the app and returns what a deployment of the stack would change.
// What the CLI wrote goes to Out only if it failed.
func (c CDK) Diff(ctx context.Context, stack string) (Diff, error) {
	var said bytes.Buffer
	quiet := c
	quiet.Out = &said
	err := quiet.Run(ctx, "diff", stack)
	if err != nil {
		c.Out.Write(said.Bytes())
	}
	return Diff(said.String()), err
}

var (
	ofResource = regexp.MustCompile(`^\[([-+~])\] AWS::(\S+) (\S+)(.*)`)
	ofProperty = regexp.MustCompile(`^ [├└]─ \[[-+~]\] (\w+)`)
)

// Short returns the diff in a line for each resource: what becomes of it, its kind,
// its path in the stack and, of one that is changed, which properties.
func (d Diff) Short() []string {
	var lines []string
	properties := 0
	for line := range strings.Lines(string(d)) {
		if m := ofResource.FindStringSubmatch(line); m != nil {
			kind := strings.ReplaceAll(m[2], "::", " ")
			text := fmt.Sprintf("%s %-26s %s", m[1], kind, m[3])
			if strings.Contains(m[4], "replace") {
				text += " (made anew)"
			}
			lines, properties = append(lines, text), 0
		} else if m := ofProperty.FindStringSubmatch(line); m != nil && len(lines) > 0 {
			separator := map[bool]string{true: ": ", false: ", "}[properties == 0]
			lines[len(lines)-1] += separator + m[1]
			properties++
		}
	}
	return lines
}
