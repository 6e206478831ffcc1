package judges_test

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/infra/internal/project"
	"github.com/hearthgate/hearthgate/infra/testkit/judges"
)

// reviewed are the findings of gosec that are as they should be. A file that has more
// of a rule than this needs another look.
var reviewed = []struct {
	rule, file string
	count      int
	reason     string
}{
	{"G101", "config/alexa/region.go", 1, "the address of Amazon's token endpoint is no token"},
	{"G101", "infra/internal/invoke/sample.go", 1, "says that there is no token"},
	{"G115", "function/gateway/httpclient/socket_linux.go", 1, "the first byte is what is wanted"},
	{"G115", "function/gateway/initialization/memory.go", 4, "sizes of this process's memory"},
	{"G115", "function/gateway/metrics/operator_snapshot.go", 1, "the value was checked to be in range"},
	{"G115", "function/gateway/metrics/operator_system.go", 6, "sizes of this process's memory and a time of this century"},
	{"G115", "function/gateway/metrics/rss.go", 1, "the size of this process's memory"},
	{"G115", "function/gateway/security/redact.go", 1, "two hexadecimal digits; the other result says whether they were"},
	{"G115", "function/gateway/singleton/memory.go", 2, "sizes of this process's memory"},
	{"G115", "function/gateway/utility/utility.go", 1, "the size of this process's memory"},
	{"G115", "function/mqtt/packet.go", 4, "times, sizes and texts of our own, which are shorter"},
	{"G115", "function/mqtt/parse.go", 1, "four bytes of seven bits each"},
	{"G115", "function/mqtt/websocket.go", 3, "a length that was compared with the limit, or that is not negative"},
	{"G115", "infra/internal/awsaccount/log.go", 1, "a number of lines, of ours"},
	{"G115", "infra/internal/awsaccount/metric.go", 1, "seconds of a period, of ours"},
	{"G115", "infra/internal/localrun/relayagent/agent.go", 1, "a time of our own"},
	{"G117", "infra/internal/skill/skillsetup/skillsetup.go", 1, "the login, on its way into a SecureString"},
	{"G124", "infra/internal/simulator/web/guard.go", 1, "the page is on a loopback port without TLS; the cookie is HttpOnly and SameSite=Strict"},
	{"G204", "infra/internal/deploy/cdk.go", 1, "runs the CDK of the clone"},
	{"G204", "infra/internal/localrun/process.go", 1, "runs the function that its caller built"},
	{"G204", "infra/internal/setup/pairing/install.go", 2, "a folder that the person names, in quotation marks of the shell; a host that begins with - is rejected"},
	{"G204", "infra/internal/project/build.go", 1, "go build with the project's flags"},
	{"G204", "infra/internal/skill/skillsetup/browser.go", 1, "opens the browser at Amazon's address"},
	{"G204", "infra/internal/project/upgrade/git.go", 1, "git in the clone"},
	{"G204", "infra/internal/project/upgrade/install.go", 2, "this program again, or `go run` of the clone"},
	{"G301", "infra/internal/project/atomicfile/atomicfile.go", 1, "the folder of the stages, which hold no secret"},
	{"G304", "infra/cmd/hearthgate/config.go", 1, "a file that the person names"},
	{"G304", "infra/cmd/hearthgate/export.go", 1, "a file that the person names"},
	{"G304", "infra/cmd/hearthgate/invoke.go", 1, "a file that the person names"},
	{"G304", "infra/internal/setup/backup/seal.go", 1, "a file that the person names"},
	{"G304", "infra/internal/deploy/cdk.go", 2, "which CDK the clone has and wants, and who has locked what it synthesized"},
	{"G304", "infra/internal/project/project.go", 1, "the built function"},
	{"G304", "infra/internal/project/root.go", 1, "whether a folder is a clone"},
	{"G304", "infra/internal/skill/skillsetup/events.go", 1, "a new file that the person names"},
	{"G304", "infra/internal/project/upgrade/apply.go", 1, "a stage of the clone"},
	{"G401", "function/mqtt/websocket.go", 1, "the handshake of RFC 6455 is defined with SHA-1"},
	{"G402", "function/gateway/httpclient/embedded.go", 1, "VerifyConnection verifies the chain and the host's name"},
	{"G402", "function/gateway/httpclient/trust.go", 1, "the owner set HOME_ASSISTANT_VERIFY_SSL to false"},
	{"G402", "function/gateway/security/certificate.go", 1, "reads a certificate to report what is wrong with it; sends nothing"},
	{"G402", "infra/internal/localrun/homeclient/homeclient.go", 1, "the owner set verifySsl to false"},
	{"G407", "function/gateway/security/sealer.go", 1, "the AEAD makes its nonce itself, so that it takes none"},
	{"G505", "function/mqtt/websocket.go", 1, "the handshake of RFC 6455 is defined with SHA-1"},
	{"G703", "infra/internal/project/root.go", 2, "whether a folder is a clone; the person chooses it"},
	{"G703", "infra/internal/project/stages.go", 1, "the folder of stages that the person chooses"},
}

// TestJudgeSecurity has gosec check the product: all modules without the test kit and
// the benchmarks. G104 is off: errors of closing and of writing to a client that has
// gone have no one to report to.
func TestJudgeSecurity(t *testing.T) {
	root, err := project.Root()
	if err != nil {
		t.Fatal(err)
	}
	report := filepath.Join(t.TempDir(), "report.json")
	args := []string{"-quiet", "-no-fail", "-fmt=json", "-out=" + report, "-exclude=G104", "-exclude-dir=node_modules", "-exclude-dir=.build", "-exclude-dir=testkit", "-exclude-dir=bench"}
	cmd := exec.CommandContext(t.Context(), judges.Gosec.Install(t, root), append(args, "./config/...", "./constructs/...", "./function/...", "./infra/...")...)
	cmd.Dir = root
	if said, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("gosec: %v\n%s", err, said)
	}
	b, err := os.ReadFile(report)
	if err != nil {
		t.Fatal(err)
	}
	var found struct {
		Errors map[string]any `json:"Golang errors"`
		Issues []struct {
			Rule    string `json:"rule_id"`
			File    string
			Line    string
			Details string
		}
		Stats struct{ Files int }
	}
	if err := json.Unmarshal(b, &found); err != nil {
		t.Fatal(err)
	}
	if found.Stats.Files < 250 || len(found.Errors) > 0 {
		t.Errorf("gosec read %d files, want 250 and more; errors: %v", found.Stats.Files, found.Errors)
	}
	at := map[string][]string{}
	for _, i := range found.Issues {
		file := strings.TrimPrefix(i.File, root+"/")
		at[i.Rule+" "+file] = append(at[i.Rule+" "+file], fmt.Sprintf("%s:%s: %s: %s", file, i.Line, i.Rule, i.Details))
	}
	for _, r := range reviewed {
		key := r.rule + " " + r.file
		if len(at[key]) == 0 {
			t.Errorf("%s has no finding %s any more: remove it from reviewed", r.file, r.rule)
		}
		if len(at[key]) <= r.count {
			delete(at, key)
		}
	}
	for _, unexpected := range at {
		t.Errorf("mend it, or add it to reviewed with a reason:\n%s", strings.Join(unexpected, "\n"))
	}
	t.Logf("%d files, %d reviewed findings", found.Stats.Files, len(found.Issues))
}
