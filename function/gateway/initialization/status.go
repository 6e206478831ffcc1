package initialization

import (
	"context"
	"fmt"
	"time"

	"github.com/hearthgate/hearthgate/function/core"
)

// A Status is how far the start has come.
type Status struct {
	Ready    bool         `json:"ready"`
	Warm     bool         `json:"warm" doc:"a call that needs the settings has come since the process started"`
	Problem  string       `json:"problem,omitempty" doc:"why it is not ready; absent when it is"`
	Warnings []string     `json:"warnings,omitempty" doc:"what works but should be changed"`
	Stages   []Stage      `json:"stages" doc:"in the order in which they run"`
	Since    time.Time    `json:"since" doc:"when the process started"`
	Duration core.Seconds `json:"duration_seconds" doc:"of the first run of all stages; 0 before it" unit:"s"`
	Age      core.Seconds `json:"age_seconds" doc:"of the settings in effect; 0 while there are none" unit:"s"`
	Stale    string       `json:"stale,omitempty" doc:"why the settings could not be read again; absent when they could"`
}

func (l *Loader) status() Status {
	status := Status{Since: l.began, Warm: l.served.Load() > 0, Stages: l.results()}
	st := l.state.Load()
	if st == nil {
		status.Problem = "the start has not run yet: run initialization.run"
		return status
	}
	status.Ready, status.Warnings, status.Duration, status.Stale = st.err == nil, st.warnings, core.Seconds(st.took), st.stale
	if st.err != nil {
		status.Problem = st.err.Error()
	}
	if !st.read.IsZero() {
		status.Age = core.Seconds(time.Since(st.read))
	}
	return status
}

// results returns the results of the stages, in their order.
func (l *Loader) results() []Stage {
	l.mu.Lock()
	defer l.mu.Unlock()
	list := []Stage{}
	for _, name := range l.sorted().Stages {
		list = append(list, l.find(name).result)
	}
	return list
}

// Health deducts points for settings that are missing, wrong or stale, and for stages
// that failed or never run.
func (l *Loader) Health() core.Health {
	status := l.status()
	h := core.Healthy(map[string]any{
		"ready": status.Ready, "warm": status.Warm, "start_seconds": status.Duration,
		"settings_age_seconds": status.Age, "settings_ttl_seconds": core.Seconds(l.opts.TTL), "warnings": len(status.Warnings),
	})
	if !status.Ready {
		h.Deduct(80, "the function is not ready: "+status.Problem)
	}
	if status.Stale != "" {
		h.Deduct(20, fmt.Sprintf("the settings are %v old because they could not be read again: %s", status.Age.Duration().Round(time.Second), status.Stale))
	}
	for _, stage := range status.Stages {
		if stage.Problem != "" && status.Ready {
			h.Deduct(10, "the start's stage "+stage.Name+" failed: "+stage.Problem)
		}
	}
	for _, warning := range status.Warnings {
		h.Deduct(5, warning)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, stuck := range l.sorted().Stuck {
		h.Deduct(10, "a stage of the start never runs: "+stuck)
	}
	return h
}

// Cleaned is the result of [Cleanup].
type Cleaned struct {
	Parts    []Cleaning     `json:"parts"`
	Total    core.Reclaimed `json:"total"`
	Duration core.Seconds   `json:"duration_seconds" unit:"s"`
}

// A Cleaning is what one gateway released.
type Cleaning struct {
	Part string `json:"part" doc:"the gateway's name"`
	core.Reclaimed
}

func (l *Loader) cleanup(ctx context.Context, _ core.None) (Cleaned, error) {
	begin, c := time.Now(), Cleaned{Parts: []Cleaning{}}
	released := l.opts.Reclaim(ctx)
	for g := range core.Gateway(core.NumGateways) {
		if r, ok := released[g]; ok {
			c.Parts = append(c.Parts, Cleaning{g.String(), r})
			c.Total = c.Total.Plus(r)
		}
	}
	c.Duration = core.Seconds(time.Since(begin))
	return c, nil
}

// Cleanup releases nothing: settings and stages are needed as long as the process.
func (l *Loader) Cleanup(context.Context) core.Reclaimed { return core.Reclaimed{} }
