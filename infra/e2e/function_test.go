package e2e_test

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/localrun"
	"github.com/hearthgate/hearthgate/infra/testkit/alexacheck"
)

// A function is a running function that has no secret in its output: that is
// checked when the test ends.
type function struct {
	*localrun.Function
	t testing.TB
}

// start starts the function with these settings ("NAME=value").
func start(t testing.TB, o localrun.Options, env ...string) *function {
	t.Helper()
	o.Binary, o.Env = binary(t), env
	f, err := localrun.Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := f.Close(); err != nil {
			t.Error(err)
		}
		noSecrets(t, "the function's output", strings.Join(f.Lines(), "\n"))
	})
	return &function{f, t}
}

// at returns the settings for a home at that address with a stored token.
func at(url, token string) []string {
	return []string{config.EnvURL + "=" + url, config.EnvToken + "=" + token, config.EnvStage + "=test"}
}

// noSecrets fails the test when a token stands in the text.
func noSecrets(t testing.TB, what, text string) {
	t.Helper()
	for _, token := range canaries.list() {
		if i := strings.Index(text, token); i >= 0 {
			t.Errorf("a secret in %s: %.300s", what, text[max(0, i-100):])
		}
	}
}

// An outcome is what came of one directive.
type outcome struct {
	localrun.Invocation
	reply reply
	line  line
}

// A reply is as much of a reply as the tests look at.
type reply struct {
	Event struct {
		Header struct {
			Namespace string `json:"namespace"`
			Name      string `json:"name"`
		} `json:"header"`
		Payload struct {
			Type      string            `json:"type"`
			Message   string            `json:"message"`
			Endpoints []json.RawMessage `json:"endpoints"`
		} `json:"payload"`
	} `json:"event"`
	Context struct {
		Properties []struct {
			Namespace string `json:"namespace"`
			Name      string `json:"name"`
			Instance  string `json:"instance"`
			Value     any    `json:"value"`
		} `json:"properties"`
	} `json:"context"`
}

// kind returns the reply's name, or the type of an error.
func (r reply) kind() string {
	if r.Event.Header.Name == "ErrorResponse" {
		return r.Event.Payload.Type
	}
	return r.Event.Header.Name
}

// value returns a property, nil when the reply has none of that name.
func (r reply) value(namespace, name string) any {
	for _, p := range r.Context.Properties {
		if p.Namespace == namespace && p.Name == name {
			return p.Value
		}
	}
	return nil
}

// A line is as much of the line of a directive as the tests look at.
type line struct {
	Level       string         `json:"level"`
	Message     string         `json:"message"`
	RequestID   string         `json:"requestId"`
	Correlation string         `json:"correlation_id"`
	Success     *bool          `json:"success"`
	Cause       string         `json:"cause"`
	Error       string         `json:"error"`
	Address     string         `json:"address"`
	AWS         map[string]any `json:"_aws"`
	Stage       string         `json:"Stage"`
	Duration    float64        `json:"duration"`
}

// ask sends a directive, which must be answered in time with a reply that Alexa
// takes, with one line about it.
func (f *function) ask(d directive) outcome {
	f.t.Helper()
	o, err := f.try(f.t.Context(), d)
	if err != nil {
		f.t.Fatal(err)
	}
	for _, wrong := range o.problems(d) {
		f.t.Errorf("%v: %s", d, wrong)
	}
	return o.outcome
}

// An attempt is an outcome that has not been judged.
type attempt struct {
	outcome
	lines []string // written meanwhile
}

// try sends a directive and reads what came of it.
func (f *function) try(ctx context.Context, d directive) (attempt, error) {
	return f.send(ctx, d.event())
}

func (f *function) send(ctx context.Context, event []byte) (attempt, error) {
	before := len(f.Lines())
	v, err := f.Invoke(ctx, event)
	o := attempt{outcome: outcome{Invocation: v}}
	if err != nil {
		return o, err
	}
	o.lines = slices.DeleteFunc(slices.Clone(f.Lines()[before:]), warnsLate)
	_ = json.Unmarshal(v.Payload, &o.reply) // problems tells
	if len(o.lines) > 0 {
		_ = json.Unmarshal([]byte(o.lines[len(o.lines)-1]), &o.line)
	}
	return o, nil
}

// warnsLate reports whether a line is a warning of no invocation: of what is written to
// disk after a reply, which may be while the next directive is answered.
func warnsLate(line string) bool {
	var l struct{ Level, RequestID string }
	return json.Unmarshal([]byte(line), &l) == nil && l.Level == "WARN" && l.RequestID == ""
}

// problems returns everything that is wrong with an attempt, whatever the home did.
func (o attempt) problems(d directive) []string {
	return o.judge(alexacheck.Reply(d.event(), o.Payload))
}

// judge returns everything that is wrong with an attempt of whose reply so much is
// wrong.
func (o attempt) judge(err error) (wrong []string) {
	if o.FunctionError != "" {
		return append(wrong, "the function failed: "+o.FunctionError)
	}
	if err != nil {
		wrong = append(wrong, "the reply is not valid: "+err.Error()+": "+string(o.Payload[:min(len(o.Payload), 500)]))
	}
	if len(o.lines) != 1 {
		wrong = append(wrong, "want one line, got: "+strings.Join(o.lines, "\n"))
		return wrong
	}
	switch l := o.line; {
	case l.RequestID != o.RequestID:
		wrong = append(wrong, "the line is of request "+l.RequestID+", not of "+o.RequestID)
	case l.Success == nil || l.AWS == nil || l.Correlation == "":
		wrong = append(wrong, "the line lacks success, _aws or correlation_id: "+o.lines[0])
	case !*l.Success && (l.Cause == "" || l.Error == ""):
		wrong = append(wrong, "the line of a failure lacks cause or error: "+o.lines[0])
	}
	for _, token := range canaries.list() {
		if strings.Contains(o.lines[0], token) {
			wrong = append(wrong, "a secret in the line")
		}
	}
	return wrong
}

// expect fails the test unless the reply is of that kind (the name of a reply or
// the type of an error) and the line gives that cause ("" for success).
func (o outcome) expect(t testing.TB, kind, cause string) {
	t.Helper()
	if got := o.reply.kind(); got != kind {
		t.Errorf("the reply is %s, want %s: %.300s (%s: %s)", got, kind, o.Payload, o.line.Cause, o.line.Error)
	}
	if o.line.Cause != cause {
		t.Errorf("the line's cause is %q, want %q: %s", o.line.Cause, cause, o.line.Error)
	}
}

// done fails the test unless the home has carried out the command.
func (o outcome) done(t testing.TB) {
	t.Helper()
	if o.line.Cause != "" || o.reply.Event.Header.Name == "ErrorResponse" {
		t.Fatalf("not carried out: %s %.500s", o.line.Error, o.Payload)
	}
}
