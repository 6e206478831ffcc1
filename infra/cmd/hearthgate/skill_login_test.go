package main_test

import (
	"net"
	"net/http"
	"os/exec"
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/infra/testkit/fakesmapi"
	"github.com/hearthgate/hearthgate/infra/testkit/terminal"
)

// A brokenLogin is a login that goes wrong, and what the owner reads of it.
type brokenLogin struct {
	name   string
	flags  string // default: those of the developer
	secret string // default: the right one
	wrong  func(*owner, *fakesmapi.Service)
	// browses is what the browser does. Default: it follows the link.
	browses func(o *owner, link, port string)

	cause, mend string
	mended      func(*owner, *fakesmapi.Service)
	againFlags  string // default: the same
}

// right is what Amazon answers with in place of a token.
const tokenWithoutRefresh = `{"access_token":"Atza|canary","token_type":"bearer","expires_in":3600}`

var brokenLogins = []brokenLogin{
	{name: "the consent is declined", wrong: becomes(func(o *fakesmapi.Options) { o.Deny = true }), cause: "the consent was declined on Amazon's page", mend: "allow both permissions", mended: becomes(func(o *fakesmapi.Options) { o.Deny = false })},
	{name: "a wrong client secret", secret: "wrong-secret", cause: "rejects the client id or the client secret", mend: "Show Secret"},
	{name: "another profile's client id", flags: "--vendor-id " + fakesmapi.VendorID + " --client-id amzn1.application-oa2-client.00000000000000000000000000000000 --wait 2s", cause: "the browser did not come back within 2s", mend: "that the client id is right", againFlags: " "},
	{name: "a return URL that the profile does not have", flags: "--vendor-id " + fakesmapi.VendorID + " --client-id " + fakesmapi.ClientID + " --wait 2s", wrong: becomes(func(o *fakesmapi.Options) { o.ReturnURLs = []string{"https://layla.amazon.com/"} }),
		cause: "the browser did not come back within 2s", mend: "Allowed Return URLs", mended: becomes(func(o *fakesmapi.Options) { o.ReturnURLs = nil }), againFlags: " "},
	{name: "the return of another login", browses: func(o *owner, _, port string) { visit(o, "http://127.0.0.1:"+port+"/cb?code=ANcanary&state=another") }, cause: "came back from another login", mend: "follow the link of this run"},
	{name: "a return without a code", browses: func(o *owner, link, port string) { visit(o, "http://127.0.0.1:"+port+"/cb?state="+stateOf(link)) }, cause: "has no code from Amazon", mend: "paste all of the address"},
	{name: "a scope that Amazon does not know", browses: func(o *owner, link, port string) {
		visit(o, "http://127.0.0.1:"+port+"/cb?error=invalid_scope&error_description=unknown&state="+stateOf(link))
	}, cause: "does not let this security profile manage skills", mend: "use a profile of the account"},
	{name: "a portal in place of Login with Amazon", wrong: breaks("token", portal), cause: "not one of Login with Amazon", mend: "sign in first"},
	{name: "Login with Amazon is cut off", wrong: breaks("token", cut), cause: "Login with Amazon cannot be reached", mend: "check the connection"},
	{name: "Login with Amazon is down", wrong: breaks("token", always(500, "")), cause: "has a problem of its own (500)", mend: "wait a while"},
	{name: "no refresh token", wrong: breaks("token", always(200, tokenWithoutRefresh)), cause: "gave no refresh token", mend: "the client secret is that of the security profile"},
	{name: "no right to the API", wrong: breaks("getVendorList", always(403, said("Not allowed"))), cause: "does not allow reading your vendor id with this login (Not allowed)", mend: "hearthgate skill login --stage dev"},
	{name: "no developer", wrong: becomes(func(o *fakesmapi.Options) { o.Vendors = []string{} }), cause: "is not a developer yet", mend: "accept the terms", mended: becomes(func(o *fakesmapi.Options) { o.Vendors = []string{fakesmapi.VendorID} })},
	{name: "another Amazon account", wrong: becomes(func(o *fakesmapi.Options) { o.Vendors = []string{"M2ANOTHER"} }), cause: "belongs to the vendor M2ANOTHER, not to " + fakesmapi.VendorID, mend: "log in with the account that your Echo uses", mended: becomes(func(o *fakesmapi.Options) { o.Vendors = []string{fakesmapi.VendorID} })},
	{name: "AWS does not store it", wrong: func(o *owner, _ *fakesmapi.Service) { o.cloud.Deny("ssm.PutParameter", "AccessDeniedException", "no") }, cause: "the login worked and could not be stored", mend: "hearthgate iam-policy", mended: func(o *owner, _ *fakesmapi.Service) { o.cloud.Allow() }},
}

