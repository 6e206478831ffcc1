package singleton

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/hearthgate/hearthgate/function/core"
)

// A Status is what a store holds and does.
type Status struct {
	Things    []Thing `json:"things" doc:"by key"`
	Made      int64   `json:"made" doc:"things since the process started"`
	Closed    int64   `json:"closed" doc:"of them, those that were closed"`
	Running   int     `json:"running" doc:"functions that others of the same key would wait for"`
	Led       int64   `json:"led" doc:"calls that ran their function"`
	Joined    int64   `json:"joined" doc:"calls that got what another one's function returned"`
	Abandoned int64   `json:"abandoned" doc:"functions that go on although their time is up"`
}

// A Thing is what a key stands for.
type Thing struct {
	Key      string       `json:"key"`
	Type     string       `json:"type" doc:"of Go"`
	Made     time.Time    `json:"made"`
	Idle     core.Seconds `json:"idle_seconds" doc:"how long nobody has asked for it"`
	Uses     int64        `json:"uses" doc:"how often it was asked for"`
	Closable bool         `json:"closable" doc:"it is closed when it is let go"`
}

func (s *Store) status(context.Context, core.None) (Status, error) {
	st := Status{Things: []Thing{}, Abandoned: s.abandoned.Load()}
	st.Running, st.Led, st.Joined = s.flights.count()
	s.mu.Lock()
	defer s.mu.Unlock()
	st.Made, st.Closed = s.made, s.closed
	for _, t := range s.things {
		_, closable := t.value.(io.Closer)
		st.Things = append(st.Things, Thing{t.key, fmt.Sprintf("%T", t.value), t.made.UTC(), core.Seconds(time.Since(t.used)), t.uses, closable})
	}
	slices.SortFunc(st.Things, func(a, b Thing) int { return cmp.Compare(a.Key, b.Key) })
	return st, nil
}

// Health says how memory and things are doing.
func (s *Store) Health() core.Health {
	m := s.measure()
	st, _ := s.status(context.Background(), core.None{})
	s.mu.Lock()
	failed := s.failed
	s.mu.Unlock()
	h := core.Healthy(map[string]any{
		"things": len(st.Things), "running": st.Running, "goroutines": m.Goroutines,
		"heap_bytes": m.Heap, "resident_bytes": m.Resident, "limit_bytes": m.Limit,
	})
	switch {
	case m.Share >= 0.9:
		h.Deduct(60, fmt.Sprintf("the process takes %.0f %% of the memory it may take", 100*m.Share))
	case m.Share >= 0.75:
		h.Deduct(25, fmt.Sprintf("the process takes %.0f %% of the memory it may take", 100*m.Share))
	}
	if st.Abandoned > 0 {
		h.Deduct(10, fmt.Sprintf("%d functions go on although their time is up", st.Abandoned))
	}
	const many = 500
	if m.Goroutines > many {
		h.Deduct(20, fmt.Sprintf("there are %d goroutines, of which some must have been forgotten", m.Goroutines))
	}
	if failed > 0 {
		h.Deduct(5, fmt.Sprintf("%d things could not be closed properly", failed))
	}
	return h
}
