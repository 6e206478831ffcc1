package main_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/testkit/fakeaws"
)

const phrase = "four words of canary-phrase"

// secrets are what the owner's commands have stored, by the parameter's name.
func secrets() map[string]string {
	all := map[string]string{}
	for _, name := range config.NewStage("dev").SecretParameters() {
		all[config.ParameterPrefix("dev")+name] = "canary-secret of " + name
	}
	return all
}

// exports has an owner with a stage and all its secrets export them to a file.
func (o *owner) exports() (file string) {
	o.t.Helper()
	o.write(config.StagesDir+"/dev.json", settable)
	for name, value := range secrets() {
		o.cloud.SetParameter("eu-west-1", fakeaws.Parameter{Name: name, Type: "SecureString", Value: value, Version: 3})
	}
	file = filepath.Join(o.t.TempDir(), "dev.age")
	r := o.types(phrase+"\n", "export", "--out", file)
	o.quiet(r)
	o.sees(r, 0, "wrote "+file, "version 3", "/hearthgate/dev/home-assistant/token", "/hearthgate/dev/home-assistant/headers", "/hearthgate/dev/skill/login")
	return file
}

// quiet fails if a command shows a secret or the passphrase.
func (o *owner) quiet(r result) {
	o.t.Helper()
	if strings.Contains(r.out+r.err, "canary-") {
		o.t.Errorf("a secret is shown: %s%s", r.out, r.err)
	}
}

// elsewhere is an owner with an empty clone and, if it is named, another AWS account.
func elsewhere(t *testing.T, account string) *owner {
	o := newOwner(t)
	o.cloud = fakeaws.Start(fakeaws.Options{Account: account})
	t.Cleanup(o.cloud.Close)
	o.env = append(o.env, o.cloud.Environment()...)
	return o
}

// has fails unless the account has these secrets of a stage, in eu-west-1.
func (o *owner) has(stage string, version int) {
	o.t.Helper()
	for name, value := range secrets() {
		name = strings.Replace(name, "/dev/", "/"+stage+"/", 1)
		p := o.cloud.Parameter("eu-west-1", name)
		if p == nil || p.Type != "SecureString" || p.Value != value || p.Version != version || version == 1 && p.Tags["hearthgate:stage"] != stage {
			o.t.Errorf("%s is %+v, want version %d", name, p, version)
		}
	}
}

