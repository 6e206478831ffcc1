// Package upgrade brings a clone of hearthgate up to date with the repository that it was
// cloned from, without losing anything that is not there.
package upgrade

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/ui"
)

// A Plan is what an upgrade of a clone would change. It is made by [Look].
type Plan struct {
	Branch  string   `json:"branch"`
	From    string   `json:"from"` // version of the clone
	To      string   `json:"to"`   // version that its remote has
	Commits []string `json:"commits"`
	News    []string `json:"news,omitempty"` // lines that CHANGELOG.md has gained
	Own     int      `json:"own_commits"`    // that the remote does not have

	clone  git
	target string   // commit
	stages []string // files of stages that are tracked and were changed
}

// Look fetches what the clone's remote has, and returns what is new there. The error says
// what prevents an upgrade; the clone is as it was.
func Look(ctx context.Context, root string) (Plan, error) {
	p := Plan{clone: git{root}}
	if err := p.clone.check(ctx); err != nil {
		return p, err
	}
	var err error
	if p.Branch, err = p.clone.says(ctx, "symbolic-ref", "--quiet", "--short", "HEAD"); err != nil {
		return p, errors.New("the clone is at a commit and not on a branch (a detached HEAD): `git switch main` returns to the branch, and then upgrade again")
	}
	remote, _ := p.clone.says(ctx, "config", "branch."+p.Branch+".remote") // empty without one
	follows, _ := p.clone.says(ctx, "config", "branch."+p.Branch+".merge")
	if remote == "" || follows == "" {
		return p, fmt.Errorf("the branch %s follows no remote, so there is nothing to compare it with: `git branch --set-upstream-to origin/main` says what it follows", p.Branch)
	}
	said, err := p.clone.run(ctx, "fetch", "--quiet", "--tags", remote, follows)
	switch {
	case ctx.Err() != nil:
		return p, context.Cause(ctx)
	case err != nil && strings.Contains(said, "couldn't find remote ref"):
		return p, fmt.Errorf("the remote %s no longer has the branch that %s follows: `git branch --set-upstream-to %[1]s/main` says what it follows. Nothing was changed", remote, p.Branch)
	case err != nil:
		return p, fmt.Errorf("the remote %s could not be asked: %s; check the connection to the internet and `git remote get-url %[1]s`. Nothing was changed", remote, said)
	}
	if p.target, err = p.clone.says(ctx, "rev-parse", "FETCH_HEAD"); err != nil {
		return p, fmt.Errorf("git does not say what it has fetched from %s: %w", remote, err)
	}
	return p, p.compare(ctx)
}

// compare finds out what is new.
func (p *Plan) compare(ctx context.Context) error {
	counts, err := p.clone.says(ctx, "rev-list", "--left-right", "--count", "HEAD..."+p.target)
	if err != nil {
		return fmt.Errorf("git does not compare the clone with its remote: %w", err)
	}
	var behind int
	if _, err := fmt.Sscan(counts, &p.Own, &behind); err != nil {
		return fmt.Errorf("git counts the commits as %q", counts)
	}
	p.From, _ = p.clone.says(ctx, "describe", "--tags", "--always", "--abbrev=12", "HEAD")
	p.To, _ = p.clone.says(ctx, "describe", "--tags", "--always", "--abbrev=12", p.target)
	if behind == 0 {
		p.To = p.From
		return nil
	}
	subjects, err := p.clone.says(ctx, "log", "--no-merges", "--format=%s", "HEAD.."+p.target)
	if err != nil {
		return fmt.Errorf("git does not list the commits: %w", err)
	}
	p.Commits = strings.Split(subjects, "\n")
	news, _ := p.clone.says(ctx, "diff", "--unified=0", "HEAD..."+p.target, "--", "CHANGELOG.md") // empty without one
	for line := range strings.Lines(news) {
		if text, ok := strings.CutPrefix(strings.TrimRight(line, "\n"), "+"); ok && !strings.HasPrefix(text, "++") && text != "" {
			p.News = append(p.News, text)
		}
	}
	return p.ready(ctx)
}

// ready returns what prevents the upgrade, nil if nothing does.
func (p *Plan) ready(ctx context.Context) error {
	if p.Own > 0 {
		return fmt.Errorf("the branch %s has %d commits of your own, and the remote has %d that it lacks, so they have diverged: `git rebase` puts yours on top. Nothing was changed", p.Branch, p.Own, len(p.Commits))
	}
	changed, err := p.clone.says(ctx, "status", "--porcelain", "--untracked-files=no", "--no-renames")
	if err != nil {
		return fmt.Errorf("git does not say what was changed in the clone: %w", err)
	}
	var others []string
	for line := range strings.Lines(changed) {
		line = strings.TrimRight(line, "\n")
		file := strings.TrimSpace(line[min(2, len(line)):])
		if filepath.Dir(file) == config.StagesDir && !strings.ContainsAny(line[:2], "DUA") {
			p.stages = append(p.stages, file)
			continue
		}
		others = append(others, file)
	}
	if len(others) > 0 {
		return fmt.Errorf("files of the clone were changed here: %s. Commit them, or put them aside with `git stash` and take them back with `git stash pop` after the upgrade. Nothing was changed", strings.Join(others, ", "))
	}
	return nil
}

// New reports whether there is anything to upgrade to.
func (p Plan) New() bool { return len(p.Commits) > 0 }

// Show writes for a person what is new.
func (p Plan) Show(to *ui.Screen) {
	if !p.New() {
		to.Printf("up to date: %s, on the branch %s\n", p.From, p.Branch)
		return
	}
	to.Printf("%s %s -> %s\n", to.Bold("new:"), p.From, p.To)
	const most = 20
	lines := p.News
	if len(lines) == 0 {
		for _, subject := range p.Commits {
			lines = append(lines, "- "+subject)
		}
	}
	for _, line := range lines[:min(most, len(lines))] {
		to.Printf("  %s\n", line)
	}
	if more := len(lines) - most; more > 0 {
		to.Printf("  and %d more: `git log HEAD..@{upstream}` lists them\n", more)
	}
}
