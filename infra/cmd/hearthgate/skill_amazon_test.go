package main_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/testkit/fakeaws"
	"github.com/hearthgate/hearthgate/infra/testkit/fakesmapi"
	"github.com/hearthgate/hearthgate/infra/testkit/judges"
	"github.com/hearthgate/hearthgate/infra/testkit/testnet"
)

const loginParameter = "/hearthgate/dev/skill/login"

// amazon puts Amazon onto the internet of an owner with a stage. It checks endpoints as
// Amazon does: the function must exist and let the skill invoke it.
func (o *owner) amazon(options fakesmapi.Options) *fakesmapi.Service {
	o.t.Helper()
	o.sees(o.types("", "init", "--locale", "de-DE", "--url", homeURL), 0)
	options.Invokable = o.cloud.MayInvoke("hearthgate-dev")
	return fakesmapi.Serve(o.t, o.internet, options)
}

// loggedIn stores a login, as `hearthgate skill login` does.
func (o *owner) loggedIn(s *fakesmapi.Service) { o.hasLogin("dev", s) }

// hasLogin stores a login for a stage.
func (o *owner) hasLogin(stage string, s *fakesmapi.Service) {
	o.t.Helper()
	b, err := json.Marshal(map[string]string{"clientId": fakesmapi.ClientID, "clientSecret": fakesmapi.ClientSecret, "refreshToken": s.Login(), "vendorId": fakesmapi.VendorID})
	if err != nil {
		o.t.Fatal(err)
	}
	o.cloud.SetParameter("eu-west-1", fakeaws.Parameter{Name: config.NewStage(stage).LoginParameterName(), Type: "SecureString", Value: string(b)})
}

// stage returns the owner's stage as its file has it.
func (o *owner) stage() config.Stage {
	o.t.Helper()
	s, err := config.Folder{FS: os.DirFS(filepath.Join(o.clone, config.StagesDir)), Path: config.StagesDir}.Load("dev")
	if err != nil {
		o.t.Fatal(err)
	}
	return s
}

// deploys has the stage deployed as its file has it, without the CDK.
func (o *owner) deploys() {
	o.t.Helper()
	s := o.stage()
	o.cloud.SetObject("code", "function.zip", []byte("the function"))
	if err := o.cloud.Deploy(s.Region, config.StackName(s.Name), fakeaws.StageTemplate(s)); err != nil {
		o.t.Fatal(err)
	}
}

// keepsSecrets fails if something that was shown has a secret of Amazon's.
func (o *owner) keepsSecrets(s *fakesmapi.Service, shown string) {
	o.t.Helper()
	for _, secret := range s.Secrets() {
		if strings.Contains(shown, secret) {
			o.t.Errorf("the secret %s is shown: %s", secret, shown)
		}
	}
}

// browser is the owner's browser: it opens the page that a text links to, and follows
// what Amazon answers. It returns where it ends and what it shows.
func (o *owner) browser(text string) (address, shown string) {
	o.t.Helper()
	res := o.follows(text, nil)
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		o.t.Fatal(err)
	}
	return res.Request.URL.String(), string(b)
}

// follows opens the page that a text links to.
func (o *owner) follows(text string, redirect func(*http.Request, []*http.Request) error) *http.Response {
	o.t.Helper()
	link := regexp.MustCompile(`https://www\.amazon\.com/ap/oa\?\S+`).FindString(text)
	if link == "" {
		o.t.Fatalf("no link in %s", text)
	}
	client := o.internet.Client()
	client.CheckRedirect = redirect
	res, err := client.Get(link)
	if err != nil {
		o.t.Fatal(err)
	}
	return res
}

// freePort returns a port that no one uses.
func freePort(t *testing.T) string {
	t.Helper()
	port, err := testnet.FreePort()
	if err != nil {
		t.Fatal(err)
	}
	return strconv.Itoa(port)
}

