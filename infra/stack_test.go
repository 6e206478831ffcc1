package main

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/jsii-runtime-go"

	"github.com/hearthgate/hearthgate/config"
)

var update = flag.Bool("update", false, "write the snapshots anew")

func TestMain(m *testing.M) {
	flag.Parse()
	os.Setenv("JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION", "20")
	code := m.Run()
	jsii.Close()
	os.Exit(code)
}

// A resource is one of a template.
type resource struct {
	Type           string
	DeletionPolicy string
	Properties     map[string]any
}

// A template is what a stage's stack becomes.
type template struct {
	Resources map[string]resource
	text      string
	protected bool
}

// of returns the resources of a type.
func (t template) of(kind string) []resource {
	var found []resource
	for _, r := range t.Resources {
		if r.Type == kind {
			found = append(found, r)
		}
	}
	return found
}

// the returns the one resource of a type.
func (t template) the(tb testing.TB, kind string) resource {
	tb.Helper()
	found := t.of(kind)
	if len(found) != 1 {
		tb.Fatalf("%d resources of type %s, want 1", len(found), kind)
	}
	return found[0]
}

// synthesized returns the template of a stage, with a stub for the function.
func synthesized(t testing.TB, s config.Stage) template {
	t.Helper()
	stub := t.TempDir()
	if err := os.WriteFile(filepath.Join(stub, "bootstrap"), []byte("stub"), 0o755); err != nil {
		t.Fatal(err)
	}
	var cdk struct{ Context map[string]any }
	data, err := os.ReadFile("../cdk.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &cdk); err != nil {
		t.Fatal(err)
	}
	app := awscdk.NewApp(&awscdk.AppProps{Outdir: jsii.String(t.TempDir()), Context: &cdk.Context})
	made := NewStack(app, StackProps{Stage: s, Code: awslambda.Code_FromAsset(&stub, nil)})
	artifact := app.Synth(nil).GetStackArtifact(made.ArtifactId())
	text, err := json.MarshalIndent(artifact.Template(), "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	out := template{text: string(text), protected: artifact.TerminationProtection() != nil && *artifact.TerminationProtection()}
	if err := json.Unmarshal(text, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

var shipped = sync.OnceValues(func() ([]config.Stage, error) {
	return config.LoadAll(os.DirFS(".."), config.StagesDir)
})

// stage returns a shipped stage, changed.
func stage(t testing.TB, name string, change func(*config.Stage)) config.Stage {
	t.Helper()
	stages, err := shipped()
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(stages, func(s config.Stage) bool { return s.Name == name })
	if i < 0 {
		t.Fatalf("there is no stage %s", name)
	}
	s := stages[i]
	if change != nil {
		change(&s)
	}
	return s
}

var hash = regexp.MustCompile(`[0-9a-f]{64}|GatewayFunctionCurrentVersion[0-9A-Za-z]+`)

func TestStages(t *testing.T) {
	stages, err := shipped()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range stages {
		t.Run(s.Name, func(t *testing.T) {
			tpl := synthesized(t, s)
			snapshot(t, s.Name, tpl.text)
			function := tpl.the(t, "AWS::Lambda::Function").Properties
			if got := function["Architectures"]; !slices.Equal(texts(got), []string{"arm64"}) {
				t.Errorf("architectures %v, want arm64", got)
			}
			if got, _ := function["Timeout"].(float64); got < config.AlexaDeadline {
				t.Errorf("the function may run %v s, and Alexa waits %d", got, config.AlexaDeadline)
			}
			log := tpl.the(t, "AWS::Logs::LogGroup")
			if got := log.Properties["RetentionInDays"]; got != float64(s.RetentionDays) {
				t.Errorf("the log is kept %v days, want %d", got, s.RetentionDays)
			}
			if kept := log.DeletionPolicy == "Retain"; kept != s.Production || tpl.protected != s.Production {
				t.Errorf("log kept %v, protected %v; want both %v", kept, tpl.protected, s.Production)
			}
			if got := tpl.the(t, "AWS::Lambda::Alias").Properties["Name"]; got != config.Alias {
				t.Errorf("alias %v, want %s", got, config.Alias)
			}
			if n := len(tpl.of("AWS::CloudWatch::Alarm")); n < 5 || n > 10 {
				t.Errorf("%d alarms, want 5 to the 10 that are free", n)
			}
			if n := len(config.Metrics()); n > 10 {
				t.Errorf("%d metrics, more than the 10 that are free", n)
			}
		})
	}
}

func TestLeastPrivilege(t *testing.T) {
	for _, source := range []config.TokenSource{config.Stored, config.Linked} {
		t.Run(string(source), func(t *testing.T) {
			tpl := synthesized(t, stage(t, "dev", func(s *config.Stage) { s.TokenSource = source }))
			role := tpl.the(t, "AWS::IAM::Role").Properties
			if role["ManagedPolicyArns"] != nil {
				t.Errorf("the role has managed policies: %v", role["ManagedPolicyArns"])
			}
			policy, _ := json.Marshal(tpl.the(t, "AWS::IAM::Policy").Properties["PolicyDocument"])
			var document struct {
				Statement []struct {
					Action, Resource any
				}
			}
			if err := json.Unmarshal(policy, &document); err != nil {
				t.Fatal(err)
			}
			want := []string{"logs:CreateLogStream", "logs:PutLogEvents", "ssm:GetParameters"}
			var got []string
			for _, s := range document.Statement {
				got = append(got, texts(s.Action)...)
				// No wildcard, in no name and on its own.
				if on, _ := json.Marshal(s.Resource); strings.Contains(string(on), "*") {
					t.Errorf("%v on %s", s.Action, on)
				}
			}
			slices.Sort(got)
			if !slices.Equal(got, want) {
				t.Errorf("the role may do %v, want %v", got, want)
			}
			if reads := strings.Contains(string(policy), config.TokenParameter[1:]); reads != (source == config.Stored) {
				t.Errorf("reads the stored token: %v", reads)
			}
		})
	}
}

func TestTriggers(t *testing.T) {
	const skill, custom = "amzn1.ask.skill.00000000-0000-0000-0000-00000000000a", "amzn1.ask.skill.00000000-0000-0000-0000-00000000000b"
	tests := []struct {
		name, smart, custom string
		want                map[string]string // skill id by principal
	}{
		{"none", "", "", map[string]string{}},
		{"Smart Home", skill, "", map[string]string{"alexa-connectedhome.amazon.com": skill}},
		{"custom", "", custom, map[string]string{"alexa-appkit.amazon.com": custom}},
		{"both", skill, custom, map[string]string{"alexa-connectedhome.amazon.com": skill, "alexa-appkit.amazon.com": custom}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tpl := synthesized(t, stage(t, "dev", func(s *config.Stage) { s.SmartHomeSkillID, s.CustomSkillID = tt.smart, tt.custom }))
			permissions := tpl.of("AWS::Lambda::Permission")
			if len(permissions) != len(tt.want) {
				t.Errorf("%d permissions, want %d", len(permissions), len(tt.want))
			}
			for _, p := range permissions {
				principal, _ := p.Properties["Principal"].(string)
				if got := p.Properties["EventSourceToken"]; tt.want[principal] == "" || got != tt.want[principal] {
					t.Errorf("%s may call with the token %v, want %q", principal, got, tt.want[principal])
				}
				on, _ := p.Properties["FunctionName"].(map[string]any)
				if ref, _ := on["Ref"].(string); tpl.Resources[ref].Type != "AWS::Lambda::Alias" {
					t.Errorf("the permission is on %v, want the alias", p.Properties["FunctionName"])
				}
			}
		})
	}
}

// TestEnvironment looks at what the function is told: what a stage leaves out is
// not there, and the log's level and the token never are.
func TestEnvironment(t *testing.T) {
	tests := []struct {
		name    string
		change  func(*config.Stage)
		want    string
		present bool
		value   string
	}{
		{"URL", nil, config.EnvURL, true, "https://home.example.com"},
		{"level", nil, config.EnvLogLevel, false, ""},
		{"token", nil, config.EnvToken, false, ""},
		{"token's name", nil, config.EnvTokenParameter, true, "/hearthgate/dev/home-assistant/token"},
		{"linked", func(s *config.Stage) { s.TokenSource = config.Linked }, config.EnvTokenParameter, false, ""},
		{"timeout", func(s *config.Stage) { s.HomeTimeout = 2.5 }, config.EnvTimeout, true, "2.5"},
		{"verified", nil, config.EnvVerifySSL, false, ""},
		{"not verified", func(s *config.Stage) { s.VerifySSL = false }, config.EnvVerifySSL, true, "false"},
		{"own CA", func(s *config.Stage) { s.CA = "PEM" }, config.EnvCA, true, "PEM"},
		{"no CA", nil, config.EnvCA, false, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, ok := environment(stage(t, "dev", tt.change))[tt.want]
			if ok != tt.present || got != tt.value {
				t.Errorf("%s is %q, %v; want %q, %v", tt.want, got, ok, tt.value, tt.present)
			}
		})
	}
}

// snapshot compares a template with what is kept of it, hashes masked.
func snapshot(t *testing.T, name, text string) {
	t.Helper()
	text = hash.ReplaceAllString(text, "HASH") + "\n"
	file := filepath.Join("testdata", name+".json")
	if *update {
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if string(want) != text {
		t.Errorf("the template is not that of %s; if it should have changed, run `go test ./infra -update` and look at the difference", file)
	}
}

// texts returns a JSON text, or list of texts, as a list.
func texts(v any) []string {
	if s, ok := v.(string); ok {
		return []string{s}
	}
	var all []string
	list, _ := v.([]any)
	for _, e := range list {
		s, _ := e.(string)
		all = append(all, s)
	}
	return all
}