// TestExportImport moves a stage to another account, to another name, and back.
func TestExportImport(t *testing.T) {
	o := newOwner(t)
	file := o.exports()
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	sealed, err := os.ReadFile(file)
	if err != nil || strings.Contains(string(sealed), "canary") || strings.Contains(string(sealed), "example.com") {
		t.Errorf("%v: %s", err, sealed)
	}
	t.Run("another account", func(t *testing.T) {
		there := elsewhere(t, "999988887777")
		there.sees(there.types(phrase, "import", file), 1, "config/stages/dev.json is new", "/hearthgate/dev/home-assistant/token               is new", "account becomes 999988887777", "run it again with --yes")
		if there.reads("dev.json") != "" || there.cloud.Parameter("eu-west-1", "/hearthgate/dev/home-assistant/token") != nil {
			t.Fatal("it was imported without a yes")
		}
		r := there.types(phrase, "import", file, "--yes")
		there.quiet(r)
		there.sees(r, 0, "wrote config/stages/dev.json", "account 999988887777, eu-west-1", "hearthgate deploy --stage dev")
		there.has("dev", 1)
		if got := there.reads("dev.json"); !strings.Contains(got, `"account": "999988887777"`) || !strings.Contains(got, `"owner@example.com"`) {
			t.Errorf("the stage is %s", got)
		}
	})
	t.Run("another name", func(t *testing.T) {
		there := elsewhere(t, "")
		r := there.types(phrase, "import", file, "--stage", "cabin", "--yes", "--json")
		there.quiet(r)
		var got struct {
			Stage, File string
			Stored      []struct{ Name string }
		}
		if err := json.Unmarshal([]byte(r.out), &got); err != nil || got.Stage != "cabin" || got.File != "config/stages/cabin.json" || len(got.Stored) != len(secrets()) {
			t.Errorf("%v: %s", err, r.out)
		}
		there.has("cabin", 1)
		if there.reads("cabin.json") == "" || there.reads("dev.json") != "" {
			t.Error("the wrong stage was written")
		}
	})
	t.Run("the same again", func(t *testing.T) {
		o.t = t
		r := o.types(phrase, "import", file, "--yes")
		o.sees(r, 0, "config/stages/dev.json is there already", "stays: version 3 is the same")
		o.has("dev", 3)
	})
	t.Run("with a profile", func(t *testing.T) {
		o.t = t
		o.write(config.StagesDir+"/dev.json", strings.Replace(settable, "{", `{"awsProfile": "cottage", `, 1))
		profiles := filepath.Join(t.TempDir(), "config")
		if err := os.WriteFile(profiles, []byte("[profile cottage]\naws_access_key_id = AKIAEXAMPLE\naws_secret_access_key = example\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		with := append(append([]string(nil), o.env...), "AWS_CONFIG_FILE="+profiles, "AWS_PROFILE=")
		mine := filepath.Join(t.TempDir(), "cottage.age")
		if r := commandIn(t, o.clone, phrase, with, "export", "--out", mine); r.code != 0 {
			t.Fatalf("%+v", r)
		}
		there := elsewhere(t, "")
		there.sees(there.types(phrase, "import", mine, "--yes"), 0, "awsProfile cottage is left out")
		if got := there.reads("dev.json"); strings.Contains(got, "cottage") {
			t.Errorf("the stage is %s", got)
		}
		there.has("dev", 1)
		there.env = append(there.env, "AWS_CONFIG_FILE="+profiles, "AWS_PROFILE=")
		there.sees(there.types(phrase, "import", mine, "--stage", "cabin", "--yes"), 0)
		if got := there.reads("cabin.json"); !strings.Contains(got, `"awsProfile": "cottage"`) {
			t.Errorf("the stage is %s", got)
		}
		o.write(config.StagesDir+"/dev.json", settable)
	})
	t.Run("over another stage", func(t *testing.T) {
		there := elsewhere(t, "")
		there.write(config.StagesDir+"/dev.json", strings.Replace(settable, "home.example.com", "mine.example.com", 1))
		before := there.reads("dev.json")
		there.cloud.SetParameter("eu-west-1", fakeaws.Parameter{Name: "/hearthgate/dev/home-assistant/token", Type: "SecureString", Value: "mine", Version: 7})
		r := there.types(phrase, "import", file)
		there.quiet(r)
		there.sees(r, 1, `"https://mine.example.com" -> "https://home.example.com"`, "replaces version 7", "is there already and says something else", "--stage", "--yes")
		term := there.sits(nil, "import", file)
		term.Answer("Passphrase of the export", phrase)
		if code, shown := term.End(); code != 1 || !strings.Contains(shown, "says something else") {
			t.Errorf("at a terminal: code %d: %s", code, shown)
		}
		if p := there.cloud.Parameter("eu-west-1", "/hearthgate/dev/home-assistant/token"); there.reads("dev.json") != before || p.Value != "mine" {
			t.Errorf("it was replaced: %+v, %s", p, there.reads("dev.json"))
		}
		there.sees(there.types(phrase, "import", file, "--yes"), 0, "home-assistant/token, version 8")
	})
}

// TestImportFailures imports what cannot be imported: a sentence, and nothing is written.
func TestImportFailures(t *testing.T) {
	o := newOwner(t)
	file := o.exports()
	sealed, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	there := elsewhere(t, "")
	other := filepath.Join(t.TempDir(), "other")
	for _, tt := range []struct {
		name, in string
		content  []byte
		args     []string
		want     string
	}{
		{"wrong passphrase", "another passphrase", sealed, nil, "cannot be opened with this passphrase"},
		{"no passphrase", "", sealed, nil, "there is no passphrase"},
		{"cut off", phrase, sealed[:len(sealed)-100], nil, "is damaged, or only a part of it is there"},
		{"damaged", phrase, append(append([]byte(nil), sealed[:600]...), append([]byte("AAAA"), sealed[604:]...)...), nil, "is damaged"},
		{"huge", phrase, append(append([]byte(nil), sealed...), make([]byte, 2<<20)...), nil, "is larger than 1024 KB"},
		{"something else", phrase, []byte(settable), nil, "is not a file that `hearthgate export` wrote"},
		{"a wrong name", phrase, sealed, []string{"--stage", "../dev"}, "a-z"},
		{"no file", phrase, nil, nil, "cannot be read (no such file"},
		{"no passphrase file", "", sealed, []string{"--passphrase-file", other + ".none"}, "the passphrase cannot be read"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			there.t = t
			os.Remove(other)
			if tt.content != nil {
				if err := os.WriteFile(other, tt.content, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			r := there.types(tt.in, append([]string{"import", other, "--yes"}, tt.args...)...)
			there.quiet(r)
			there.sees(r, 1, tt.want)
		})
	}
	t.Run("not allowed", func(t *testing.T) {
		there.t = t
		for _, call := range []string{"ssm.GetParameter", "ssm.PutParameter", "sts.GetCallerIdentity"} {
			there.cloud.Deny(call, "AccessDeniedException", "no")
			r := there.types(phrase, "import", file, "--yes")
			there.quiet(r)
			there.sees(r, 1)
			there.cloud.Allow()
		}
	})
	if there.reads("dev.json") != "" || there.cloud.Parameter("eu-west-1", "/hearthgate/dev/home-assistant/token") != nil {
		t.Error("something was written")
	}
}

// TestExportFailures exports what cannot be exported, and leaves no file.
func TestExportFailures(t *testing.T) {
	o := newOwner(t)
	o.write(config.StagesDir+"/dev.json", settable)
	dir := t.TempDir()
	file := filepath.Join(dir, "dev.age")
	o.sees(o.types("short", "export", "--out", file), 1, "has 5 characters", "10 or more")
	o.sees(o.types("", "export", "--out", file), 1, "there is no passphrase", "--passphrase-file")
	o.sees(o.types(phrase, "export", "--stage", "nope", "--out", file), 1, "there is no stage \"nope\"")
	o.cloud.Deny("ssm.GetParameter", "AccessDeniedException", "no")
	o.sees(o.types(phrase, "export", "--out", file), 1)
	o.cloud.Allow()
	if left, err := os.ReadDir(dir); err != nil || len(left) != 0 {
		t.Errorf("it left %v, %v", left, err)
	}
	o.sees(o.types(phrase, "export", "--out", filepath.Join(file, "x")), 0) // a folder of that name is made
	o.sees(o.types(phrase, "export", "--out", "/dev/null/x"), 1, "/dev/null/x cannot be written")

	t.Run("without secrets", func(t *testing.T) {
		o.sees(o.types(phrase, "export", "--out", filepath.Join(dir, "none.age"), "--json"), 0, `"parameters": []`, `"/hearthgate/dev/skill/login"`)
	})
	t.Run("a file that is there", func(t *testing.T) {
		taken, secret := filepath.Join(dir, "taken"), filepath.Join(dir, "phrase")
		for _, f := range []string{taken, secret} {
			if err := os.WriteFile(f, []byte(phrase+"\n"), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		o.sees(o.types(phrase, "export", "--out", taken), 1, "run it again with --yes")
		if b, _ := os.ReadFile(taken); string(b) != phrase+"\n" {
			t.Errorf("it was replaced by %s", b)
		}
		o.sees(o.types("", "export", "--out", taken, "--yes", "--passphrase-file", secret), 0)
		o.sees(o.types(phrase, "import", taken), 1, "config/stages/dev.json", "run it again with --yes")
	})
}

// TestExportAtATerminal types the passphrase, with slips: it is not shown.
func TestExportAtATerminal(t *testing.T) {
	o := newOwner(t)
	o.write(config.StagesDir+"/dev.json", settable)
	term := o.sits(nil, "export")
	term.Answer("New passphrase for the file", "short")
	term.Answer("New passphrase for the file", phrase)
	term.Answer("The passphrase again", phrase+"x")
	term.Answer("New passphrase for the file", phrase)
	term.Answer("The passphrase again", phrase)
	code, shown := term.End()
	if code != 0 || strings.Contains(shown, "canary") || !strings.Contains(shown, "10 or more") || !strings.Contains(shown, "the two passphrases differ") || !strings.Contains(shown, "hearthgate-dev.age") {
		t.Errorf("code %d: %s", code, shown)
	}
	if err := os.Remove(filepath.Join(o.clone, config.StagesDir, "dev.json")); err != nil {
		t.Fatal(err)
	}
	term = o.sits(nil, "import", "hearthgate-dev.age")
	term.Answer("Passphrase of the export", phrase)
	term.Interrupt("Import this?")
	if code, shown := term.End(); code != 130 || o.reads("dev.json") != "" {
		t.Errorf("code %d: %s", code, shown)
	}
	term = o.sits(nil, "import", "hearthgate-dev.age")
	term.Answer("Passphrase of the export", phrase)
	term.Answer("Import this?", "y")
	if code, shown := term.End(); code != 0 || !strings.Contains(o.reads("dev.json"), "owner@example.com") || strings.Contains(shown, "canary") {
		t.Errorf("code %d: %s", code, shown)
	}
	term = o.sits(nil, "export", "--stage", "dev")
	term.Interrupt("Replace it?")
	if code, shown := term.End(); code != 130 {
		t.Errorf("code %d: %s", code, shown)
	}
}
