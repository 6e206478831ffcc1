package homeassistant

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/gateway/httpclient"
	"github.com/hearthgate/hearthgate/function/gateway/initialization"
	"github.com/hearthgate/hearthgate/function/gateway/lambda"
	"github.com/hearthgate/hearthgate/function/gateway/security"
)

// ladder goes the way to the home, step by step. What one step finds the next ones
// need.
type ladder struct {
	*Client
	settings  *initialization.Settings
	url       *url.URL
	addresses []netip.Addr
	steps     []lambda.DiagnosisStep
}

// Diagnose goes the way to Home Assistant step by step and says what came of each.
// It ends with the first step that fails: without it the next ones mean nothing.
func (c *Client) Diagnose(ctx context.Context) (lambda.Diagnosis, error) {
	l := &ladder{Client: c}
	for _, rung := range []struct {
		name  string
		climb func(context.Context, *lambda.DiagnosisStep) error
	}{
		{"settings", l.read},
		{"dns", l.resolve},
		{"tcp", l.dial},
		{"tls", l.shake},
		{"token", l.token},
		{"endpoint", l.endpoint},
		{"discover", l.discover},
	} {
		step := lambda.DiagnosisStep{Name: rung.name}
		began := time.Now()
		err := rung.climb(ctx, &step)
		step.OK, step.Took = err == nil, float64(time.Since(began).Microseconds())/1000
		if err != nil {
			step.Cause = core.CauseOf(err)
			step.Problem, step.Mend = sentences(err)
		}
		l.steps = append(l.steps, step)
		if err != nil {
			return lambda.Diagnosis{Steps: l.steps}, nil
		}
	}
	return lambda.Diagnosis{OK: true, Steps: l.steps}, nil
}

// judged returns a verdict as an error with a cause.
func judged(cause, problem, mend string) error {
	return &core.Error{Kind: core.Unreachable, Cause: cause, Err: security.Verdict{Problem: problem, Mend: mend}}
}

// sentences returns an error's two halves: what happened, and what to do.
func sentences(err error) (problem, mend string) {
	if v, ok := errors.AsType[security.Verdict](err); ok {
		return v.Problem, v.Mend
	}
	if e, ok := err.(*core.Error); ok {
		err = e.Err // without the operation's name
		if e.Spec != nil && e.Spec.Gateway == core.HTTPClient {
			return err.Error(), mendOf(e.Cause)
		}
	}
	problem, mend, _ = strings.Cut(err.Error(), ": ")
	return problem, mend
}

// mendOf returns what to do when a request has not come back with an answer, though
// a connection could be made.
func mendOf(cause string) string {
	switch cause {
	case "timeout":
		return "see whether Home Assistant is overloaded or hangs, and what its log says; a proxy in front of it may hold requests back, too"
	case "oversized":
		return "offer Alexa fewer devices, with the filter below `alexa: smart_home:` in configuration.yaml"
	case "refused", "no_route":
		return "try again: it answered a moment ago, so something restarts or limits connections"
	}
	return "look into the logs of Home Assistant and of the proxy in front of it: something there ends connections, or speaks no HTTP at this port"
}

// read looks whether the settings are complete.
func (l *ladder) read(ctx context.Context, s *lambda.DiagnosisStep) error {
	s.Tried = "reading the settings"
	status, err := core.Do(ctx, l.Dispatcher, initialization.Run, core.None{})
	if err != nil {
		return err
	}
	if l.settings = l.Settings(); l.settings == nil {
		return core.Errorf(core.Internal, core.CauseSettings, "%s", status.Problem)
	}
	if l.url, err = url.Parse(l.settings.URL); err != nil {
		return core.Errorf(core.Internal, core.CauseSettings, "%s is not an address: one such as https://home.example.org:8123 is wanted", config.EnvURL)
	}
	s.Advice = status.Warnings
	s.Found = fmt.Sprintf("the home is at %s, the token is %s", l.settings.URL, l.settings.TokenSource)
	return nil
}

// get asks the home for a path, with the token if there is a stored one.
func (l *ladder) get(ctx context.Context, path string) (httpclient.Response, error) {
	return core.Do(ctx, l.Dispatcher, httpclient.MakeRequest, httpclient.Request{
		URL: l.settings.URL + path, Bearer: l.settings.Token, Idempotent: true,
	})
}

// token shows the stored token to the home. One of a linked account comes with each
// directive, and asking without any would count as a wrong one.
func (l *ladder) token(ctx context.Context, s *lambda.DiagnosisStep) error {
	if l.settings.TokenSource == config.Linked {
		s.Tried, s.Found = "nothing", "the token comes with each directive, so there is none to try"
		return nil
	}
	s.Tried = "GET /api/ with the token"
	res, err := l.get(ctx, "/api/")
	if err != nil {
		return err
	}
	s.Found = fmt.Sprint(res.Status)
	switch {
	case res.Status == http.StatusNotFound:
		return core.Errorf(core.Unreachable, core.CauseNotHomeAssistant, "what answers at the address is not Home Assistant (404 to GET /api/): look at the address, and at what the proxy passes on")
	case res.Status != http.StatusOK:
		return meaning(res, l.settings.Token)
	case !strings.Contains(string(res.Body), "API running"):
		return core.Errorf(core.Unreachable, core.CauseNotHomeAssistant, "what answers at the address is not Home Assistant (200 without its words to GET /api/): look at the address, and at what the proxy shows instead")
	}
	return nil
}

// endpoint looks whether Home Assistant offers the Smart Home endpoint.
func (l *ladder) endpoint(ctx context.Context, s *lambda.DiagnosisStep) error {
	s.Tried = "GET " + smartHome
	res, err := core.Do(ctx, l.Dispatcher, httpclient.MakeRequest, httpclient.Request{URL: l.settings.URL + smartHome, Idempotent: true})
	if err != nil {
		return err
	}
	s.Found = fmt.Sprint(res.Status)
	switch res.Status {
	case http.StatusMethodNotAllowed: // it is there, and takes POST
		return nil
	case http.StatusNotFound:
		return l.absent(ctx)
	}
	return meaning(res, l.settings.Token)
}

// absent says why there is no endpoint: Home Assistant tells whether it is still
// starting.
func (l *ladder) absent(ctx context.Context) error {
	var home struct {
		State string `json:"state"`
	}
	if res, err := l.get(ctx, "/api/config"); err == nil && res.Status == http.StatusOK && json.Unmarshal(res.Body, &home) == nil {
		switch {
		case home.State != "" && home.State != "RUNNING":
			return core.Errorf(core.Unreachable, core.CauseStarting, "Home Assistant is still starting (404, its state is %.40s): wait a minute", home.State)
		case home.State != "":
			return core.Errorf(core.Unreachable, core.CauseNotConfigured, "Home Assistant runs and has no Smart Home endpoint (404): write `alexa:` and below it `smart_home:` into configuration.yaml and restart it")
		}
	}
	return core.Errorf(core.Unreachable, core.CauseNotConfigured, "there is no Smart Home endpoint (404): `alexa:` with `smart_home:` is missing in configuration.yaml, or Home Assistant is still starting")
}
