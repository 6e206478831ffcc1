package core

import "github.com/hearthgate/hearthgate/config/wire"

// Health says how a gateway is doing.
type Health = wire.Health

// Healthy returns the health of a gateway that has nothing to complain of yet.
func Healthy(facts map[string]any) Health { return Health{Points: 100, Facts: facts} }

// Reclaimed is what a clean-up gave back.
type Reclaimed struct {
	Items int   `json:"items" doc:"entries, buffers, connections: whatever the gateway released"`
	Bytes int64 `json:"bytes" doc:"memory or disk that they took" unit:"B"`
}

// Plus returns the sum of r and s.
func (r Reclaimed) Plus(s Reclaimed) Reclaimed {
	return Reclaimed{r.Items + s.Items, r.Bytes + s.Bytes}
}
