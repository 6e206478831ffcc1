package main_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/testkit/fakeaws"
	"github.com/hearthgate/hearthgate/infra/testkit/fakesmapi"
)

// How far an owner has got when something breaks.
const (
	stageOnly  = iota
	loginOnly  // there is a login
	created    // and a skill
	deployedTo // and the function, which lets the skill invoke it
	linked     // and the skill is as it should be
)

// A brokenCall is a call of Amazon that goes wrong, and what the owner reads of it.
type brokenCall struct {
	name  string
	at    int // how far the owner has got
	is    fakesmapi.Options
	args  string
	in    string
	env   []string
	wrong func(*owner, *fakesmapi.Service)

	cause, mend, left string // left: what is half done, "" if nothing is
	mended            func(*owner, *fakesmapi.Service)
	again             string // what is run after mending; default: the same
	in2               string
}

// always is a fault that Amazon gives on and on.
func always(status int, body string) fakesmapi.Fault {
	return fakesmapi.Fault{Status: status, Body: body, Header: map[string]string{"Retry-After": "0"}}
}

func breaks(operation string, f fakesmapi.Fault) func(*owner, *fakesmapi.Service) {
	return func(_ *owner, s *fakesmapi.Service) { s.Break(operation, f) }
}

var (
	portal = fakesmapi.Fault{Status: 200, Type: "text/html", Body: "<html><title>Sign in to the hotel</title></html>"}
	cut    = fakesmapi.Fault{Cut: true}
	said   = func(text string) string { return `{"message":"` + text + `"}` }
)

// becomes changes what Amazon is like.
func becomes(change func(*fakesmapi.Options)) func(*owner, *fakesmapi.Service) {
	return func(_ *owner, s *fakesmapi.Service) { s.Become(change) }
}

// loginIs stores another login.
func loginIs(value string) func(*owner, *fakesmapi.Service) {
	return func(o *owner, _ *fakesmapi.Service) {
		o.cloud.SetParameter("eu-west-1", fakeaws.Parameter{Name: loginParameter, Type: "SecureString", Value: value})
	}
}

func login(o *owner, s *fakesmapi.Service) { o.loggedIn(s) }

