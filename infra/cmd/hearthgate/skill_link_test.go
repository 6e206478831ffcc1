package main_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/infra/testkit/fakesmapi"
)

// TestLinkingWithHomeAssistant has Alexa link accounts with Home Assistant itself, in
// each of Alexa's regions.
func TestLinkingWithHomeAssistant(t *testing.T) {
	for locale, want := range map[string]struct{ region, code, client string }{
		"en-US": {"us-east-1", "NA", "https://pitangui.amazon.com/"},
		"de-DE": {"eu-west-1", "EU", "https://layla.amazon.com/"},
		"ja-JP": {"us-west-2", "FE", "https://alexa.amazon.co.jp/"},
	} {
		t.Run(locale, func(t *testing.T) {
			t.Parallel()
			o := newOwner(t)
			amazon := o.amazon(fakesmapi.Options{})
			o.sees(o.types("", "init", "--locale", locale, "--token-source", "linked", "--yes", "--offline"), 0)
			o.loggedInAt(want.region, amazon)
			o.sees(o.types("", "skill", "create"), 0)
			o.deploys()
			o.sees(o.types("", "skill", "link", "--yes"), 0)
			k := amazon.Skill(o.stage().SmartHomeSkillID)
			b, _ := json.Marshal(k.Linking)
			if got, want := string(b), `{"accessTokenScheme":"REQUEST_BODY_CREDENTIALS","accessTokenUrl":"`+homeURL+`/auth/token","authorizationUrl":"`+homeURL+`/auth/authorize","clientId":"`+want.client+`","clientSecret":"ignored","domains":["home.example.com"],"scopes":["smart_home"],"type":"AUTH_CODE"}`; got != want {
				t.Errorf("linking %s\nwant %s", got, want)
			}
			b, _ = json.Marshal(k.Manifest["apis"])
			arn := `{"endpoint":{"uri":"arn:aws:lambda:` + want.region + `:111122223333:function:hearthgate-dev:live"}}`
			if got := string(b); !strings.Contains(got, `"regions":{"`+want.code+`":`+arn+`}`) {
				t.Errorf("apis %s", got)
			}
			before := amazon.Writes()
			o.sees(o.types("", "skill", "link"), 0, "nothing to change")
			if amazon.Writes() != before {
				t.Error("a second run wrote")
			}
		})
	}
}

// loggedInAt stores a login in a region.
func (o *owner) loggedInAt(region string, s *fakesmapi.Service) {
	o.t.Helper()
	o.loggedIn(s)
	p := o.cloud.Parameter("eu-west-1", loginParameter)
	o.cloud.SetParameter(region, *p)
}

