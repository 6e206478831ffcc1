package browser_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/doctor/activity"
	"github.com/hearthgate/hearthgate/infra/internal/localrun/demohome"
	"github.com/hearthgate/hearthgate/infra/internal/project"
	"github.com/hearthgate/hearthgate/infra/testkit/chromium"
	"github.com/hearthgate/hearthgate/infra/testkit/fakeaws"
	"github.com/hearthgate/hearthgate/infra/testkit/functionlog"
	"github.com/hearthgate/hearthgate/infra/testkit/judges"
)

// homes are two deployed homes in one account: attic is well, and the skill may not call
// barn.
type homes struct {
	clone string
	env   []string
	cloud *fakeaws.Cloud
}

func newHomes(t *testing.T) *homes {
	t.Helper()
	const token, skillID = "canary-of-the-home", "amzn1.ask.skill.00000000-0000-0000-0000-000000000001"
	h := &homes{clone: t.TempDir()}
	for _, dir := range []string{"function", "infra"} {
		if err := os.Symlink(filepath.Join(root(t), dir), filepath.Join(h.clone, dir)); err != nil {
			t.Fatal(err)
		}
	}
	stages := filepath.Join(h.clone, config.StagesDir)
	if err := os.MkdirAll(stages, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(h.clone, "go.work"), []byte("go 1.26.0\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	home := &demohome.Server{Handler: demohome.New(token)}
	if err := home.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(home.Stop)
	binary := filepath.Join(t.TempDir(), "bootstrap")
	if err := project.Function(t.Context(), root(t), binary); err != nil {
		t.Fatal(err)
	}
	h.cloud = fakeaws.Start(fakeaws.Options{
		Binary: func(context.Context, []byte) (string, []string, error) { return binary, nil, nil },
		Env:    []string{"HOME_ASSISTANT_URL=" + home.URL()},
	})
	t.Cleanup(h.cloud.Close)
	h.env = h.cloud.Environment()
	h.cloud.SetObject("code", "function.zip", []byte("the function"))
	for i, name := range []string{"attic", "barn"} {
		s := config.NewStage(name)
		s.Locale, s.Region, s.URL, s.SmartHomeSkillID, s.AlarmEmail = "en-US", "us-east-1", "https://home.example.com", skillID, "owner@example.com"
		b, _ := json.Marshal(s) // plain fields: cannot fail
		if err := os.WriteFile(filepath.Join(stages, name+".json"), b, 0o600); err != nil {
			t.Fatal(err)
		}
		h.cloud.SetParameter(s.Region, fakeaws.Parameter{Name: s.TokenParameterName(), Type: "SecureString", Value: token, Version: 1})
		if err := h.cloud.Deploy(s.Region, config.StackName(name), fakeaws.StageTemplate(s)); err != nil {
			t.Fatal(err)
		}
		h.logs(t, name, functionlog.Read(t).Brightness, time.Duration(10+i)*time.Minute)
		h.logs(t, name, functionlog.Read(t).Brightness, time.Duration(40+i)*time.Minute)
	}
	h.logs(t, "barn", functionlog.Read(t).Unreachable, 30*time.Minute)
	h.cloud.Edit(config.StackName("barn"), "AWS::Lambda::Permission", func(*fakeaws.Resource) bool { return false })
	return h
}

// logs adds a line to the log of a stage, as its function would have written it.
func (h *homes) logs(t *testing.T, name, recorded string, ago time.Duration) {
	t.Helper()
	h.cloud.Log(h.cloud.Resources(config.StackName(name), "AWS::Logs::LogGroup")[0].PhysicalID, functionlog.At(t, recorded, name, time.Now().Add(-ago)))
}

// status returns what `hearthgate status` prints of a stage.
func (h *homes) status(t *testing.T, name string, args ...string) string {
	t.Helper()
	path, err := built()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path, append([]string{"status", "--stage", name}, args...)...)
	cmd.Dir, cmd.Env = h.clone, append(append(os.Environ(), "HOME_ASSISTANT_URL=", "HOME_ASSISTANT_TOKEN="), h.env...)
	said, _ := cmd.Output() // it fails for a home in trouble
	return string(said)
}

// allow has the owner allow operations that change something.
func (h *homes) allow(t *testing.T, name string) {
	t.Helper()
	path, err := built()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path, "op", "--allow", "--stage", name)
	cmd.Dir, cmd.Env = h.clone, append(os.Environ(), h.env...)
	if said, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("op --allow: %v: %s", err, said)
	}
}

