package initialization

import (
	"fmt"
	"time"

	"github.com/hearthgate/hearthgate/function/core"
)

// Health says how the start and the settings are doing.
func (s *Starter) Health() core.Health {
	status := s.now()
	h := core.Healthy(map[string]any{
		"ready": status.Ready, "warm": status.Warm, "start_seconds": status.Duration,
		"settings_age_seconds": status.Age, "settings_ttl_seconds": core.Seconds(s.opts.TTL), "warnings": len(status.Warnings),
	})
	if !status.Ready {
		h.Deduct(80, "the function is not ready: "+status.Problem)
	}
	if status.Stale != "" {
		h.Deduct(20, fmt.Sprintf("the settings are %v old, for they could not be read again: %s", status.Age.Duration().Round(time.Second), status.Stale))
	}
	for _, stage := range status.Stages {
		if stage.Problem != "" && status.Ready {
			h.Deduct(10, "the stage "+stage.Name+" of the start failed: "+stage.Problem)
		}
	}
	for _, warning := range status.Warnings {
		h.Deduct(5, warning)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, stuck := range s.sorted().Stuck {
		h.Deduct(10, "a stage of the start never runs: "+stuck)
	}
	return h
}
