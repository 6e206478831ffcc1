package lambda

import (
	"fmt"
	"math"

	facts "github.com/hearthgate/hearthgate/config/alexa"
	"github.com/hearthgate/hearthgate/config/wire"
	"github.com/hearthgate/hearthgate/function/alexa"
	"github.com/hearthgate/hearthgate/function/core"
)

// Deductions from the overall health, at most.
const (
	notReadyPoints = 60
	failurePoints  = 50 // in proportion: all of them when every answer failed
	slowPoints     = 20 // from where Amazon warns the owner of a skill
	slowishPoints  = 10
	fullPoints     = 15
	awayPoints     = 40 // for a home that is not connected to the relay
	gatewayPoints  = 20 // in proportion: all of them for a gateway without a point

	full, fullish = 90, 75 // percent of the memory
)

// overall computes the overall health from s, of whose answers to Alexa the last all
// are known and failed of them failed.
func overall(s wire.Status, snap Snapshot, all, failed int) core.Health {
	h := core.Healthy(nil)
	if !s.Ready {
		h.Deduct(notReadyPoints, "the settings are not complete: "+s.Problem)
	}
	if failed > 0 {
		h.Deduct(proportion(failurePoints, failed, all), failureReason(s, all, failed))
	}
	slow := ms(facts.SlowReply)
	switch {
	case s.P90 >= slow:
		h.Deduct(slowPoints, fmt.Sprintf("one of ten answers takes %.1f s or longer; Amazon warns from %.0f s on", s.P90/1000, slow/1000))
	case s.P90 >= slow/2:
		h.Deduct(slowishPoints, fmt.Sprintf("one of ten answers takes %.1f s or longer", s.P90/1000))
	}
	if snap.MemoryLimit > 0 {
		switch percent := snap.MemoryUsed * 100 / snap.MemoryLimit; {
		case percent >= full:
			h.Deduct(fullPoints, fmt.Sprintf("%d %% of the memory is used: give the stage more `memory`", percent))
		case percent >= fullish:
			h.Deduct(fullPoints/3, fmt.Sprintf("%d %% of the memory is used", percent))
		}
	}
	for _, r := range s.Relays {
		if r.Problem != "" {
			h.Deduct(awayPoints, r.Problem)
		}
	}
	for g := range core.Gateway(core.NumGateways) {
		health, known := s.Gateways[g.String()]
		counted := g == core.Initialization && !s.Ready // its reason is the first one above
		if known && !counted && health.Points < 100 {
			h.Deduct(proportion(gatewayPoints, 100-health.Points, 100), gatewayReason(g, health))
		}
	}
	return h
}

// proportion returns part of of whole, of so many points, rounded up.
func proportion(points, part, whole int) int {
	return int(math.Ceil(float64(points) * float64(part) / float64(whole)))
}

func failureReason(s wire.Status, all, failed int) string {
	reason := fmt.Sprintf("%d of the last %d directives and skill requests failed", failed, all)
	if len(s.LastFailures) > 0 {
		reason += ", the latest with " + s.LastFailures[0].Cause
	}
	if s.SuccessRate < facts.MinSuccessRate {
		reason += fmt.Sprintf("; Amazon warns below %.0f %% success", 100*facts.MinSuccessRate)
	}
	return reason
}

func gatewayReason(g core.Gateway, h core.Health) string {
	if len(h.Reasons) == 0 {
		return fmt.Sprintf("%s has %d of 100 points", g, h.Points)
	}
	reason := fmt.Sprintf("%s: %s", g, h.Reasons[0])
	if more := len(h.Reasons) - 1; more > 0 {
		reason += fmt.Sprintf(" (and %d more)", more)
	}
	return reason
}

// health says whether the events that come are ones that the function can answer.
func (s *InvocationStats) health() core.Health {
	facts := map[string]any{}
	for _, kind := range alexa.Kinds() {
		all, failed := s.Events(kind)
		facts[string(kind)+"_events"], facts[string(kind)+"_failures"] = all, failed
	}
	unknown, _ := s.Events("")
	facts["unknown_events"] = unknown
	h := core.Healthy(facts)
	if unknown > 0 {
		h.Deduct(int(min(unknown, 10)), fmt.Sprintf("%d events were of no kind that the function answers: check who sends them", unknown))
	}
	if scheduled, failed := s.Events(alexa.KindScheduled); failed > 0 {
		h.Deduct(20, fmt.Sprintf("%d of %d scheduled events failed: the log says what the doctor found", failed, scheduled))
	}
	return h
}