// TestJudgeHomes shows two deployed homes: the worst first, what status says to the digit,
// the doctor's steps, the graphs of CloudWatch, and the runbook. Nothing is changed but what
// is confirmed.
func TestJudgeHomes(t *testing.T) {
	var axe string
	judges.RunNode(t, root(t), "axe", &axe, nil)
	h := newHomes(t)
	p := openIn(t, h.clone, h.env, "--all")
	p.Sees("#homes", "each question costs 0.00010 USD")
	before := len(h.cloud.Calls())
	p.Click(`[data-post="/homes"]`)
	p.Wait(`document.querySelectorAll(".homes > li").length === 2`)
	p.Sees(".homes > li:first-child", "barn: trouble")
	p.Sees(".homes > li:first-child", "the Smart Home skill has no permission to call the function")
	p.Sees(".homes > li:last-child", "attic: well")
	for _, name := range []string{"attic", "barn"} {
		shown, want := chromium.Eval[string](p.Browser, `document.querySelector("#status-`+name+` pre").textContent`), h.status(t, name)
		if got, want := lasting(shown), lasting(want); got != want || strings.Count(want, "\n") < 6 {
			t.Errorf("the page says of %s\n%s\nand status\n%s", name, got, want)
		}
	}
	var figures struct{ Activity *activity.Activity }
	if err := json.Unmarshal([]byte(h.status(t, "barn", "--json")), &figures); err != nil || figures.Activity == nil || figures.Activity.Failed != 1 {
		t.Fatalf("status --json of barn: %v, %+v", err, figures.Activity)
	}
	a := figures.Activity
	for _, want := range []string{fmt.Sprintf("%d since", a.Directives), fmt.Sprintf("%d failed", a.Failed), fmt.Sprintf("%.1f %% answered", 100**a.Answered), fmt.Sprintf("%d directives needed a new one", a.Connections), a.Devices[0].Said} {
		if shown := chromium.Eval[string](p.Browser, `document.querySelector("#status-barn pre").textContent`); !strings.Contains(shown, want) {
			t.Errorf("status --json has %q, and the page\n%s", want, shown)
		}
	}
	p.Click(`[data-post="/homes/doctor"][data-stage="barn"]`)
	p.Sees(".homes > li:first-child .steps .bad", "may not invoke the alias")
	p.Click(`[data-post="/homes/graphs"][data-stage="attic"]`)
	p.Sees(".homes > li:last-child", "Graphs of attic")
	numbers := chromium.Eval[string](p.Browser, `[...document.querySelectorAll(".homes > li:last-child .numbers > div")].map(d => d.innerText.replace("\n", "=")).join(";")`)
	directives := chromium.Eval[string](p.Browser, `document.querySelector("#status-attic pre").textContent.match(/directives +(\d+)/)[1]`)
	if !strings.Contains(numbers, "success, %=100;failed=0;directives="+directives+";") {
		t.Errorf("the numbers of attic are %s, and status counts %s directives", numbers, directives)
	}
	p.Click("#tables-summary-attic")
	p.Sees("#tables-attic", "Kitchen Light")
	p.Sees(".homes > li:last-child figure .legend", "success, %: 100")
	if n := chromium.Eval[int](p.Browser, `document.querySelectorAll(".homes > li:last-child .dot").length`); n < 4 {
		t.Errorf("the graphs have %d points", n)
	}
	for _, call := range h.cloud.Calls()[before:] {
		_, action, _ := strings.Cut(call, ".")
		if !strings.HasPrefix(action, "Get") && !strings.HasPrefix(action, "Describe") && !strings.HasPrefix(action, "List") && action != "FilterLogEvents" && action != "Invoke" {
			t.Errorf("it called %s", call)
		}
	}
	confirms := func(stage, answer string) {
		p.Click(`[data-post="/homes/detail"][data-stage="` + stage + `"]`)
		p.Sees("#question", "one process of "+stage+" log each operation (level DEBUG) for 10 minutes?")
		p.Click(`#ask button[value="` + answer + `"]`)
	}
	confirms("barn", "no")
	confirms("attic", "yes")
	p.Sees("#problem", "`hearthgate op --allow --stage attic`") // a deployed function asks for that first
	h.allow(t, "attic")
	confirms("attic", "yes")
	p.Sees(".homes > li:last-child", "One process of attic logs each operation until")
	if shown := chromium.Eval[string](p.Browser, `document.querySelector("#homes").innerText`); strings.Contains(shown, "process of barn logs") {
		t.Error("what was not confirmed was done")
	}
	p.Run(`document.querySelectorAll("#homes details").forEach(d => d.open = true)`)
	seen(t, p, axe)
	p.Run(`[...document.querySelectorAll("#homes a")].find(a => a.getAttribute("href") === "/runbook/outage").click()`)
	p.Sees("h1", "outage")
	seen(t, p, axe)
	if all := p.Elsewhere(p.host); len(all) > 0 {
		t.Errorf("these requests left the page's own address: %q", all)
	}
	for _, c := range p.Complaints() {
		if !strings.HasSuffix(c, "/homes/detail") { // a question and a refusal have a status of their own
			t.Errorf("the browser complains of %q", c)
		}
	}
}

// lasting returns the lines of a status without those that tell of the one process that
// answered, and of how long something is ago.
func lasting(status string) string {
	var kept []string
	for line := range strings.Lines(status) {
		if strings.TrimSpace(line) == "" {
			break // the report of a process follows
		}
		if !strings.Contains(line, " ago") {
			kept = append(kept, line)
		}
	}
	return strings.Join(kept, "")
}