// TestWhatSomeoneChangedInTheConsole has link mend what it must, and leave the rest.
func TestWhatSomeoneChangedInTheConsole(t *testing.T) {
	o := newOwner(t)
	amazon := o.gets(stageOnly, fakesmapi.Options{})
	o.loggedIn(amazon)
	o.sees(o.types("", "skill", "create", "--kind", "both"), 0)
	o.deploys()
	o.sees(o.types("", "skill", "link", "--yes", "--invocation", "guter hausgeist"), 0)
	s := o.stage()

	change := func(edit func(home, custom *fakesmapi.Skill)) {
		home, custom := amazon.Skill(s.SmartHomeSkillID), amazon.Skill(s.CustomSkillID)
		edit(home, custom)
		amazon.Edit(s.SmartHomeSkillID, func(k *fakesmapi.Skill) { *k = *home })
		amazon.Edit(s.CustomSkillID, func(k *fakesmapi.Skill) { *k = *custom })
	}
	at := func(m map[string]any, path ...string) map[string]any {
		for _, name := range path {
			m = m[name].(map[string]any)
		}
		return m
	}
	intents := func(k *fakesmapi.Skill) []any { return at(k.Models["de-DE"], "languageModel")["intents"].([]any) }

	t.Run("what is theirs stays", func(t *testing.T) {
		change(func(home, custom *fakesmapi.Skill) {
			at(home.Manifest, "publishingInformation", "locales", "de-DE")["name"] = "Seehaus"
			at(home.Manifest, "publishingInformation")["category"] = "ORGANIZERS_AND_ASSISTANTS"
			home.Manifest["permissions"] = append(home.Manifest["permissions"].([]any), map[string]any{"name": "alexa::device_id:read"})
			at(custom.Models["de-DE"], "languageModel")["intents"] = append(intents(custom), map[string]any{"name": "GoodNight", "samples": []any{"gute nacht"}})
		})
		before := amazon.Writes()
		o.sees(o.types("", "skill", "link"), 0, "nothing to change")
		if amazon.Writes() != before {
			t.Error("it wrote")
		}
	})
	t.Run("each field is named, and mended alone", func(t *testing.T) {
		for field, edit := range map[string]func(home, custom *fakesmapi.Skill){
			"manifest.apis.smartHome.endpoint.uri": func(home, _ *fakesmapi.Skill) {
				at(home.Manifest, "apis", "smartHome", "endpoint")["uri"] = "arn:aws:lambda:us-east-1:111122223333:function:old"
			},
			"manifest.apis.smartHome.regions.NA": func(home, _ *fakesmapi.Skill) {
				at(home.Manifest, "apis", "smartHome", "regions")["NA"] = map[string]any{"endpoint": map[string]any{"uri": "arn:aws:lambda:us-east-1:111122223333:function:old"}}
			},
			"manifest.apis.smartHome.regions.EU.endpoint.uri": func(home, _ *fakesmapi.Skill) { delete(at(home.Manifest, "apis", "smartHome"), "regions") },
			"manifest.apis.smartHome.protocolVersion":         func(home, _ *fakesmapi.Skill) { at(home.Manifest, "apis", "smartHome")["protocolVersion"] = "2" },
			"manifest.permissions":                            func(home, _ *fakesmapi.Skill) { delete(home.Manifest, "permissions") },
			"manifest.publishingInformation.locales.de-DE": func(home, _ *fakesmapi.Skill) {
				at(home.Manifest, "publishingInformation")["locales"] = map[string]any{"de-AT": map[string]any{"name": "Seehaus"}}
			},
			"accountLinking.authorizationUrl":  func(home, _ *fakesmapi.Skill) { home.Linking["authorizationUrl"] = "https://old.example.com/auth" },
			"accountLinking.accessTokenUrl":    func(home, _ *fakesmapi.Skill) { home.Linking["accessTokenUrl"] = "https://old.example.com/token" },
			"accountLinking.clientId":          func(home, _ *fakesmapi.Skill) { home.Linking["clientId"] = "another" },
			"accountLinking.accessTokenScheme": func(home, _ *fakesmapi.Skill) { home.Linking["accessTokenScheme"] = "REQUEST_BODY_CREDENTIALS" },
			"accountLinking.scopes":            func(home, _ *fakesmapi.Skill) { home.Linking["scopes"] = []any{"profile"} },
			"interactionModel.de-DE.intents.Sentence_schalte": func(_, custom *fakesmapi.Skill) {
				for _, i := range intents(custom) {
					if i := i.(map[string]any); i["name"] == "Sentence_schalte" {
						i["samples"] = []any{"schalte"}
					}
				}
			},
			"interactionModel.de-DE.intents.Sentence_former": func(_, custom *fakesmapi.Skill) {
				at(custom.Models["de-DE"], "languageModel")["intents"] = append(intents(custom), map[string]any{"name": "Sentence_former", "samples": []any{"früher"}})
			},
		} {
			change(edit)
			o.sees(o.types("", "skill", "status"), 3, field)
			r := o.types("", "doctor", "--json")
			if !strings.Contains(r.out, `"cause": "skill_differs"`) || !strings.Contains(r.out, field) {
				t.Errorf("%s: the doctor does not name it: %s", field, r.out)
			}
			before := amazon.Writes()
			r = o.types("", "skill", "link", "--yes")
			o.sees(r, 0, field)
			o.keepsSecrets(amazon, r.out+r.err)
			if n := amazon.Writes() - before; n != 1 {
				t.Errorf("%s: %d writes, want 1", field, n)
			}
			o.sees(o.types("", "skill", "status"), 0)
		}
	})
	t.Run("and theirs is still there", func(t *testing.T) {
		home, custom := amazon.Skill(s.SmartHomeSkillID), amazon.Skill(s.CustomSkillID)
		h, _ := json.Marshal(home.Manifest)
		m, _ := json.Marshal(custom.Models["de-DE"])
		for _, want := range []string{"ORGANIZERS_AND_ASSISTANTS", `"invocationName":"guter hausgeist"`, `{"name":"GoodNight","samples":["gute nacht"]}`} {
			if !strings.Contains(string(h)+string(m), want) {
				t.Errorf("no %s in %s %s", want, h, m)
			}
		}
		if strings.Contains(string(m), "Sentence_former") {
			t.Error("an intent of an earlier version is still there")
		}
	})
	t.Run("a secret that Amazon does not show", func(t *testing.T) {
		change(func(home, _ *fakesmapi.Skill) { home.Linking["clientSecret"] = "old" })
		o.sees(o.types("", "skill", "link"), 0, "nothing to change")
		r := o.types("", "skill", "link", "--again", "--yes")
		o.sees(r, 0, "accountLinking.clientSecret", "not shown by Amazon", "[secret]")
		if k := amazon.Skill(s.SmartHomeSkillID); k.Linking["clientSecret"] != fakesmapi.ClientSecret {
			t.Errorf("linking %v", k.Linking)
		}
	})
}

