package main_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/config"
)

// a stage that every field can be set in.
const settable = `{"locale": "de-DE", "homeAssistantUrl": "https://home.example.com", "account": "111122223333", "alarmEmail": "owner@example.com", "conversation": "deny"}`

// settings are, for each field, a right value as a person types it, a wrong one, and part
// of what is wrong with it. What a field's choices have is not repeated here.
var settings = map[string]struct{ right, wrong, why string }{
	"account":                 {"999988887777", "9999", "twelve digits"},
	"alarmEmail":              {"other@example.com", "other", "not one e-mail address"},
	"alarmTopicArn":           {"arn:aws:sns:eu-west-1:111122223333:pager", "topic", "not the ARN of an SNS topic"},
	"allowedUsers":            {"amzn1.account.ONE,amzn1.account.TWO", "owner", "not the id"},
	"awsProfile":              {"home-6", "home 6", "not the name of an AWS profile"},
	"budget":                  {"4.5", "much", "write a number"},
	"ca":                      {"", "ca.pem", "not a PEM certificate"},
	"dashboards":              {"shared", "all", "none of own, shared, none"},
	"customSkillId":           {"amzn1.ask.skill.00000000-0000-0000-0000-000000000007", "mine", "not a skill id"},
	"homeAssistantTimeout":    {"6.5", "8", "less than 8"},
	"homeAssistantUrl":        {"https://other.example.com", "http://home.example.com", "in clear text"},
	"loginWithAmazonClientId": {"amzn1.application-oa2-client.abc", "abc", "not the client id"},
	"memory":                  {"256", "64", "write 128 to 10240"},
	"permissionsBoundary":     {"boundary", "arn:aws:iam::1:policy/x", "without its ARN"},
	"policy":                  {`[{"effect":"deny","name":"Unlock"}]`, `[]`, "leave it out"},
	"region":                  {"", "us-east-1", "in eu-west-1 only"},
	"reservedConcurrency":     {"5", "1001", "0 to 1000"},
	"retentionDays":           {"60", "31", "CloudWatch does not offer"},
	"smartHomeSkillId":        {"amzn1.ask.skill.00000000-0000-0000-0000-000000000008", "mine", "not a skill id"},
	"timeout":                 {"20", "3", "Alexa waits 8"},
	"tokenSource":             {"linked", "both", "none of stored, linked"},
	"logLevel":                {"warn", "loud", "none of debug, info"},
	"locale":                  {"en-GB", "german", "no region is known"},
	"conversation":            {"allow", "perhaps", "allow"},
	"conversationAgent":       {"conversation.openai", "my agent", "no id of a conversation agent"},
	"connection":              {"relay", "vpn", "none of https, relay"},
	"secondHomeAssistantUrl":  {"https://tunnel.example.com", "http://tunnel.example.com", "in clear text"},
	"pinnedKeys":              {"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "AAAA", "not the SHA-256 of a key"},
	"homes":                   {`{"cabin":{"homeAssistantUrl":"https://cabin.example.com"}}`, `{"cabin":{"locale":"en-US"}}`, "not a field of a home"},
	"label":                   {"at the lake", "a very long label that no one would ever say aloud", "at most 40 bytes"},
	"confirm":                 {"lock,garage", "lights", "no kind of device"},
}

// setting returns the values of a field to test it with: those of the table, else those
// of a switch.
func setting(t *testing.T, field string) (right, wrong, why string) {
	t.Helper()
	if s, ok := settings[field]; ok {
		return s.right, s.wrong, s.why
	}
	if !slices.Equal(config.Choices(field), []string{"true", "false"}) {
		t.Fatalf("the field %s is new and no switch: give it values in the table", field)
	}
	s := config.NewStage("dev")
	if s.Text(field) == "true" {
		return "false", "perhaps", "write true or false"
	}
	return "true", "perhaps", "write true or false"
}

// TestConfig gets, sets and unsets every field.
func TestConfig(t *testing.T) {
	o := newOwner(t)
	for _, field := range config.Fields() {
		t.Run(field, func(t *testing.T) {
			o.t = t
			o.write(config.StagesDir+"/dev.json", settable)
			o.write(config.StagesDir+"/dev.json.draft", `{"`+field+`": "stale"}`)
			right, wrong, why := setting(t, field)
			r := o.types("", "config", "set", field, wrong)
			o.sees(r, 1, field, why)
			if strings.Contains(r.err, "dev.json") || o.reads("dev.json") != settable {
				t.Errorf("a wrong value: %s%s", r.err, o.reads("dev.json"))
			}
			if right != "" {
				o.sees(o.types("", "config", "set", field, right), 0, "wrote config/stages/dev.json", field, " -> ", "hearthgate deploy --stage dev")
				if o.reads("dev.json.draft") != "" {
					t.Errorf("the draft still has %s", o.reads("dev.json.draft"))
				}
				if r := o.types("", "config", "get", field); r.code != 0 || compacted(r.out) != right {
					t.Errorf("got %q, want %q", r.out, right)
				}
				o.sees(o.types("", "config", "set", field, right), 0, "nothing changes")
			}
			var got struct {
				Value   json.RawMessage
				Default bool
			}
			if r := o.types("", "config", "get", field, "--json"); r.code != 0 || json.Unmarshal([]byte(r.out), &got) != nil || (right != "" && got.Default) {
				t.Errorf("got %s%s", r.out, r.err)
			}
			r = o.types("", "config", "unset", field, "--json")
			if required := field == "locale" || field == "homeAssistantUrl"; required {
				o.sees(r, 1, `"error": "`+field+" is missing")
			} else if code := r.code; code != 0 {
				t.Errorf("unset: %s%s", r.out, r.err)
			} else if r := o.types("", "config", "get", field, "--json"); !strings.Contains(r.out, `"default": true`) {
				t.Errorf("unset it is %s", r.out)
			}
		})
	}
}

// compacted returns JSON that config get has indented in one line, and other text as it is.
func compacted(text string) string {
	if strings.HasPrefix(text, "[") || strings.HasPrefix(text, "{") {
		var v json.RawMessage
		if json.Unmarshal([]byte(text), &v) == nil {
			b, _ := json.Marshal(v)
			return string(b)
		}
	}
	return strings.TrimSuffix(text, "\n")
}

func TestConfigOfAll(t *testing.T) {
	o := newOwner(t)
	o.sees(o.types("", "config", "get"), 1, "hearthgate init --stage dev")
	o.write(config.StagesDir+"/dev.json", settable)
	r := o.types("", "config", "get")
	o.sees(r, 0, "config/stages/dev.json", "de-DE")
	for _, field := range config.Fields() {
		if !strings.Contains(r.out, "\n  "+field+" ") {
			t.Errorf("no %s in %s", field, r.out)
		}
	}
	if strings.Count(r.out, "  default  ") != len(config.Fields())-5 || strings.Count(r.out, "  set      ") != 5 {
		t.Errorf("the defaults are not marked: %s", r.out)
	}
	o.sees(o.types("", "config", "get", "--json"), 0, `"stage": "dev"`, `"field": "weeklyDoctor"`)
	t.Run("a file with wrong values", func(t *testing.T) {
		o.write(config.StagesDir+"/dev.json", strings.Replace(settable, `"owner@example.com"`, `"owner"`, 1))
		o.sees(o.types("", "config", "get"), 0, "wrong    owner\n", "it is not one e-mail address")
		o.sees(o.types("", "config", "set", "memory", "256"), 0, "128 -> 256", "still wrong: config/stages/dev.json: alarmEmail")
		o.sees(o.types("", "config", "unset", "alarmEmail"), 0)
		o.sees(o.types("", "stages"), 0, "https://home.example.com")
	})
	t.Run("a broken file", func(t *testing.T) {
		o.write(config.StagesDir+"/dev.json", `{"locale": 1}`)
		for _, args := range [][]string{{"get"}, {"set", "locale", "de-DE"}, {"unset", "memory"}} {
			o.sees(o.types("", append([]string{"config"}, args...)...), 1, "locale is the number")
		}
	})
	t.Run("no such field", func(t *testing.T) {
		o.write(config.StagesDir+"/dev.json", settable)
		for _, args := range [][]string{{"get", "colour"}, {"set", "colour", "red"}, {"unset", "colour"}} {
			o.sees(o.types("", append([]string{"config"}, args...)...), 1, "colour is not a field of a stage", "weeklyDoctor")
		}
		r := o.types("", "config", "set", "homeAssistantToken", canary)
		o.sees(r, 1, "store the token with `hearthgate token`")
		o.sees(o.types("", "config", "set", "memory"), 1, "an argument is missing")
		o.sees(o.types("", "config", "nonsense"), 1, `there is no command "nonsense"`)
	})
	t.Run("from a file", func(t *testing.T) {
		rules := filepath.Join(t.TempDir(), "rules.json")
		if err := os.WriteFile(rules, []byte("[\n {\"effect\": \"deny\", \"name\": \"Lock\"}\n]\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		o.sees(o.types("", "config", "set", "policy", "--file", rules), 0, `"Lock"`)
		o.sees(o.types(`[{"effect": "deny", "name": "Unlock"}]`, "config", "set", "policy", "--file", "-"), 0, `"Lock"`, `"Unlock"`)
		o.sees(o.types("", "config", "set", "policy", "--file", rules+".none"), 1, "cannot be read", "no such file")
		o.sees(o.types("", "config", "set", "policy", "[]", "--file", rules), 1, "one argument too many")
	})
	t.Run("a value that begins with a dash", func(t *testing.T) {
		o.sees(o.types("", "config", "set", "budget", "-1"), 1, "config set FIELD -- VALUE")
		o.sees(o.types("", "config", "set", "budget", "--", "-1"), 1, "budget is -1 USD")
	})
	t.Run("completion", func(t *testing.T) {
		for _, of := range []string{"get", "set", "unset"} {
			r := o.types("", "__complete", "config", of, "")
			for _, field := range config.Fields() {
				if !strings.Contains(r.out, field+"\n") {
					t.Errorf("config %s does not complete %s: %s", of, field, r.out)
				}
			}
		}
		o.sees(o.types("", "__complete", "config", "set", "tokenSource", ""), 0, "stored\nlinked\n")
	})
}

func TestStages(t *testing.T) {
	o := newOwner(t)
	for _, args := range [][]string{{"stages"}, {"stages", "--json"}} {
		o.sees(o.types("", args...), 1, "there is no stage in config/stages yet", "hearthgate init", "HEARTHGATE_STAGES")
	}
	o.write(config.StagesDir+"/dev.json", settable)
	o.write(config.StagesDir+"/cabin.json", `{"production": true, "account": "111122223333", "locale": "en-US", "homeAssistantUrl": "https://cabin.example.com", "tokenSource": "linked", "smartHomeSkillId": "amzn1.ask.skill.00000000-0000-0000-0000-000000000007"}`)
	o.write(config.StagesDir+"/broken.json", `{"locale": "de-DE", `)
	o.write(config.StagesDir+"/Upper.json", settable)
	r := o.types("", "stages")
	o.sees(r, 0, "problem: config/stages/broken.json ends too early", "problem: config/stages/Upper.json has a name that AWS does not accept")
	for _, line := range [][]string{
		{"dev", homeURL, "eu-west-1", "none", "stored", "no"},
		{"cabin", "https://cabin.example.com", "us-east-1", "Smart Home", "linked", "yes"},
	} {
		if !slices.ContainsFunc(strings.Split(r.out, "\n"), func(shown string) bool {
			return strings.Join(strings.Fields(shown), " ") == strings.Join(line, " ")
		}) {
			t.Errorf("no line %v in %s", line, r.out)
		}
	}
	var list struct {
		Folder string
		Stages []struct{ Name, Problem string }
	}
	r = o.types("", "stages", "--json")
	if err := json.Unmarshal([]byte(r.out), &list); err != nil || list.Folder != filepath.Join(o.clone, config.StagesDir) || len(list.Stages) != 4 || list.Stages[2].Name != "cabin" || list.Stages[2].Problem != "" || list.Stages[1].Problem == "" {
		t.Errorf("%v: %s", err, r.out)
	}
	t.Run("elsewhere", func(t *testing.T) {
		dir := t.TempDir()
		env := append(o.env, "HEARTHGATE_STAGES="+dir)
		if r := commandIn(t, "/", "", env, "init", "--stage", "flat", "--locale", "de-DE", "--url", homeURL); r.code != 0 || !strings.Contains(r.out, "wrote "+dir+"/flat.json") {
			t.Errorf("%+v", r)
		}
		if r := commandIn(t, "/", "", env, "stages"); r.code != 0 || !strings.Contains(r.out, "\nflat ") || strings.Contains(r.out, "cabin") {
			t.Errorf("%+v", r)
		}
		if r := commandIn(t, "/", canary, env, "token", "--stage", "flat"); r.code != 0 {
			t.Errorf("%+v", r)
		}
		if r := commandIn(t, "/", "", append(o.env, "HEARTHGATE_STAGES="+dir+"/none"), "stages"); r.code != 1 || !strings.Contains(r.err, "there is no such folder") {
			t.Errorf("%+v", r)
		}
	})
}
