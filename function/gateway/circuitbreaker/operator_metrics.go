package circuitbreaker

import (
	"context"

	"github.com/sony/gobreaker/v2"

	"github.com/hearthgate/hearthgate/function/core"
)

// An All is the state of every breaker.
type All struct {
	Breakers []Status `json:"breakers" doc:"by name"`
	Open     int      `json:"open" doc:"how many are open or half-open"`
}

func (b *Breakers) all(context.Context, core.None) (All, error) {
	all := All{Breakers: []Status{}}
	for _, one := range b.sorted() {
		s := one.status()
		if s.State != gobreaker.StateClosed.String() {
			all.Open++
		}
		all.Breakers = append(all.Breakers, s)
	}
	return all, nil
}

// A MetricsInput is the input of [GetMetrics].
type MetricsInput struct {
	Breaker string `json:"breaker,omitempty" doc:"its name; default: all of them"`
}

// Metrics are what breakers counted since they were made.
type Metrics struct {
	Calls    int64    `json:"calls" doc:"of all the breakers; so are failures, refused and opened"`
	Failures int64    `json:"failures"`
	Refused  int64    `json:"refused"`
	Opened   int64    `json:"opened"`
	Breakers []Totals `json:"breakers" doc:"by name"`
}

func (b *Breakers) metrics(_ context.Context, in MetricsInput) (Metrics, error) {
	if in.Breaker == "" {
		return measured(b.sorted()), nil
	}
	one, err := b.find(in.Breaker)
	if err != nil {
		return Metrics{}, err
	}
	return measured([]*breaker{one}), nil
}
