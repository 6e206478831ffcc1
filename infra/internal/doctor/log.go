package doctor

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/hearthgate/hearthgate/config/wire"
	"github.com/hearthgate/hearthgate/infra/internal/awsaccount"
	"github.com/hearthgate/hearthgate/infra/internal/redact"
)

// day is how far back the doctor reads.
const day = 24 * time.Hour

// directives counts the directives of the last day that failed, by cause, with the
// last error of each. They are distinguished from operations by the metric Success, which only
// they have. Failed directives do not fail the step: the function answered.
func (t *Target) directives(ctx context.Context, f awsaccount.Function) Step {
	step := check("last directives", "reading the results of the directives of 24 hours")
	lines, err := t.Account.Lines(ctx, f.LogGroup, `{ ($.Success = 1) || ($.Success = 0) }`, time.Now().Add(-day))
	if err != nil {
		return step.unsure(err.Error())
	}
	total, failed := 0, tally{}
	for _, l := range lines {
		parsed, ok := wire.ParseLogLine([]byte(l.Text))
		if !ok || parsed.Outcome == wire.NotAnInvocation {
			continue
		}
		total++
		if parsed.Outcome == wire.Failed {
			failed = failed.add(cmp.Or(parsed.Cause, "without a cause"), parsed.Error)
		}
	}
	count, advice := 0, []string(nil)
	for _, c := range failed {
		count += c.times
		advice = append(advice, c.String())
	}
	return step.good(fmt.Sprintf("%d, of which %d failed", total, count), advice...)
}

// A tally counts causes, in the order of their first occurrence.
type tally []causeCount

type causeCount struct {
	word, last string
	times      int
}

func (t tally) add(word, sentence string) tally {
	i := slices.IndexFunc(t, func(c causeCount) bool { return c.word == word })
	if i < 0 {
		i, t = len(t), append(t, causeCount{word: word})
	}
	t[i].times++
	t[i].last = cmp.Or(sentence, t[i].last)
	return t
}

func (c causeCount) String() string {
	text := fmt.Sprintf("%d times %s", c.times, c.word)
	if c.last != "" {
		text += ", last: " + c.last
	}
	return text
}

// crashes counts how often Lambda had to stop the function, which should never happen.
func (t *Target) crashes(ctx context.Context, f awsaccount.Function) Step {
	step := check("crashes", "reading how often Lambda stopped the function in 24 hours")
	lines, err := t.Account.Lines(ctx, f.LogGroup, `?"Task timed out" ?"Runtime exited" ?"signal: killed"`, time.Now().Add(-day))
	switch {
	case err != nil:
		return step.unsure(err.Error())
	case len(lines) == 0:
		return step.good("never")
	}
	const most = 200
	text := redact.Line(lines[len(lines)-1].Text)
	return step.good(fmt.Sprintf("%d times", len(lines)), fmt.Sprintf("last: %s: the section `errors` of infra/docs/runbook.md says what to do", text[:min(len(text), most)]))
}
