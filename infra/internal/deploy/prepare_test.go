package deploy_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/deploy"
	"github.com/hearthgate/hearthgate/infra/internal/ui"
	"github.com/hearthgate/hearthgate/infra/testkit/fakeaws"
)

// home returns a stage that can be deployed once the account is prepared and the
// token is stored.
func home() config.Stage {
	s := config.NewStage("home")
	s.Locale, s.Region, s.URL = "en-US", "us-east-1", "https://home.example.com"
	return s
}

// installed returns the CDK of a clone in which it is installed. Its npx writes what
// it is called with.
func installed(t *testing.T, said *bytes.Buffer) deploy.CDK {
	t.Helper()
	clone := t.TempDir()
	if err := os.MkdirAll(filepath.Join(clone, "infra/node_modules/aws-cdk"), 0o755); err != nil {
		t.Fatal(err)
	}
	programs(t, map[string]string{"npm": "", "npx": `echo "called with $*"`})
	return deploy.CDK{Root: clone, Out: said, Verbose: true}
}

func TestPrepare(t *testing.T) {
	const token = "/hearthgate/home/home-assistant/token"
	for _, tt := range []struct {
		name         string
		bootstrapped bool
		stored       string // the type of the token's parameter, "" for none
		consent      bool
		missing      []string // nil: it is ready
		shown, ran   string
	}{
		{"ready", true, "SecureString", false, nil, "+ checking the account and the stage", ""},
		{"the owner has it prepared", false, "SecureString", true, nil, "+ preparing the account for the CDK", "bootstrap aws://" + fakeaws.AccountID + "/us-east-1"},
		{"the owner does not", false, "SecureString", false, []string{"bootstrap: "}, "- bootstrap    ", ""},
		{"no token", true, "", false, []string{"token: there is no parameter", "run `hearthgate token --stage home`"}, "- token        ", ""},
		{"a token in clear", true, "String", false, []string{"which is not encrypted"}, "- token        ", ""},
		{"everything", false, "", false, []string{"bootstrap: ", "token: "}, "! skills       no skill may call", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			cloud := fakeaws.Start(fakeaws.Options{})
			t.Cleanup(cloud.Close)
			for _, e := range cloud.Environment() {
				name, value, _ := strings.Cut(e, "=")
				t.Setenv(name, value)
			}
			if tt.bootstrapped {
				cloud.SetParameter("us-east-1", fakeaws.Parameter{Name: "/cdk-bootstrap/hnb659fds/version", Type: "String", Value: "30"})
			}
			if tt.stored != "" {
				cloud.SetParameter("us-east-1", fakeaws.Parameter{Name: token, Type: tt.stored, Value: "canary", Version: 1})
			}
			var shown, ran bytes.Buffer
			asked := ""
			account, err := deploy.Prepare(t.Context(), installed(t, &ran), home(), ui.Paint(&shown, false), func(problem string) bool {
				asked = problem
				return tt.consent
			})
			if (asked != "") == tt.bootstrapped {
				t.Errorf("it asked about %q", asked)
			}
			missing, notReady := errors.AsType[*deploy.NotReadyError](err)
			if notReady != (tt.missing != nil) || !notReady && (err != nil || account == nil || account.ID != fakeaws.AccountID) {
				t.Fatalf("account %+v, error %v", account, err)
			}
			if notReady && len(missing.Problems) == 0 {
				t.Error("an error without a problem")
			}
			for _, want := range tt.missing {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("no %q in %v", want, err)
				}
			}
			if !strings.Contains(shown.String(), tt.shown) {
				t.Errorf("no %q in\n%s", tt.shown, shown.String())
			}
			if !strings.Contains(ran.String(), tt.ran) || tt.ran == "" && ran.Len() > 0 {
				t.Errorf("the CDK was %q, want %q", ran.String(), tt.ran)
			}
		})
	}
}

func TestDestroyable(t *testing.T) {
	s := home()
	if err := deploy.Destroyable(s); err != nil {
		t.Error(err)
	}
	s.Production = true
	if err := deploy.Destroyable(s); err == nil || !strings.Contains(err.Error(), `"production": false`) {
		t.Errorf("error %v", err)
	}
}
