package homeassistant

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/gateway/httpclient"
	"github.com/hearthgate/hearthgate/function/gateway/lambda"
)

// What Alexa takes of a home. One endpoint that breaks a limit can make a whole
// discovery find nothing.
const (
	maxEndpoints    = 300 // of a customer
	maxCapabilities = 100 // of an endpoint
	maxEndpointID   = 256
	maxText         = 128 // of a name and of a description
)

// endpoint is as much of a discovered endpoint as has a limit.
type endpoint struct {
	ID           string            `json:"endpointId"`
	Name         string            `json:"friendlyName"`
	Description  string            `json:"description"`
	Manufacturer string            `json:"manufacturerName"`
	Capabilities []json.RawMessage `json:"capabilities"`
}

// discover asks the home for its devices, as Alexa would.
func (l *ladder) discover(ctx context.Context, s *lambda.DiagnosisStep) error {
	if l.settings.TokenSource == config.Linked {
		s.Tried, s.Found = "nothing", "a discovery takes the token of a linked account"
		return nil
	}
	s.Tried = "a Discover"
	body := `{"directive":{"header":{"namespace":"Alexa.Discovery","name":"Discover","payloadVersion":"3","messageId":"` + core.NewID() + `"},"payload":{"scope":{"type":"BearerToken","token":""}}}}`
	res, err := core.Do(ctx, l.Dispatcher, httpclient.MakeRequest, httpclient.Request{
		Method: http.MethodPost, URL: l.settings.URL + smartHome, Header: http.Header{"Content-Type": {"application/json"}},
		Bearer: l.settings.Token, Body: []byte(body), IsQuery: true,
	})
	if err != nil {
		return err
	}
	s.Found = fmt.Sprint(res.Status)
	reply, err := judge(res, l.settings.Token)
	switch {
	case core.CauseOf(err) == "malformed":
		return judged("malformed", err.Error(), "see what stands in front of Home Assistant, and look into its log")
	case err != nil:
		return err
	case reply.Name != "Discover.Response":
		return core.Errorf(core.Internal, "malformed", "Home Assistant answers a Discover with %s.%s: look into its log", reply.Namespace, reply.Name)
	}
	var found struct {
		Event struct {
			Payload struct {
				Endpoints []endpoint `json:"endpoints"`
			} `json:"payload"`
		} `json:"event"`
	}
	if err := json.Unmarshal(res.Body, &found); err != nil {
		return judged("malformed", fmt.Sprintf("an endpoint is not as Alexa defines it (%v)", err), "look which integration makes it")
	}
	all := found.Event.Payload.Endpoints
	s.Found = fmt.Sprintf("%d endpoints, %d bytes", len(all), len(res.Body))
	return limits(all)
}

// limits says what Alexa would not take of the endpoints.
func limits(all []endpoint) error {
	switch {
	case len(all) == 0:
		return core.Errorf(core.NotFound, "no_endpoints", "Home Assistant offers no device: look at the filter below `alexa: smart_home:` in configuration.yaml, and at the exposed entities")
	case len(all) > maxEndpoints:
		return core.Errorf(core.Invalid, "too_many_endpoints", "Home Assistant offers %d devices, and Alexa takes %d: leave some out with the filter below `alexa: smart_home:`", len(all), maxEndpoints)
	}
	var broken []string
	for _, e := range all {
		if reason := e.breaks(); reason != "" {
			broken = append(broken, fmt.Sprintf("%.64s (%s)", strings.Replace(e.ID, "#", ".", 1), reason))
		}
	}
	const most = 10
	if n := len(broken); n > most {
		broken = append(broken[:most], fmt.Sprintf("and %d more", n-most))
	}
	if len(broken) > 0 {
		return core.Errorf(core.Invalid, "limits", "Alexa does not take %s: rename or leave out each of them with `entity_config` or the filter below `alexa: smart_home:`, for one of them can make the discovery find nothing", strings.Join(broken, ", "))
	}
	return nil
}

// breaks says which limit an endpoint breaks, "" if none.
func (e endpoint) breaks() string {
	long := func(text string) bool { return utf8.RuneCountInString(text) > maxText }
	switch {
	case e.ID == "" || len(e.ID) > maxEndpointID:
		return "its id has not 1 to 256 characters"
	case strings.ContainsFunc(e.ID, func(r rune) bool { return !allowed(r) }):
		return "its id has a character that Alexa does not take"
	case e.Name == "":
		return "it has no name"
	case long(e.Name):
		return "its name is longer than 128 characters"
	case long(e.Description), long(e.Manufacturer):
		return "its description is longer than 128 characters"
	case len(e.Capabilities) == 0:
		return "it has no capability"
	case len(e.Capabilities) > maxCapabilities:
		return "it has more than 100 capabilities"
	}
	return ""
}

// allowed reports whether an endpoint's id may have that character.
func allowed(r rune) bool {
	return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || strings.ContainsRune("_-=#;:?@& ", r)
}