func stateOf(link string) string {
	_, state, _ := strings.Cut(link, "state=")
	state, _, _ = strings.Cut(state, "&")
	return state
}

func visit(o *owner, address string) {
	o.t.Helper()
	res, err := http.Get(address)
	if err != nil {
		o.t.Fatal(err)
	}
	res.Body.Close()
}

// logsIn logs in at a terminal, with a browser, and returns how it ends.
func (o *owner) logsIn(flags, secret string, browses func(o *owner, link, port string)) (int, string) {
	o.t.Helper()
	env, file := fakeBrowser(o.t)
	port := freePort(o.t)
	if strings.TrimSpace(flags) == "" {
		flags = "--vendor-id " + fakesmapi.VendorID + " --client-id " + fakesmapi.ClientID
	}
	if secret == "" {
		secret = fakesmapi.ClientSecret
	}
	term := o.sits(env, append([]string{"skill", "login", "--port", port}, strings.Fields(flags)...)...)
	term.Answer("Client secret (it is not shown)", secret)
	link := opened(o.t, file)
	if browses == nil {
		o.browser(link)
	} else {
		browses(o, link, port)
	}
	return term.End()
}

func TestBrokenLogins(t *testing.T) {
	for _, b := range brokenLogins {
		t.Run(b.name, func(t *testing.T) {
			t.Parallel()
			o := newOwner(t)
			amazon := o.amazon(fakesmapi.Options{})
			if b.wrong != nil {
				b.wrong(o, amazon)
			}
			code, shown := o.logsIn(b.flags, b.secret, b.browses)
			flat := strings.Join(strings.Fields(shown), " ")
			if code != 1 || !strings.Contains(flat, b.cause) || !strings.Contains(flat, b.mend) {
				t.Errorf("code %d, want %q and %q in %s", code, b.cause, b.mend, shown)
			}
			o.keepsSecrets(amazon, shown)
			if p := o.cloud.Parameter("eu-west-1", loginParameter); p != nil {
				t.Errorf("a login that failed is stored: %+v", p)
			}
			amazon.Mend()
			if b.mended != nil {
				b.mended(o, amazon)
			}
			flags := b.flags
			if b.againFlags != "" {
				flags = b.againFlags
			}
			if code, shown := o.logsIn(flags, "", nil); code != 0 || !strings.Contains(shown, "logged in") {
				t.Errorf("a second run: code %d, %s", code, shown)
			}
		})
	}
}

