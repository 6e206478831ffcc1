package fakesmapi_test

import (
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/infra/internal/project"
	"github.com/hearthgate/hearthgate/infra/testkit/fakesmapi"
	"github.com/hearthgate/hearthgate/infra/testkit/judges"
)

const (
	endpoint = "arn:aws:lambda:eu-west-1:111122223333:function:hearthgate-dev:live"
	manifest = `{
		"manifestVersion": "1.0",
		"publishingInformation": {"locales": {"de-DE": {"name": "hearthgate dev"}}, "isAvailableWorldwide": true, "category": "SMART_HOME"},
		"apis": {"smartHome": {"protocolVersion": "3"}}
	}`
	changed = `{
		"manifestVersion": "1.0",
		"publishingInformation": {"locales": {"de-DE": {"name": "hearthgate dev"}}, "isAvailableWorldwide": true, "category": "SMART_HOME"},
		"apis": {"smartHome": {"protocolVersion": "3", "endpoint": {"uri": "` + endpoint + `"}, "regions": {"EU": {"endpoint": {"uri": "` + endpoint + `"}}}}},
		"permissions": [{"name": "alexa::async_event:write"}]
	}`
	linking = `{
		"type": "AUTH_CODE", "authorizationUrl": "https://home.example.com/auth/authorize", "accessTokenUrl": "https://home.example.com/auth/token",
		"clientId": "https://layla.amazon.com/", "clientSecret": "ignored", "accessTokenScheme": "REQUEST_BODY_CREDENTIALS", "scopes": ["smart_home"], "domains": ["home.example.com"]
	}`
	model = `{"languageModel": {"invocationName": "treuer butler", "intents": [{"name": "AMAZON.StopIntent", "samples": []}], "types": []}}`
)

// TestJudgeClient has Amazon's own client go the whole way: what it makes of the answers
// is what it makes of Amazon's, and each exchange is as Amazon describes it.
func TestJudgeClient(t *testing.T) {
	root, err := project.Root()
	if err != nil {
		t.Fatal(err)
	}
	s := fakesmapi.New(fakesmapi.Options{Unknown: 1, Slow: 1})
	server := httptest.NewServer(s)
	t.Cleanup(func() { s.Close(); server.Close() })
	var steps []struct {
		Name   string
		Status int
		Error  string
		ETag   string
		Body   json.RawMessage
	}
	judges.RunNode(t, root, "smapi", &steps, map[string]any{
		"login":  map[string]string{"clientId": fakesmapi.ClientID, "clientSecret": fakesmapi.ClientSecret, "refreshToken": s.Login()},
		"vendor": fakesmapi.VendorID, "locale": "de-DE",
		"manifest": json.RawMessage(manifest), "update": json.RawMessage(changed), "linking": json.RawMessage(linking), "model": json.RawMessage(model),
	}, "client", server.URL)
	got := map[string][]string{}
	for _, step := range steps {
		status := fmt.Sprint(step.Status)
		if step.ETag != "" {
			status += " with an ETag"
		}
		got[step.Name] = append(got[step.Name], status)
		if step.Status >= 400 && step.Error == "" {
			t.Errorf("%s: the client has no error: %+v", step.Name, step)
		}
	}
	for name, want := range map[string]string{
		"vendors": "200", "create": "202", "created": "404 200 200", "list": "200", "manifest": "200 with an ETag", "stale": "412", "update": "202", "conflict": "409",
		"updated": "200 200", "no linking": "404", "set linking": "204 with an ETag", "linking": "200 with an ETag", "no model": "404", "set model": "202", "built": "200 200",
		"model": "200 with an ETag", "not enabled": "404", "enable": "204", "enabled": "204", "credentials": "200", "invalid": "400", "unlink": "204", "delete": "204", "gone": "404",
	} {
		if text := strings.Join(got[name], " "); text != want {
			t.Errorf("%s: %s, want %s", name, text, want)
		}
	}
	var problems []string
	judges.RunNode(t, root, "smapi", &problems, s.Exchanges(), "exchanges")
	for _, p := range problems {
		t.Error(p)
	}
	if n := len(s.Exchanges()); n < 25 {
		t.Errorf("%d exchanges were judged, want 25 and more", n)
	}
	t.Logf("%d exchanges", len(s.Exchanges()))
}

// TestJudgeOfExchanges plants what the judge is there to find.
func TestJudgeOfExchanges(t *testing.T) {
	root, err := project.Root()
	if err != nil {
		t.Fatal(err)
	}
	const path = "/v1/skills/amzn1.ask.skill.x"
	planted := []struct {
		exchange fakesmapi.Exchange
		want     string
	}{
		{fakesmapi.Exchange{Operation: "createSkillForVendor", Method: "POST", Path: "/v1/skills", Request: `{"vendorID":"x"}`, Status: 202, Answer: `{"skillId":"x"}`}, "additional properties"},
		{fakesmapi.Exchange{Operation: "updateSkillManifest", Method: "PUT", Path: path + "/stages/development/manifest", Request: `{"manifest":{"apis":{"smartHome":{"protocolVersion":"4"}}}}`, Status: 202}, "allowed values"},
		{fakesmapi.Exchange{Operation: "updateSkillManifest", Method: "PUT", Path: path + "/stages/development/manifest", Request: `{"manifest":{"apis":{"smartHome":{"protocolVersion":"3","endpoint":{"uri":"https://x"}}}}}`, Status: 202}, "pattern"},
		{fakesmapi.Exchange{Operation: "updateAccountLinkingInfo", Method: "PUT", Path: path + "/stages/development/accountLinkingClient", Request: `{"accountLinkingRequest":{"accessTokenScheme":"BASIC"}}`, Status: 204}, "allowed values"},
		{fakesmapi.Exchange{Operation: "getSkillStatus", Method: "GET", Path: path + "/status", Query: "resources=manifest", Status: 200, Answer: `{}`}, "query parameter resources"},
		{fakesmapi.Exchange{Operation: "getSkillStatus", Method: "GET", Path: path + "/status", Status: 200, Answer: `{"manifest":{"status":"SUCCEEDED"}}`}, "additional properties"},
		{fakesmapi.Exchange{Operation: "listSkillsForVendor", Method: "GET", Path: "/v1/skills", Status: 200, Answer: `{}`}, "vendorId is missing"},
		{fakesmapi.Exchange{Operation: "setSkillEnablement", Method: "PUT", Path: path + "/stages/development/enablement", Request: `{}`, Status: 201}, "no such status"},
		{fakesmapi.Exchange{Operation: "x", Method: "GET", Path: "/v1/skill", Status: 200}, "no such operation"},
	}
	all := []fakesmapi.Exchange{}
	for _, p := range planted {
		all = append(all, p.exchange)
	}
	var problems []string
	judges.RunNode(t, root, "smapi", &problems, all, "exchanges")
	text := strings.Join(problems, "\n")
	for _, p := range planted {
		if !strings.Contains(text, p.want) {
			t.Errorf("the judge does not say %q: %s", p.want, text)
		}
	}
}
