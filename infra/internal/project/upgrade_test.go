package project_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/project"
)

// tracked are the stages that hearthgate shipped in git before they became examples.
var tracked = map[string]string{
	"dev.json": `{
  "locale": "en-US",
  "homeAssistantUrl": "https://home.example.com",
  "tokenSource": "stored",
  "smartHomeSkillId": "",
  "customSkillId": "",
  "memory": 128,
  "timeout": 10,
  "retentionDays": 7,
  "logLevel": "debug",
  "alarmEmail": ""
}
`,
	"prod.json": `{
  "production": true,
  "locale": "en-US",
  "account": "111122223333",
  "region": "us-east-1",
  "homeAssistantUrl": "https://home.example.com",
  "homeAssistantTimeout": 7,
  "tokenSource": "stored",
  "verifySsl": true,
  "smartHomeSkillId": "amzn1.ask.skill.00000000-0000-0000-0000-000000000001",
  "customSkillId": "amzn1.ask.skill.00000000-0000-0000-0000-000000000002",
  "memory": 128,
  "timeout": 10,
  "retentionDays": 30,
  "logLevel": "info",
  "alarmEmail": "owner@example.com"
}
`}

// A shell types commands as the owner of a clone.
type shell struct {
	t   *testing.T
	dir string
}

// run runs commands and returns what they wrote; failed tells whether one failed.
func (s shell) run(commands ...string) (said string, failed bool) {
	s.t.Helper()
	cmd := exec.Command("bash", "-e", "-c", strings.Join(commands, "\n"))
	cmd.Dir = s.dir
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null", "LC_ALL=C", "GIT_CEILING_DIRECTORIES="+filepath.Dir(s.dir),
		"GIT_AUTHOR_NAME=t", "GIT_AUTHOR_EMAIL=t@example.com", "GIT_COMMITTER_NAME=t", "GIT_COMMITTER_EMAIL=t@example.com")
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	if cmd.ProcessState == nil {
		s.t.Fatal(err)
	}
	return out.String(), err != nil
}

// does runs commands that must succeed.
func (s shell) does(commands ...string) string {
	s.t.Helper()
	said, failed := s.run(commands...)
	if failed {
		s.t.Fatalf("%s\n%s", strings.Join(commands, "\n"), said)
	}
	return said
}

// advice returns the commands that upgrade.md gives below a sentence.
func advice(t *testing.T, sentence string) []string {
	t.Helper()
	_, text, ok := strings.Cut(read(t, filepath.Join(checkout(t), "infra/docs/upgrade.md")), sentence)
	if !ok {
		t.Fatalf("upgrade.md does not say %q", sentence)
	}
	var commands []string
	for line := range strings.Lines(text) {
		command, ok := strings.CutPrefix(line, "    ")
		if ok {
			commands = append(commands, strings.TrimSpace(command))
		} else if len(commands) > 0 {
			break
		}
	}
	return commands
}

// checkout returns the clone under test.
func checkout(t *testing.T) string {
	t.Helper()
	root, err := project.Root()
	if err != nil {
		t.Fatal(err)
	}
	return root
}

