package core

// Health says how a gateway is doing, computed from what happened in this process.
type Health struct {
	Points  int            `json:"points" doc:"0 to 100; 100 when there is nothing to complain of"`
	Reasons []string       `json:"reasons,omitempty" doc:"one sentence for each deduction"`
	Facts   map[string]any `json:"facts,omitempty" doc:"the figures that it was computed from, units in their names"`
}

// Healthy returns the health of a gateway that has nothing to complain of yet.
func Healthy(facts map[string]any) Health { return Health{Points: 100, Facts: facts} }

// Deduct takes points off h for a reason; h never has fewer than 0.
func (h *Health) Deduct(points int, reason string) {
	h.Points = max(0, h.Points-points)
	h.Reasons = append(h.Reasons, reason)
}

// Reclaimed is what a clean-up gave back.
type Reclaimed struct {
	Items int   `json:"items" doc:"entries, buffers, connections: whatever the gateway released"`
	Bytes int64 `json:"bytes" doc:"memory or disk that they took" unit:"B"`
}

// Plus returns the sum of r and s.
func (r Reclaimed) Plus(s Reclaimed) Reclaimed {
	return Reclaimed{r.Items + s.Items, r.Bytes + s.Bytes}
}