var brokenCalls = []brokenCall{
	// Creating.
	{name: "no login", at: stageOnly, args: "skill create", cause: "there is no login for skills", mend: "hearthgate skill login --stage dev", mended: login},
	{name: "a login that is none", at: loginOnly, args: "skill create", wrong: loginIs("{"), cause: "is not a login", mend: "hearthgate skill login --stage dev", mended: login},
	{name: "a login that AWS does not give", at: loginOnly, args: "skill create", wrong: func(o *owner, _ *fakesmapi.Service) { o.cloud.Deny("ssm.GetParameter", "AccessDeniedException", "no") },
		cause: "AWS does not allow reading the parameter /hearthgate/dev/skill/login", mend: "use credentials of an administrator", mended: func(o *owner, _ *fakesmapi.Service) { o.cloud.Allow() }},
	{name: "consent revoked", at: loginOnly, args: "skill create", wrong: func(_ *owner, s *fakesmapi.Service) { s.Revoke() }, cause: "because it has expired or its consent was revoked", mend: "hearthgate skill login --stage dev", mended: login},
	{name: "another client secret", at: loginOnly, args: "skill create", wrong: loginIs(`{"clientId":"` + fakesmapi.ClientID + `","clientSecret":"canary-wrong","refreshToken":"Atzr|canary","vendorId":"X"}`), cause: "rejects the client id or the client secret", mend: "Show Secret", mended: login},
	{name: "Login with Amazon is down", at: loginOnly, args: "skill create", wrong: breaks("token", always(503, "")), cause: "Login with Amazon has a problem of its own (503)", mend: "run it again"},
	{name: "Login with Amazon limits", at: loginOnly, args: "skill create", wrong: breaks("token", always(429, `{"error":"slow_down"}`)), cause: "limits how often", mend: "wait a few minutes"},
	{name: "a portal in place of Login with Amazon", at: loginOnly, args: "skill create", wrong: breaks("token", portal), cause: "not one of Login with Amazon", mend: "sign in first"},
	{name: "the list is throttled", at: loginOnly, args: "skill create", wrong: breaks("listSkillsForVendor", always(429, said("Rate exceeded"))), cause: "Amazon limits how many requests it accepts, and still does after listing your skills", mend: "wait a few minutes"},
	{name: "a portal in place of the API", at: loginOnly, args: "skill create", wrong: breaks("listSkillsForVendor", portal), cause: `text/html, "Sign in to the hotel"`, mend: "HTTPS_PROXY"},
	{name: "the API redirects", at: loginOnly, args: "skill create", wrong: breaks("listSkillsForVendor", fakesmapi.Fault{Status: 302, Header: map[string]string{"Location": "https://portal.example.com/"}}), cause: "status 302", mend: "whether this network asks you to sign in"},
	{name: "the list is cut off", at: loginOnly, args: "skill create", wrong: breaks("listSkillsForVendor", cut), cause: "cannot be reached while listing your skills: EOF", mend: "connection to the internet"},
	{name: "no way to Amazon", at: loginOnly, args: "skill create", env: []string{"HTTPS_PROXY=http://127.0.0.1:1"}, cause: "cannot be reached", mend: "check the connection to the internet and HTTPS_PROXY"},
	{name: "a certificate that is not Amazon's", at: loginOnly, args: "skill create", env: []string{"SSL_CERT_FILE=/dev/null"}, cause: "certificate", mend: "HTTPS_PROXY"},
	{name: "the API rejects the login", at: loginOnly, args: "skill create", wrong: breaks("listSkillsForVendor", always(401, said("Token is invalid/expired"))), cause: "no longer accepts this login (Token is invalid/expired)", mend: "hearthgate skill login --stage dev"},
	{name: "no right to create", at: loginOnly, args: "skill create", wrong: breaks("createSkillForVendor", always(403, said("Not authorized"))), cause: "Amazon does not allow creating the skill with this login (Not authorized)", mend: "administrator or developer"},
	{name: "a name that Amazon rejects", at: loginOnly, args: "skill create --name AlexaHome", cause: "Amazon rejects manifest.publishingInformation.locales.de-DE.name", mend: "--name", again: "skill create"},
	{name: "a name that is too long", at: loginOnly, args: "skill create --name " + strings.Repeat("x", 51), cause: "has 51 characters, and Amazon accepts 2 to 50", mend: "--name", again: "skill create"},
	{name: "a stage that can have no custom skill", at: loginOnly, args: "skill create --kind custom", wrong: func(o *owner, _ *fakesmapi.Service) {
		o.write("config/stages/dev.json", `{"locale":"de-DE","homeAssistantUrl":"`+homeURL+`","policy":[{"effect":"deny","namespace":"Alexa.LockController"}]}`)
	}, cause: "conversation", mend: "allow", again: "skill create --kind smart-home"},
	{name: "a skill of that name by hand", at: loginOnly, args: "skill create", wrong: func(o *owner, s *fakesmapi.Service) {
		o.sees(o.types("", "skill", "create"), 0)
		id := o.stage().SmartHomeSkillID
		s.Edit(id, func(k *fakesmapi.Skill) {
			delete(k.Manifest["publishingInformation"].(map[string]any), "testingInstructions")
		})
		o.sees(o.types("", "init", "--smart-home-skill", "", "--yes", "--offline"), 0)
	}, cause: "that hearthgate did not make (amzn1.ask.skill.", mend: "hearthgate init --smart-home-skill amzn1.ask.skill.", again: "skill create --name another"},
	{name: "the answer to the creation is lost", at: loginOnly, args: "skill create", wrong: breaks("createSkillForVendor", fakesmapi.Fault{Times: 1, Done: true, Cut: true}), cause: "the connection to Amazon was lost while creating the skill, before the answer came", mend: "run it again, which looks for what is there first", left: "it may be done or not"},
	{name: "the creation ends in an error of Amazon's", at: loginOnly, args: "skill create", wrong: breaks("createSkillForVendor", fakesmapi.Fault{Times: 1, Done: true, Status: 500, Body: said("Internal Server Error")}), cause: "Amazon has a problem of its own (500, Internal Server Error)", mend: "run it again, which looks for what is there first"},
	{name: "the creation has no id", at: loginOnly, args: "skill create", wrong: breaks("createSkillForVendor", fakesmapi.Fault{Times: 1, Done: true, Status: 202, Body: "{}"}), cause: "has no skill id", mend: "looks for the skill first"},
	{name: "the creation takes too long", at: loginOnly, is: fakesmapi.Options{Slow: 1000}, args: "skill create --wait 3s", cause: "Amazon was not done within the time for it", mend: "run it again, which continues", left: "the id of the new skill (amzn1.ask.skill.", mended: becomes(func(o *fakesmapi.Options) { o.Slow = 0 }), again: "skill create --name another"},
	{name: "the status breaks", at: loginOnly, args: "skill create", wrong: breaks("getSkillStatus", always(500, said("Internal"))), cause: "problem of its own (500, Internal)", mend: "run it again", left: "the id of the new skill (amzn1.ask.skill."},
	{name: "Amazon wants an endpoint and does not accept ours", at: loginOnly, is: fakesmapi.Options{NeedsEndpoint: true}, args: "skill create", cause: "The trigger setting for the Lambda", mend: "hearthgate deploy", mended: becomes(func(o *fakesmapi.Options) { o.NeedsEndpoint = false })},
	{name: "the stage cannot be written", at: loginOnly, args: "skill create", wrong: func(o *owner, s *fakesmapi.Service) {
		s.On("createSkillForVendor", func() { // its folder becomes a file
			if err := os.Rename(filepath.Join(o.clone, config.StagesDir), filepath.Join(o.clone, "away")); err != nil {
				o.t.Error(err)
			}
			o.write(config.StagesDir, "")
		})
	}, cause: "its id could not be written into the stage", mend: "run it again, which finds the skill", left: "is created (amzn1.ask.skill.",
		mended: func(o *owner, _ *fakesmapi.Service) {
			os.Remove(filepath.Join(o.clone, config.StagesDir))
			if err := os.Rename(filepath.Join(o.clone, "away"), filepath.Join(o.clone, config.StagesDir)); err != nil {
				o.t.Error(err)
			}
		}},
	{name: "the skill was deleted in the console", at: created, is: fakesmapi.Options{}, args: "skill link", wrong: func(o *owner, s *fakesmapi.Service) {
		o.deploys()
		s.Break("getSkillManifest", always(404, said("No such skill")))
	},
		cause: "Amazon does not find it (No such skill)", mend: "hearthgate skill delete --stage dev", again: "skill delete --yes"},

	// Linking.
	{name: "not deployed", at: created, args: "skill link --yes", cause: "the function hearthgate-dev is not deployed in eu-west-1", mend: "hearthgate deploy --stage dev", mended: func(o *owner, _ *fakesmapi.Service) { o.deploys() }},
	{name: "deployed before the skill", at: created, args: "skill link --yes", wrong: func(o *owner, _ *fakesmapi.Service) {
		id := o.stage().SmartHomeSkillID
		o.sees(o.types("", "init", "--smart-home-skill", "", "--yes", "--offline"), 0)
		o.deploys()
		o.sees(o.types("", "init", "--smart-home-skill", id, "--yes", "--offline"), 0)
	}, cause: "does not let the Smart Home skill", mend: "hearthgate deploy --stage dev", mended: func(o *owner, _ *fakesmapi.Service) { o.deploys() }},
	{name: "no skill", at: loginOnly, args: "skill link --yes", wrong: func(o *owner, _ *fakesmapi.Service) { o.deploys() }, cause: "there is no skill of the stage dev yet", mend: "hearthgate skill create --stage dev", again: "skill create"},
	{name: "Amazon does not answer", at: deployedTo, args: "skill link --yes --wait 2s", wrong: breaks("getSkillManifest", fakesmapi.Fault{Hang: true}), cause: "Amazon was not done within the time for it", mend: "run it again, which continues", again: "skill link --yes"},
	{name: "the console changed it meanwhile", at: deployedTo, args: "skill link --yes", wrong: breaks("updateSkillManifest", fakesmapi.Fault{Times: 1, Status: 412, Body: said("eTag")}), cause: "someone else changed the skill in the same moment", mend: "run it again, which reads it first"},
	{name: "another change is under way", at: deployedTo, args: "skill link --yes", wrong: breaks("updateSkillManifest", always(409, said("Update in progress"))), cause: "another change of the skill is under way (Update in progress)", mend: "wait until it is done"},
	{name: "no right to change", at: deployedTo, args: "skill link --yes", wrong: breaks("updateSkillManifest", always(403, said("Not yours"))), cause: "does not allow changing the skill amzn1.ask.skill.", mend: "sign in with the Amazon account that the skill belongs to"},
	{name: "a region where the function is not", at: deployedTo, args: "skill link --yes", wrong: becomes(func(o *fakesmapi.Options) { o.Invokable = func(string, string, string) bool { return false } }), cause: "The trigger setting for the Lambda arn:aws:lambda:eu-west-1", mend: "must exist in the skill's region",
		mended: becomes(func(o *fakesmapi.Options) { o.Invokable = nil })},
	{name: "a value that Amazon rejects", at: deployedTo, args: "skill link --yes", wrong: breaks("updateSkillManifest", always(400, `{"message":"The request is not valid.","violations":[{"message":"Object instance at property path \"$.manifest.publishingInformation\" has unexpected property: \"x\"."}]}`)), cause: "Amazon rejects manifest.publishingInformation while changing the skill", mend: "hearthgate skill fields"},
	{name: "the linking is rejected, with the secret in the answer", at: deployedTo, args: "skill link --yes", wrong: breaks("updateAccountLinkingInfo", always(400, said(`String instance with value \"`+fakesmapi.ClientSecret+`\" at property path \"$.accountLinkingRequest.clientSecret\" is too short.`))), cause: `Amazon rejects accountLinkingRequest.clientSecret while setting the account linking: String instance with value "[secret]"`, mend: "hearthgate skill login", left: "already set for the Smart Home skill: manifest"},
	{name: "the linking breaks", at: deployedTo, args: "skill link --yes", wrong: breaks("updateAccountLinkingInfo", always(500, "")), cause: "Amazon has a problem of its own (500) while setting the account linking", mend: "run it again", left: "already set for the Smart Home skill: manifest"},
	{name: "the linking's answer is cut off", at: deployedTo, args: "skill link --yes", wrong: breaks("updateAccountLinkingInfo", cut), cause: "cannot be reached", mend: "run it again", left: "already set for the Smart Home skill: manifest"},
	{name: "the enablement breaks", at: deployedTo, args: "skill link --yes", wrong: breaks("setSkillEnablement", always(503, "")), cause: "Amazon has a problem of its own (503) while enabling the skill", mend: "run it again", left: "already set for the Smart Home skill: manifest, account linking"},
	{name: "tokens of another profile", at: deployedTo, args: "skill link --yes", wrong: func(o *owner, _ *fakesmapi.Service) {
		o.sees(o.types("", "init", "--login-with-amazon-client-id", "amzn1.application-oa2-client.ffffffffffffffffffffffffffffffff", "--yes", "--offline"), 0)
	}, cause: "accepts tokens of the security profile amzn1.application-oa2-client.ffff", mend: "init --login-with-amazon-client-id " + fakesmapi.ClientID, mended: func(o *owner, _ *fakesmapi.Service) {
		o.sees(o.types("", "init", "--login-with-amazon-client-id", fakesmapi.ClientID, "--yes", "--offline"), 0)
	}},
	{name: "the login is replaced and cannot be stored", at: deployedTo, is: fakesmapi.Options{Rotate: true}, args: "skill status", wrong: func(o *owner, _ *fakesmapi.Service) { o.cloud.Deny("ssm.PutParameter", "AccessDeniedException", "no") },
		cause: "and the new one could not be stored: AWS does not allow storing", mend: "hearthgate skill login --stage dev", mended: func(o *owner, s *fakesmapi.Service) { o.cloud.Allow(); o.loggedIn(s) }, again: "skill link --yes"},

	// Events, comparing and deleting.
	{name: "no permission for events", at: created, args: "skill events", cause: "no permission to send events yet", mend: "hearthgate skill link --stage dev", mended: func(o *owner, _ *fakesmapi.Service) { o.deploys() }, again: "skill link --yes"},
	{name: "no credentials", at: linked, args: "skill events", wrong: breaks("getSkillCredentials", always(404, said("No credentials"))), cause: "does not find it (No credentials)", mend: "another Amazon account"},
	{name: "empty credentials", at: linked, args: "skill events", wrong: breaks("getSkillCredentials", always(200, `{"skillMessagingCredentials":{}}`)), cause: "no credentials for events", mend: "wait a minute"},
	{name: "a file of secrets that exists", at: linked, args: "skill events --secrets-file config/stages/dev.json", cause: "exists already, and is not overwritten", mend: "name a new file", again: "skill events --secrets-file new.yaml"},
	{name: "the status of a login that expired", at: linked, args: "skill status", wrong: func(_ *owner, s *fakesmapi.Service) { s.Revoke() }, cause: "no longer accepts this login", mend: "hearthgate skill login --stage dev", mended: login},
	{name: "deleting is not allowed", at: created, args: "skill delete --yes", wrong: breaks("deleteSkill", always(403, said("No"))), cause: "does not allow deleting the skill amzn1.ask.skill.", mend: "administrator or developer", left: "its id stays in the stage"},
	{name: "deleting breaks", at: created, args: "skill delete --yes", wrong: breaks("deleteSkill", always(500, "")), cause: "problem of its own (500)", mend: "run it again", left: "its id stays in the stage"},
	{name: "nothing to delete", at: loginOnly, args: "skill delete --yes", cause: "the stage dev has no skill to delete", mend: "", again: "skill create"},
}