func read(t *testing.T, file string) string {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// published makes a repository with an older version, which has the stages in git,
// tagged "older", and on main the version under test: its examples and its .gitignore.
func published(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	git := shell{t, dir}
	git.does("git init -q -b main")
	write(t, filepath.Join(dir, ".gitignore"), "/.build/\n")
	for name, text := range tracked {
		write(t, filepath.Join(dir, config.StagesDir, name), text)
	}
	git.does("git add .", "git commit -qm older", "git tag older", "git rm -q config/stages/*.json")
	for _, name := range []string{".gitignore", config.ExamplesDir + "/dev.json", config.ExamplesDir + "/prod.json"} {
		write(t, filepath.Join(dir, name), read(t, filepath.Join(checkout(t), name)))
	}
	git.does("git add .", "git commit -qm newer")
	return dir
}

// TestUpgrade pulls the version that ignores stages into clones of one that tracked
// them. Whatever git does with the owner's edits, it says so, and the commands of
// upgrade.md end with the owner's file in its place and ignored.
func TestUpgrade(t *testing.T) {
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("skipped: git is missing")
	}
	upstream := published(t)
	for _, tt := range []struct {
		name, before, pull string
		says               string // what git ends with; empty: it succeeds
	}{
		{"edited", "", "git pull", "Your local changes to the following files would be overwritten by merge"},
		{"edited and hidden from git", "git update-index --skip-worktree config/stages/dev.json", "git pull", "would be overwritten by merge"},
		{"committed", "git commit -qam mine", "git pull --no-rebase", "CONFLICT (modify/delete): config/stages/dev.json"},
		{"committed, with another home", "git add . && git commit -qm mine", "git pull --no-rebase", "CONFLICT (modify/delete): config/stages/dev.json"},
		{"rebased", "git commit -qam mine", "git pull --rebase", "CONFLICT (modify/delete): config/stages/dev.json"},
		{"stashed", "git stash -q", "git pull -q && git stash pop", "The stash entry is kept"},
		{"stashed by git", "", "git pull -q --rebase --autostash && git diff --quiet --diff-filter=U", "Applying autostash resulted in conflicts"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			at := shell{t, filepath.Join(t.TempDir(), "clone")}
			shell{t, upstream}.does("git clone -q . " + at.dir)
			at.does("git reset -q --hard older", "git branch -q --set-upstream-to=origin/main")
			dev, cabin := filepath.Join(at.dir, "config/stages/dev.json"), filepath.Join(at.dir, "config/stages/cabin.json")
			mine := strings.Replace(tracked["dev.json"], "home.example.com", "mine.example.org", 1)
			write(t, dev, mine)
			write(t, cabin, mine)
			at.does(tt.before)

			said, failed := at.run(tt.pull)
			if !failed || !strings.Contains(said, tt.says) {
				t.Fatalf("git failed: %v, want %q in:\n%s", failed, tt.says, said)
			}
			section := `**"Your local changes`
			switch {
			case strings.Contains(tt.says, "stash"):
				section = "From `git stash pop`"
			case tt.name == "rebased":
				section = "From `git pull --rebase`"
			case strings.HasPrefix(tt.says, "CONFLICT"):
				section = `**"CONFLICT`
			}
			if strings.HasPrefix(tt.before, "git update-index") {
				at.does("git update-index --no-skip-worktree config/stages/dev.json")
			}
			at.does(advice(t, section)...)

			for _, file := range []string{dev, cabin} {
				if got := read(t, file); got != mine {
					t.Errorf("%s is now %s", file, got)
				}
			}
			if got := at.does("git status --porcelain"); got != "" {
				t.Errorf("git status: %s", got)
			}
			if got := at.does("git ls-files config/stages/dev.json"); got != "" {
				t.Errorf("git still tracks %s", got)
			}
			at.does("git merge-base --is-ancestor origin/main HEAD")
		})
	}
	t.Run("other names", func(t *testing.T) {
		at := shell{t, filepath.Join(t.TempDir(), "clone")}
		shell{t, upstream}.does("git clone -q . " + at.dir)
		at.does("git reset -q --hard older", "git branch -q --set-upstream-to=origin/main")
		cabin := filepath.Join(at.dir, "config/stages/cabin.json")
		write(t, cabin, tracked["dev.json"])
		at.does("git pull -q")
		if got := at.does("git status --porcelain"); got != "" || read(t, cabin) != tracked["dev.json"] {
			t.Errorf("git status: %s", got)
		}
	})
	t.Run("back", func(t *testing.T) {
		at := shell{t, filepath.Join(t.TempDir(), "clone")}
		shell{t, upstream}.does("git clone -q . " + at.dir)
		dev := filepath.Join(at.dir, "config/stages/dev.json")
		write(t, dev, "mine")
		back := strings.Replace(strings.Join(advice(t, "## Back to such a version"), "\n"), "VERSION", "older", 1)
		if said, failed := at.run(back); !failed || !strings.Contains(said, "would be overwritten by checkout:\n\tconfig/stages/dev.json") || read(t, dev) != "mine" {
			t.Errorf("failed: %v, dev.json is %s: %s", failed, read(t, dev), said)
		}
	})
}