// fakeBrowser returns an environment in which opening the browser only writes down the
// address, and the file with it.
func fakeBrowser(t *testing.T) (env []string, file string) {
	t.Helper()
	dir := t.TempDir()
	file = filepath.Join(dir, "opened")
	for _, name := range []string{"xdg-open", "open"} {
		script := fmt.Sprintf("#!/bin/sh\nprintf %%s \"$1\" > '%s.new' && mv '%s.new' '%s'\n", file, file, file)
		if err := os.WriteFile(filepath.Join(dir, name), []byte(script), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	return []string{"PATH=" + dir + ":" + os.Getenv("PATH"), "DISPLAY=:0", "SSH_CONNECTION="}, file
}

// opened returns the address that was opened.
func opened(t *testing.T, file string) string {
	t.Helper()
	for range 500 {
		if b, err := os.ReadFile(file); err == nil {
			return string(b)
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatal("the browser was not opened")
	return ""
}

// TestTheAlexaSide sets both skills up from nothing: log in, create, deploy, link.
func TestTheAlexaSide(t *testing.T) {
	o := newOwner(t)
	amazon := o.amazon(fakesmapi.Options{Unknown: 1, Slow: 1, Late: 1})
	o.sees(o.types("", "skill"), 0, "login", "create", "link", "status", "events", "fields", "model", "delete")
	o.sees(o.types("", "skill", "create"), 1, "there is no login for skills of the stage dev yet: run `hearthgate skill login --stage dev`", "hearthgate skill fields")

	env, file := fakeBrowser(t)
	term := o.sits(env, "skill", "login", "--port", freePort(t))
	term.Answer("Your vendor id", "m2abc")
	term.Answer("this is not a vendor id", fakesmapi.VendorID)
	term.Answer("Client id of the security profile", "amzn1.application.0123456789abcdef")
	term.Answer("this is the App ID", fakesmapi.ClientID)
	term.Answer("Client secret (it is not shown)", fakesmapi.ClientSecret)
	if address, page := o.browser(opened(t, file)); !strings.Contains(page, "You can close this page") || !strings.HasPrefix(address, "http://127.0.0.1:") {
		t.Errorf("the browser ends at %s and shows %s", address, page)
	}
	code, shown := term.End()
	for _, want := range []string{
		"https://developer.amazon.com/settings/console/mycid", "https://developer.amazon.com/loginwithamazon/console/site/lwa/overview.html",
		"https://pitangui.amazon.com/api/skill/link/" + fakesmapi.VendorID, "https://layla.amazon.com/api/skill/link/" + fakesmapi.VendorID, "https://alexa.amazon.co.jp/api/skill/link/" + fakesmapi.VendorID,
		"/cb", " as the vendor " + fakesmapi.VendorID, "hearthgate skill create --stage dev",
	} {
		if code != 0 || !strings.Contains(shown, want) {
			t.Errorf("code %d, no %q in %s", code, want, shown)
		}
	}
	o.keepsSecrets(amazon, shown)
	p := o.cloud.Parameter("eu-west-1", loginParameter)
	if p == nil || p.Type != "SecureString" || p.Tags["hearthgate:stage"] != "dev" || strings.Contains(p.Value, "Atza|") || !strings.Contains(p.Value, "Atzr|") || !strings.Contains(p.Value, fakesmapi.ClientSecret) {
		t.Fatalf("stored %+v", p)
	}

	o.sees(o.types("", "skill", "link", "--yes"), 1, "the function hearthgate-dev is not deployed", "hearthgate deploy --stage dev")
	r := o.types("", "skill", "create", "--kind", "both")
	o.sees(r, 0, "created the Smart Home skill hearthgate dev amzn1.ask.skill.", "created the custom skill hearthgate dev conversation", "config/stages/dev.json", "hearthgate deploy --stage dev")
	ids := amazon.Skills()
	if s := o.stage(); len(ids) != 2 || !slices.Contains(ids, s.SmartHomeSkillID) || !slices.Contains(ids, s.CustomSkillID) || s.SmartHomeSkillID == s.CustomSkillID {
		t.Fatalf("ids %v, stage %+v", ids, s)
	}
	o.sees(o.types("", "skill", "create", "--kind", "both", "--json"), 0, `"new": false`)
	if amazon.Calls("createSkillForVendor") != 2 {
		t.Errorf("%d skills were created", amazon.Calls("createSkillForVendor"))
	}
	o.deploys()
	o.sees(o.types("", "skill", "status"), 3, "endpoint", "(none)", "-> arn:aws:lambda:eu-west-1:111122223333:function:hearthgate-dev:live", "accountLinking.authorizationUrl", "Next: hearthgate skill link --stage dev")
	o.sees(o.types("", "skill", "status", "--all"), 3, "- dev  manifest.apis.smartHome.endpoint.uri of the Smart Home skill is missing", "hearthgate skill link --stage dev")
	o.sees(o.types("", "skill", "link"), 1, "What differs at Amazon", "nothing was changed")
	r = o.types("", "skill", "link", "--yes")
	o.sees(r, 0, "changed", "enabled", `intents, opened with "treuer butler"`, "Say \"Alexa, discover devices\"", "Your Skills, Dev")
	o.keepsSecrets(amazon, r.out+r.err)
	o.linkedRight(amazon)

	before := amazon.Writes()
	o.sees(o.types("", "skill", "link"), 0, "nothing to change")
	o.sees(o.types("", "skill", "status"), 0, "Amazon has the skills as the stage needs them", "may send events  yes")
	o.sees(o.types("", "skill", "status", "--all"), 0, "+ dev  Amazon has the skills as the stage needs them", "1 home: 1 well.")
	o.sees(o.types(canary, "token"), 0)
	o.sees(o.types("", "doctor"), 0, "+ skill", "comparing the skills at Amazon with the stage: the same")
	if amazon.Writes() != before {
		t.Errorf("a second run wrote %d times", amazon.Writes()-before)
	}

	t.Run("as Amazon describes it", func(t *testing.T) {
		var problems []string
		judges.RunNode(t, root(t), "smapi", &problems, amazon.Exchanges(), "exchanges")
		for _, p := range problems {
			t.Error(p)
		}
	})
}

// linkedRight checks what Amazon has of the skills.
func (o *owner) linkedRight(amazon *fakesmapi.Service) {
	o.t.Helper()
	const arn = `"arn:aws:lambda:eu-west-1:111122223333:function:hearthgate-dev:live"`
	s := o.stage()
	home, custom := amazon.Skill(s.SmartHomeSkillID), amazon.Skill(s.CustomSkillID)
	for _, tt := range []struct {
		name, want string
		got        any
	}{
		{"Smart Home", `{"smartHome":{"endpoint":{"uri":` + arn + `},"protocolVersion":"3","regions":{"EU":{"endpoint":{"uri":` + arn + `}}}}}`, home.Manifest["apis"]},
		{"custom", `{"custom":{"endpoint":{"uri":` + arn + `},"regions":{"EU":{"endpoint":{"uri":` + arn + `}}}}}`, custom.Manifest["apis"]},
		{"permissions", `[{"name":"alexa::async_event:write"}]`, home.Manifest["permissions"]},
		{"linking", `{"accessTokenScheme":"HTTP_BASIC","accessTokenUrl":"https://api.amazon.com/auth/o2/token","authorizationUrl":"https://www.amazon.com/ap/oa","clientId":"` + fakesmapi.ClientID + `","clientSecret":"` + fakesmapi.ClientSecret + `","scopes":["profile:user_id"],"type":"AUTH_CODE"}`, home.Linking},
	} {
		if b, _ := json.Marshal(tt.got); string(b) != tt.want {
			o.t.Errorf("%s: %s\nwant %s", tt.name, b, tt.want)
		}
	}
	if m, _ := json.Marshal(custom.Models["de-DE"]); !strings.Contains(string(m), `"invocationName":"treuer butler"`) {
		o.t.Errorf("model %s", m)
	}
	if !home.Enabled || !custom.Enabled {
		o.t.Error("a skill is not enabled")
	}
}