// gets brings an owner as far as that.
func (o *owner) gets(far int, options fakesmapi.Options) *fakesmapi.Service {
	o.t.Helper()
	s := o.amazon(options)
	if far >= loginOnly {
		o.loggedIn(s)
	}
	if far >= created {
		o.sees(o.types("", "skill", "create"), 0)
	}
	if far >= deployedTo {
		o.deploys()
	}
	if far >= linked {
		o.sees(o.types("", "skill", "link", "--yes"), 0)
	}
	return s
}

// TestBrokenCalls breaks one call each. The command says what happened, why, and what to
// do, mentions what is half done, shows no secret, and succeeds once that is mended.
func TestBrokenCalls(t *testing.T) {
	for _, b := range brokenCalls {
		t.Run(b.name, func(t *testing.T) {
			t.Parallel()
			o := newOwner(t)
			amazon := o.gets(b.at, b.is)
			if b.wrong != nil {
				b.wrong(o, amazon)
			}
			env := o.env
			o.env = append(append([]string{}, env...), b.env...)
			r := o.types(b.in, strings.Fields(b.args)...)
			o.sees(r, 1, b.cause, b.mend, b.left)
			o.keepsSecrets(amazon, r.out+r.err)
			if !strings.HasPrefix(r.err[max(0, strings.LastIndex(r.err, "hearthgate:")):], "hearthgate:") {
				t.Errorf("no sentence in the end: %s", r.err)
			}
			amazon.Mend()
			if b.mended != nil {
				b.mended(o, amazon)
			}
			o.env = env
			args := b.args
			if b.again != "" {
				args = b.again
			}
			again := o.types(b.in2, strings.Fields(args)...)
			o.sees(again, 0)
			o.keepsSecrets(amazon, again.out+again.err)
			o.nothingTwice(amazon)
		})
	}
}

