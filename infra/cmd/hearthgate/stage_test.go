package main_test

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/infra/internal/localrun/demohome"
	"github.com/hearthgate/hearthgate/infra/testkit/fakeaws"
	"github.com/hearthgate/hearthgate/infra/testkit/testnet"
)

// An owner is a person with a clone, a home on the internet and an AWS account.
type owner struct {
	t     *testing.T
	clone string
	home  *demohome.Home
	cloud *fakeaws.Cloud
	env   []string
	aws   string // the AWS profile of new stages; default: none

	internet *testnet.Internet
}

const homeURL = "https://home.example.com"

func newOwner(t *testing.T) *owner {
	t.Helper()
	o := &owner{t: t, clone: t.TempDir(), home: demohome.New(canary)}
	// A clone has its own stages; the rest of it is ours.
	for _, dir := range []string{"config", "function", "infra"} {
		if err := os.Symlink(filepath.Join(root(t), dir), filepath.Join(o.clone, dir)); err != nil {
			t.Fatal(err)
		}
	}
	os.Remove(filepath.Join(o.clone, "config"))
	if err := os.MkdirAll(filepath.Join(o.clone, "config", "stages"), 0o755); err != nil {
		t.Fatal(err)
	}
	o.write("go.work", "go 1.26.0\n")
	internet := testnet.New(t)
	internet.Serve(t, "home.example.com", o.home)
	server := &demohome.Server{Handler: o.home}
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Stop)
	o.cloud = fakeaws.Start(fakeaws.Options{
		Binary: func(context.Context, []byte) (string, []string, error) {
			binary, err := function()
			return binary, nil, err
		},
		// The deployed function would find the home on the internet.
		Env: []string{"HOME_ASSISTANT_URL=" + server.URL()},
	})
	t.Cleanup(o.cloud.Close)
	o.internet = internet
	o.env = append(internet.Environment(), o.cloud.Environment()...)
	o.env = append(o.env, noHome...)
	return o
}

func (o *owner) write(name, text string) {
	o.t.Helper()
	if err := os.WriteFile(filepath.Join(o.clone, name), []byte(text), 0o600); err != nil {
		o.t.Fatal(err)
	}
}

// types runs the command as the owner types it, with in as standard input.
func (o *owner) types(in string, args ...string) result {
	o.t.Helper()
	return commandIn(o.t, o.clone, in, o.env, args...)
}

// sees fails unless the command ended with the code and said all of it.
func (o *owner) sees(r result, code int, texts ...string) {
	o.t.Helper()
	if r.code != code {
		o.t.Errorf("code %d, want %d: %s%s", r.code, code, r.out, r.err)
	}
	for _, text := range texts {
		if !strings.Contains(r.out+r.err, text) {
			o.t.Errorf("no %q in %s%s", text, r.out, r.err)
		}
	}
	if strings.Contains(r.out+r.err, canary) {
		o.t.Errorf("the token is shown: %s%s", r.out, r.err)
	}
}

func TestInit(t *testing.T) {
	o := newOwner(t)
	o.sees(o.types("", "init", "--locale", "de-DE", "--url", homeURL), 0, "wrote config/stages/dev.json", "eu-west-1", "hearthgate token --stage dev")
	o.sees(o.types("", "init", "--locale", "de-DE", "--url", homeURL), 0, "0 fields changed")
	o.sees(o.types("", "init", "--alarm-email", "owner@example.com", "--yes"), 0, "1 field changed")
	o.sees(o.types("", "init", "--locale", "en-US"), 1, "locale", `"de-DE" -> "en-US"`, "nothing was changed", "with --yes")
	o.sees(o.types("", "init", "--locale", "en-US", "--yes", "--json"), 0, `"region": "us-east-1"`)
	o.sees(o.types("", "init", "--url", "https://other.example.com", "--yes"), 1, "https://other.example.com does not answer")
	o.sees(o.types("", "init", "--url", "https://other.example.com", "--yes", "--offline"), 0, "wrote")
	o.sees(o.types("", "init", "--stage", "new"), 1, "locale is missing", "(--locale)", "homeAssistantUrl is missing", "(--url)")
	const silent = "https://other.example.com"
	for name, want := range map[string]string{"Home": "a-z", "": "needs a name", "../dev": "a-z"} {
		r := o.types("", "init", "--stage", name, "--locale", "en-US", "--url", silent)
		o.sees(r, 1, want)
		if strings.Contains(r.err, silent) {
			t.Errorf("the home was asked for the stage %q: %s", name, r.err)
		}
	}
	o.sees(o.types("", "token", "--stage", "nope"), 1, "there is no stage \"nope\" in config/stages, which has dev: name one of them", "hearthgate init --stage nope")
	o.sees(o.types("", "__complete", "token", "--stage", ""), 0, "dev\n")
	o.sees(o.types("", "init", "--stage", "prod", "--production", "--account", "111122223333", "--locale", "en-US", "--url", homeURL, "--token-source", "linked"), 0, "hearthgate deploy --stage prod")
	if _, err := os.Stat(filepath.Join(o.clone, "config/stages/new.json")); err == nil {
		t.Error("a stage that is not valid was written")
	}
}

