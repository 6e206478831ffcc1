package core

// Health is how a gateway is doing, computed from what happened in this process.
type Health struct {
	Points  int            `json:"points" doc:"0 to 100; 100 when there is nothing to complain of"`
	Reasons []string       `json:"reasons,omitempty" doc:"one sentence for each thing that cost points"`
	Facts   map[string]any `json:"facts,omitempty" doc:"the figures that it was computed from, units in their names"`
}

// Well returns the health of a gateway that has nothing to complain of yet.
func Well(facts map[string]any) Health { return Health{Points: 100, Facts: facts} }

// Lose takes points off h for a reason, and never more than there are.
func (h *Health) Lose(points int, reason string) {
	h.Points = max(0, h.Points-points)
	h.Reasons = append(h.Reasons, reason)
}

// Freed is what a clean-up gave back.
type Freed struct {
	Items int   `json:"items" doc:"entries, buffers, connections or whatever it is that was let go"`
	Bytes int64 `json:"bytes" doc:"memory or disk that they took" unit:"B"`
}

// Plus returns the sum of f and g.
func (f Freed) Plus(g Freed) Freed { return Freed{f.Items + g.Items, f.Bytes + g.Bytes} }