// nothingTwice fails if Amazon has a skill that the stage does not know, apart from one
// that the owner made by hand.
func (o *owner) nothingTwice(amazon *fakesmapi.Service) {
	o.t.Helper()
	s := o.stage()
	for _, id := range amazon.Skills() {
		b, _ := json.Marshal(amazon.Skill(id).Manifest)
		if id != s.SmartHomeSkillID && id != s.CustomSkillID && strings.Contains(string(b), "hearthgate made this skill") {
			o.t.Errorf("Amazon has the skill %s, which the stage does not: %s", id, b)
		}
	}
}

// TestStoppedSkills sees what Ctrl-C leaves, and that the next run goes on.
func TestStoppedSkills(t *testing.T) {
	t.Run("while a skill is created", func(t *testing.T) {
		o := newOwner(t)
		amazon := o.gets(loginOnly, fakesmapi.Options{Slow: 1000})
		term := o.sits(nil, "skill", "create")
		term.Interrupt("which Amazon is working on")
		code, shown := term.End()
		id := o.stage().SmartHomeSkillID
		if code != 130 || id == "" || !strings.Contains(shown, "stopped: the Smart Home skill is created, and its id ("+id+") is in the stage; `hearthgate skill create --stage dev` goes on") {
			t.Errorf("code %d, id %q: %s", code, id, shown)
		}
		amazon.Become(func(o *fakesmapi.Options) { o.Slow = 0 })
		o.sees(o.types("", "skill", "create"), 0, "found")
		o.nothingTwice(amazon)
	})
	t.Run("while the answer to a creation is awaited", func(t *testing.T) {
		o := newOwner(t)
		amazon := o.gets(loginOnly, fakesmapi.Options{})
		amazon.Break("createSkillForVendor", fakesmapi.Fault{Times: 1, Done: true, Hang: true})
		term := o.sits(nil, "skill", "create")
		term.Interrupt("creating the Smart Home skill")
		if code, shown := term.End(); code != 130 || !strings.Contains(shown, "stopped") {
			t.Errorf("code %d: %s", code, shown)
		}
		o.sees(o.types("", "skill", "create"), 0)
		o.nothingTwice(amazon)
		if n := len(amazon.Skills()); n != 1 {
			t.Errorf("%d skills", n)
		}
	})
	t.Run("while a skill is linked", func(t *testing.T) {
		o := newOwner(t)
		amazon := o.gets(deployedTo, fakesmapi.Options{})
		amazon.Become(func(o *fakesmapi.Options) { o.Slow = 1000 })
		term := o.sits(nil, "skill", "link")
		term.Answer("Change it?", "y")
		term.Interrupt("which Amazon is working on")
		if code, shown := term.End(); code != 130 || !strings.Contains(shown, "already set for the Smart Home skill: manifest (Amazon may still be working on it); `hearthgate skill link --stage dev` goes on") {
			t.Errorf("code %d: %s", code, shown)
		}
		amazon.Become(func(o *fakesmapi.Options) { o.Slow = 0 })
		o.sees(o.types("", "skill", "link", "--yes"), 0)
		o.sees(o.types("", "skill", "status"), 0)
	})
	t.Run("at the question", func(t *testing.T) {
		o := newOwner(t)
		amazon := o.gets(deployedTo, fakesmapi.Options{})
		before := amazon.Writes()
		term := o.sits(nil, "skill", "link")
		term.Interrupt("Change it?")
		if code, shown := term.End(); code != 130 || !strings.Contains(shown, "stopped") || amazon.Writes() != before {
			t.Errorf("code %d, %d writes: %s", code, amazon.Writes()-before, shown)
		}
	})
}