// TestLogin plays the ways to log in that succeed, and the ends that are not Amazon's.
func TestLogin(t *testing.T) {
	o := newOwner(t)
	amazon := o.amazon(fakesmapi.Options{})

	t.Run("the port is taken", func(t *testing.T) {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		_, port, _ := net.SplitHostPort(l.Addr().String())
		o.sees(o.types(fakesmapi.ClientSecret, "skill", "login", "--client-id", fakesmapi.ClientID, "--port", port), 1, "port "+port+", which another program uses", "choose another with --port")
	})
	t.Run("what is given is checked", func(t *testing.T) {
		o.sees(o.types("", "skill", "login", "--client-id", fakesmapi.ClientID), 1, "the client secret of the security profile is missing", "standard input")
		o.sees(o.types("x", "skill", "login"), 1, "the client id of the security profile is missing", "--client-id")
		o.sees(o.types("x", "skill", "login", "--vendor-id", "abc"), 1, "this is not a vendor id", "--vendor-id")
		o.sees(o.types("two words", "skill", "login", "--client-id", fakesmapi.ClientID), 1, "copy it again")
		o.sees(o.types("x", "skill", "login", "--client-id", fakesmapi.ClientID, "--wait", "1s", "--port", freePort(t)), 1, "did not come back within 1s")
	})
	t.Run("Ctrl-C", func(t *testing.T) {
		for _, question := range []string{"Client secret (it is not shown)", "Waiting for the browser"} {
			term := o.sits(nil, "skill", "login", "--no-browser", "--vendor-id", fakesmapi.VendorID, "--client-id", fakesmapi.ClientID, "--port", freePort(t))
			if question != "Client secret (it is not shown)" {
				term.Answer("Client secret (it is not shown)", fakesmapi.ClientSecret)
			}
			term.Interrupt(question)
			if code, shown := term.End(); code != 130 || !strings.Contains(shown, "stopped") {
				t.Errorf("%s: code %d, %s", question, code, shown)
			}
		}
	})
	t.Run("without a vendor id, and the address is pasted", func(t *testing.T) {
		term := o.sits(nil, "skill", "login", "--no-browser", "--client-id", fakesmapi.ClientID, "--port", freePort(t))
		term.Answer("Your vendor id", "")
		term.Answer("Client secret (it is not shown)", fakesmapi.ClientSecret)
		term.Answer("paste here", "https://example.com/")
		term.Wait("This is not the address")
		// The browser runs elsewhere: it cannot connect, and shows the address.
		address := o.returnAddress(term.Written())
		term.Answer("This is not the address", address)
		code, shown := term.End()
		if code != 0 || !strings.Contains(shown, "Add these to the Allowed Return URLs") || !strings.Contains(shown, "https://layla.amazon.com/api/skill/link/"+fakesmapi.VendorID) {
			t.Errorf("code %d: %s", code, shown)
		}
	})
	t.Run("in narrow and wide terminals", func(t *testing.T) {
		for _, columns := range []int{60, 120} {
			path, err := hearthgate()
			if err != nil {
				t.Fatal(err)
			}
			cmd := exec.Command(path, "skill", "login", "--no-browser", "--stage", "narrow", "--port", freePort(t))
			o.sees(o.types("", "init", "--stage", "narrow", "--locale", "de-DE", "--url", homeURL, "--yes", "--offline"), 0)
			cmd.Dir, cmd.Env = o.clone, append(cmd.Environ(), o.env...)
			term := terminal.Start(t, cmd, columns)
			term.Answer("Your vendor id", fakesmapi.VendorID)
			term.Answer("Client id", "wrong")
			term.Answer("not a client id", fakesmapi.ClientID)
			term.Answer("Client secret", fakesmapi.ClientSecret)
			term.Wait("Waiting for the browser")
			o.browser(term.Written())
			code, shown := term.End()
			if broken := terminal.Broken(shown, columns); code != 0 || len(broken) > 0 {
				t.Errorf("%d columns: code %d, broken words %q:\n%s", columns, code, broken, terminal.Render(shown, columns))
			}
			o.sees(o.types("", "skill", "delete", "--stage", "narrow", "--logout", "--yes"), 0)
		}
	})
	t.Run("again, with what is stored", func(t *testing.T) {
		amazon.Revoke()
		env, file := fakeBrowser(t)
		term := o.sits(env, "skill", "login", "--port", freePort(t))
		term.Answer("Your vendor id", "")
		term.Answer("Client id of the security profile", "")
		o.browser(opened(t, file))
		code, shown := term.End()
		if code != 0 || strings.Contains(shown, "One page is left") || strings.Contains(shown, "must get it") {
			t.Errorf("code %d: %s", code, shown)
		}
		if p := o.cloud.Parameter("eu-west-1", loginParameter); p.Version != 2 || !strings.Contains(p.Value, fakesmapi.ClientSecret) {
			t.Errorf("stored %+v", p)
		}
		o.sees(o.types("", "skill", "create"), 0, "created")
	})
	t.Run("without a terminal", func(t *testing.T) {
		done := make(chan result)
		port := freePort(t)
		env, file := fakeBrowser(t)
		o.env = append(o.env, env...)
		go func() {
			done <- o.types(fakesmapi.ClientSecret+"\n", "skill", "login", "--vendor-id", fakesmapi.VendorID, "--client-id", fakesmapi.ClientID, "--port", port, "--json")
		}()
		o.browser(opened(t, file))
		o.sees(<-done, 0, `"vendor": "`+fakesmapi.VendorID+`"`, `"next": "hearthgate skill link --stage dev"`)
	})
}

// returnAddress returns where the browser ends when it runs on another machine.
func (o *owner) returnAddress(text string) string {
	o.t.Helper()
	address := o.follows(text, func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }).Header.Get("Location")
	if !strings.HasPrefix(address, "http://127.0.0.1:") {
		o.t.Fatalf("Amazon sends the browser to %q", address)
	}
	return address
}