// TestWaysOfAmazon has Amazon differ from what it usually does.
func TestWaysOfAmazon(t *testing.T) {
	t.Run("no skill without an endpoint", func(t *testing.T) {
		o := newOwner(t)
		amazon := o.amazon(fakesmapi.Options{NeedsEndpoint: true})
		amazon.Become(func(s *fakesmapi.Options) { s.Invokable = nil })
		o.loggedIn(amazon)
		o.sees(o.types("", "skill", "create"), 0, "created")
		if b, _ := json.Marshal(amazon.Skill(o.stage().SmartHomeSkillID).Manifest); !strings.Contains(string(b), "function:hearthgate-dev:live") {
			t.Errorf("manifest %s", b)
		}
	})
	t.Run("Smart Home skills are enabled in the app", func(t *testing.T) {
		o := newOwner(t)
		o.gets(deployedTo, fakesmapi.Options{RefusesSmartHome: true})
		o.sees(o.types("", "skill", "link", "--yes"), 0, "Amazon leaves enabling the Smart Home skill to the Alexa app", "Your Skills, Dev")
		o.sees(o.types("", "skill", "status"), 0, "enabled          no")
		o.sees(o.types(canary, "token"), 0)
		o.sees(o.types("", "doctor"), 0, "is not enabled for your account")
	})
	t.Run("refresh tokens that are replaced", func(t *testing.T) {
		o := newOwner(t)
		o.gets(linked, fakesmapi.Options{Rotate: true})
		p := o.cloud.Parameter("eu-west-1", loginParameter)
		o.sees(o.types("", "skill", "status"), 0)
		if q := o.cloud.Parameter("eu-west-1", loginParameter); q.Value == p.Value || q.Version != p.Version+1 || strings.Contains(q.Value, "Atza|") {
			t.Errorf("stored %+v, before %+v", q, p)
		}
		o.sees(o.types("", "skill", "status"), 0)
	})
	t.Run("access tokens that end early", func(t *testing.T) {
		o := newOwner(t)
		amazon := o.gets(linked, fakesmapi.Options{})
		amazon.On("getAccountLinkingInfo", amazon.ExpireLocked)
		o.sees(o.types("", "skill", "status"), 0, "as the stage needs them")
	})
	t.Run("a model that Amazon cannot build", func(t *testing.T) {
		o := newOwner(t)
		amazon := o.gets(stageOnly, fakesmapi.Options{Broken: "de-DE"})
		o.loggedIn(amazon)
		o.sees(o.types("", "skill", "create", "--kind", "custom"), 0)
		o.deploys()
		o.sees(o.types("", "skill", "link", "--yes"), 1, "Amazon rejects interactionModel.languageModel.invocationName while waiting for the interaction model for de-DE", "--invocation", "already set for the custom skill: manifest, account linking")
		amazon.Become(func(s *fakesmapi.Options) { s.Broken = "" })
		o.sees(o.types("", "skill", "link", "--yes"), 0)
	})
	t.Run("no login", func(t *testing.T) {
		o := newOwner(t)
		o.deployed()
		o.sees(o.types("", "doctor"), 0, "comparing the skills at Amazon with the stage: skipped, because there is no login for skills")
	})
	t.Run("a login that has expired", func(t *testing.T) {
		o := newOwner(t)
		amazon := o.gets(linked, fakesmapi.Options{})
		amazon.Revoke()
		o.sees(o.types(canary, "token"), 0)
		o.sees(o.types("", "doctor"), 0, "? skill", "hearthgate skill login --stage dev")
	})
}

