package simulator

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/hearthgate/hearthgate/config/alexa"
)

// A Story is a script: lines as they are typed, and what is expected of them.
type Story struct {
	Devices int // of the demo home that it is told in; default: any

	lines []storyLine
}

type storyLine struct {
	number int
	text   string
	expect func(c *Console, ctx context.Context) string // returns what is not as expected; nil: the text is said
}

// expectations are what a line "expect NAME ..." compares, of the last turn.
var expectations = map[string]func(c *Console, ctx context.Context, t Turn, want string) (got string, met bool){
	"says": func(_ *Console, _ context.Context, t Turn, want string) (string, bool) {
		return t.Alexa, strings.Contains(t.Alexa, want)
	},
	"reply": func(_ *Console, _ context.Context, t Turn, want string) (string, bool) {
		return t.Reply, strings.Contains(t.Reply, want)
	},
	"event": func(_ *Console, _ context.Context, t Turn, want string) (string, bool) {
		return t.Event, t.Event == want
	},
	"outcome": func(_ *Console, _ context.Context, t Turn, want string) (string, bool) {
		return t.Outcome, t.Outcome == want
	},
	"cause": func(_ *Console, _ context.Context, t Turn, want string) (string, bool) {
		return t.Cause, t.Cause == want
	},
	"why": func(_ *Console, _ context.Context, t Turn, want string) (string, bool) {
		return t.Why, strings.Contains(t.Why, want)
	},
	"state": state,
	"alarm": alarm,
	"devices": func(c *Console, _ context.Context, _ Turn, want string) (string, bool) {
		n := fmt.Sprint(len(c.Session.Devices()))
		return n, n == want
	},
}

// state compares the state of a device now: "Kitchen Light: on".
func state(c *Console, ctx context.Context, _ Turn, want string) (string, bool) {
	name, want, _ := strings.Cut(want, ":")
	want = strings.TrimSpace(want)
	c.Session.Refresh(ctx)
	d, err := c.Session.device(strings.TrimSpace(name), "expect state")
	if err != nil {
		return err.Error(), false
	}
	return d.State, strings.HasPrefix(d.State, want)
}

// alarm compares the state of an alarm now: "outage: ALARM".
func alarm(c *Console, _ context.Context, _ Turn, want string) (string, bool) {
	name, want, _ := strings.Cut(want, ":")
	all, err := c.Session.Alarms(time.Now())
	if err != nil {
		return err.Error(), false
	}
	for _, a := range all {
		if a.Name == strings.TrimSpace(name) {
			return string(a.State), string(a.State) == strings.TrimSpace(want)
		}
	}
	return "no such alarm", false
}

// ParseStory reads a script. The error names every line that cannot be understood.
func ParseStory(text []byte) (Story, error) {
	var s Story
	var wrong []error
	for i, raw := range bytes.Split(text, []byte("\n")) {
		line := strings.TrimSpace(string(raw))
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		l := storyLine{number: i + 1, text: line}
		word, rest, _ := strings.Cut(line, " ")
		var err error
		switch word {
		case "expect":
			l.expect, err = expectation(strings.TrimSpace(rest))
		case "wait":
			l.expect, err = pause(strings.TrimSpace(rest))
		case "home":
			if _, err = fmt.Sscanf(line, "home with %d devices", &s.Devices); err == nil && len(s.lines) == 0 {
				continue
			}
			err = errors.New("write `home with 300 devices`, before any other line")
		}
		if err != nil {
			wrong = append(wrong, fmt.Errorf("line %d: %w", i+1, err))
		}
		s.lines = append(s.lines, l)
	}
	if len(s.lines) == 0 {
		wrong = append(wrong, errors.New("the script has no line that says anything"))
	}
	return s, errors.Join(wrong...)
}

func expectation(text string) (func(*Console, context.Context) string, error) {
	name, want, _ := strings.Cut(text, " ")
	compare := expectations[name]
	want = strings.TrimSpace(want)
	if compare == nil || want == "" {
		var names []string
		for n := range expectations {
			names = append(names, n)
		}
		slices.Sort(names)
		return nil, fmt.Errorf("%q expects nothing: write `expect`, one of %s, and what it is", text, strings.Join(names, ", "))
	}
	return func(c *Console, ctx context.Context) string {
		t, _ := c.Session.Last()
		got, met := compare(c, ctx, t, want)
		if met {
			return ""
		}
		return fmt.Sprintf("%s is %q, expected %q", name, got, want)
	}, nil
}

func pause(text string) (func(*Console, context.Context) string, error) {
	const most = time.Minute
	d, err := time.ParseDuration(text)
	if err != nil || d <= 0 || d > most {
		return nil, fmt.Errorf("%q is no time to wait: write one up to 60s, such as `wait 2s`", text)
	}
	return func(_ *Console, ctx context.Context) string {
		select {
		case <-time.After(d):
		case <-ctx.Done():
		}
		return ""
	}, nil
}

// Tell runs a story, and returns what was not as expected, a line each. Every turn must
// also be answered before Alexa gives up. The error says which line could not be run.
func (c *Console) Tell(ctx context.Context, s Story) (unmet []string, err error) {
	for _, l := range s.lines {
		if l.expect != nil {
			if problem := l.expect(c, ctx); problem != "" {
				unmet = append(unmet, fmt.Sprintf("line %d: %s", l.number, problem))
			}
			if ctx.Err() != nil {
				return unmet, context.Cause(ctx)
			}
			continue
		}
		if !c.JSON {
			c.Out.Printf("\n%s %s\n", c.Out.Dim(c.prompt()), c.Out.Bold(l.text))
		}
		before := len(c.Session.Turns())
		switch err := c.Line(ctx, l.text); {
		case errors.Is(err, errQuit):
			return unmet, nil
		case err != nil:
			return unmet, fmt.Errorf("line %d: %w", l.number, err)
		}
		for _, t := range c.Session.Turns()[before:] {
			if limit := ms(alexa.ReplyTimeout); t.Times.Total > limit {
				unmet = append(unmet, fmt.Sprintf("line %d: it took %.0f ms, and Alexa waits %.0f", l.number, t.Times.Total, limit))
			}
		}
	}
	return unmet, nil
}

// prompt returns what stands before a line: who listens.
func (c *Console) prompt() string {
	who := "alexa"
	if c.Session.Talking() {
		who = "skill"
	}
	return who + ">"
}
