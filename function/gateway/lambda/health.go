package lambda

import (
	"fmt"
	"math"

	"github.com/hearthgate/hearthgate/function/core"
)

// What costs points of the overall health, and how many at most.
const (
	costNotReady = 60
	costFailures = 50 // in proportion: all of them when every answer failed
	costSlow     = 20 // from where Amazon warns the owner of a skill
	costSlowish  = 10
	costFull     = 15
	costGateway  = 20 // in proportion: all of them for a gateway without a point

	slow, slowish = 5000, 2500 // ms
	full, fullish = 90, 75     // percent of the memory
)

// overall weighs what is known of the function.
func overall(s Status, f Facts, all, failed int) core.Health {
	h := core.Healthy(nil)
	if !f.Ready {
		problem := f.Problem
		if problem == "" {
			problem = "they have not been read yet"
		}
		h.Deduct(costNotReady, "the settings are not complete: "+problem)
	}
	if failed > 0 {
		reason := fmt.Sprintf("%d of the last %d directives and skill requests failed", failed, all)
		if len(s.LastFailures) > 0 {
			reason += ", the latest with " + s.LastFailures[0].Cause
		}
		if s.SuccessRate < 0.85 {
			reason += "; Amazon warns below 85 % success"
		}
		h.Deduct(int(math.Ceil(costFailures*float64(failed)/float64(all))), reason)
	}
	switch {
	case s.P90 >= slow:
		h.Deduct(costSlow, fmt.Sprintf("one of ten answers takes %.1f s or longer; Amazon warns from 5 s on", s.P90/1000))
	case s.P90 >= slowish:
		h.Deduct(costSlowish, fmt.Sprintf("one of ten answers takes %.1f s or longer", s.P90/1000))
	}
	if f.MemoryLimit > 0 {
		switch percent := f.MemoryUsed * 100 / f.MemoryLimit; {
		case percent >= full:
			h.Deduct(costFull, fmt.Sprintf("%d %% of the memory is used: give the stage more `memory`", percent))
		case percent >= fullish:
			h.Deduct(costFull/3, fmt.Sprintf("%d %% of the memory is used", percent))
		}
	}
	for g := range core.Gateway(core.NumGateways) {
		health, known := s.Gateways[g.String()]
		told := g == core.Initialization && !f.Ready // it says the same
		if !known || told || health.Points >= 100 {
			continue
		}
		reason := fmt.Sprintf("%s has %d of 100 points", g, health.Points)
		if len(health.Reasons) > 0 {
			reason = fmt.Sprintf("%s: %s", g, health.Reasons[0])
		}
		if more := len(health.Reasons) - 1; more > 0 {
			reason += fmt.Sprintf(" (and %d more)", more)
		}
		h.Deduct(int(math.Ceil(costGateway*float64(100-health.Points)/100)), reason)
	}
	return h
}

// Health is that of the gateway itself: whether what comes to it are events that it
// can take.
func (b *Book) Health() core.Health {
	facts := map[string]any{}
	for _, kind := range []string{KindDirective, KindSkill, KindOperation, KindScheduled} {
		all, failed := b.Events(kind)
		facts[kind+"_events"], facts[kind+"_failures"] = all, failed
	}
	strange, _ := b.Events("")
	facts["unknown_events"] = strange
	h := core.Healthy(facts)
	if strange > 0 {
		h.Deduct(int(min(strange, 10)), fmt.Sprintf("%d events were none that the function takes: see who sends them", strange))
	}
	if scheduled, failed := b.Events(KindScheduled); failed > 0 {
		h.Deduct(20, fmt.Sprintf("%d of %d scheduled events failed: the log says what the doctor found", failed, scheduled))
	}
	return h
}