func TestEvents(t *testing.T) {
	const secret = "canary-events-secret"
	o := newOwner(t)
	amazon := o.gets(linked, fakesmapi.Options{})
	r := o.types("", "skill", "events")
	o.sees(r, 0, "alexa:\n  smart_home:\n    locale: de-DE\n    endpoint: https://api.eu.amazonalexa.com/v3/events\n    client_id: !secret alexa_client_id\n", "alexa_client_id: \"amzn1.application-oa2-client.e0e1", "--show-secret shows it")
	o.keepsSecrets(amazon, r.out+r.err)
	r = o.types("", "skill", "events", "--json")
	o.sees(r, 0, `"clientId"`)
	o.keepsSecrets(amazon, r.out+r.err)
	o.sees(o.types("", "skill", "events", "--show-secret"), 0, `alexa_client_secret: "`+secret+`"`)
	r = o.types("", "skill", "events", "--secrets-file", "alexa.yaml")
	o.sees(r, 0, "the two lines of alexa.yaml")
	o.keepsSecrets(amazon, r.out+r.err)
	file := filepath.Join(o.clone, "alexa.yaml")
	b, err := os.ReadFile(file)
	info, _ := os.Stat(file)
	if err != nil || !strings.Contains(string(b), `alexa_client_secret: "`+secret+`"`) || info.Mode().Perm() != 0o600 {
		t.Errorf("%v: %v: %s", err, info, b)
	}
	o.sees(o.types("", "config", "set", "connection", "relay"), 0)
	r = o.types("", "skill", "events")
	o.sees(r, 0, "choose Configure, then Report changes to Alexa", "alexa_client_id", "disable and enable the skill")
	if strings.Contains(r.out, "configuration.yaml") {
		t.Errorf("a home with a relay has no configuration.yaml for Alexa: %s", r.out)
	}
}

func TestDeleteSkills(t *testing.T) {
	o := newOwner(t)
	amazon := o.gets(created, fakesmapi.Options{})
	id := o.stage().SmartHomeSkillID
	o.sees(o.types("", "skill", "delete"), 1, "the Smart Home skill "+id+" is deleted at Amazon", "nothing was changed")
	term := o.sits(nil, "skill", "delete")
	term.Answer("Delete?", "y")
	if code, shown := term.End(); code != 0 || !strings.Contains(shown, "hearthgate deploy --stage dev") {
		t.Errorf("code %d: %s", code, shown)
	}
	if s := o.stage(); s.SmartHomeSkillID != "" || len(amazon.Skills()) != 0 || o.cloud.Parameter("eu-west-1", loginParameter) == nil {
		t.Errorf("stage %+v, skills %v", s, amazon.Skills())
	}
	o.sees(o.types("", "init", "--smart-home-skill", id, "--yes", "--offline"), 0)
	o.sees(o.types("", "skill", "delete", "--logout", "--yes"), 0, "forgot", "which Amazon did not have any more", "the login")
	if p := o.cloud.Parameter("eu-west-1", loginParameter); p != nil {
		t.Errorf("the login is still there: %+v", p)
	}
	o.sees(o.types("", "skill", "delete", "--kind", "lamp"), 1, `"lamp" is no kind of skill`)
}

func TestSkillFields(t *testing.T) {
	o := newOwner(t)
	o.sees(o.types("", "init", "--locale", "de-DE", "--url", homeURL), 0)
	o.sees(o.types("", "skill", "fields"), 0, "What to type into the Alexa developer console", "Europe, India", "arn:aws:lambda:eu-west-1:111122223333:function:hearthgate-dev:live")
	o.sees(o.types("", "skill", "fields", "--json"), 0, `"name": "Default endpoint"`)
	o.sees(o.types("", "skill", "nonsense"), 1, "there is no command \"nonsense\": `hearthgate skill --help` lists them")
	o.sees(o.types("", "skill", "stats"), 1, "is it `hearthgate skill status`?")
}