func TestToken(t *testing.T) {
	o := newOwner(t)
	o.sees(o.types("", "init", "--locale", "de-DE", "--url", homeURL), 0)
	const name = "/hearthgate/dev/home-assistant/token"
	o.sees(o.types("wrong", "token"), 1, "rejected the token (401)")
	o.sees(o.types("", "token"), 1, "no token was given")
	if o.cloud.Parameter("eu-west-1", name) != nil {
		t.Error("a wrong token was stored")
	}
	o.sees(o.types(canary+"\n", "token"), 0, "stored", name, "version 1", "account "+fakeaws.AccountID, "eu-west-1")
	if p := o.cloud.Parameter("eu-west-1", name); p == nil || p.Type != "SecureString" || p.Value != canary || p.Tags["hearthgate:stage"] != "dev" {
		t.Errorf("parameter %+v", p)
	}
	o.sees(o.types(canary, "token", "--json"), 0, `"version": 2`)
	o.cloud.SetParameter("eu-west-1", fakeaws.Parameter{Name: name, Type: "String", Value: "old"})
	o.sees(o.types(canary, "token"), 0, "version 1")
	if p := o.cloud.Parameter("eu-west-1", name); p.Type != "SecureString" {
		t.Errorf("the type stayed %s", p.Type)
	}
	for _, tt := range []struct{ call, code, want string }{
		{"sts.GetCallerIdentity", "ExpiredToken", "have expired"},
		{"sts.GetCallerIdentity", "InvalidClientTokenId", "does not know these credentials"},
		{"ssm.PutParameter", "AccessDeniedException", "does not allow"},
	} {
		o.cloud.Deny(tt.call, tt.code, "no")
		o.sees(o.types(canary, "token"), 1, tt.want)
		o.cloud.Allow()
	}
	o.sees(o.types("", "init", "--token-source", "linked", "--yes"), 0)
	o.sees(o.types(canary, "token"), 1, "takes the token of the linked account")
}

// gate is a Cloudflare Access in front of a home.
func (o *owner) gate() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("CF-Access-Client-Id") != "id.access" || r.Header.Get("CF-Access-Client-Secret") != "canary-secret" {
			http.Redirect(w, r, "https://team.cloudflareaccess.com/cdn-cgi/access/login", http.StatusFound)
			return
		}
		o.home.ServeHTTP(w, r)
	})
}

func TestHeaders(t *testing.T) {
	o := newOwner(t)
	const url, name = "https://gate.example.com", "/hearthgate/dev/home-assistant/headers"
	o.internet.Serve(t, "gate.example.com", o.gate())
	o.sees(o.types("", "init", "--locale", "de-DE", "--url", url), 1, "Cloudflare Access", "hearthgate headers", "add --secret-headers")
	o.sees(o.types("", "init", "--locale", "de-DE", "--url", url, "--offline"), 0)
	o.sees(o.types(canary, "token"), 1, "302")

	const good = "CF-Access-Client-Id: id.access\nCF-Access-Client-Secret: canary-secret\n"
	o.sees(o.types("CF-Access-Client-Id: id.access\nCF-Access-Client-Secret: wrong\n", "headers"), 1, "asks for a login first (302)")
	o.sees(o.types("", "headers"), 1, "no header was given")
	if o.cloud.Parameter("eu-west-1", name) != nil {
		t.Error("wrong headers were stored")
	}
	r := o.types(good, "headers")
	o.sees(r, 0, "stored", name, "CF-Access-Client-Id, CF-Access-Client-Secret", "init --stage dev --secret-headers --yes --offline, then hearthgate deploy")
	if strings.Contains(r.out+r.err, "canary-secret") {
		t.Error("a header's value is shown")
	}
	p := o.cloud.Parameter("eu-west-1", name)
	if p == nil || p.Type != "SecureString" || p.Value != `{"CF-Access-Client-Id":"id.access","CF-Access-Client-Secret":"canary-secret"}` {
		t.Errorf("parameter %+v", p)
	}
	o.sees(o.types("", "init", "--url", url, "--secret-headers", "--yes"), 0, "secretHeaders", "false -> true", "It asks for a login, which the secret headers are for")
	o.sees(o.types(canary, "token"), 0, "stored")
	o.sees(o.types(good, "headers", "--json"), 0, `"version": 2`, `"next": "hearthgate deploy --stage dev"`)
	o.cloud.SetParameter("eu-west-1", fakeaws.Parameter{Name: name})
	o.sees(o.types(canary, "token"), 1, "none are stored", "hearthgate headers --stage dev")
}
