package web

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/hearthgate/hearthgate/infra/docs"
	"github.com/hearthgate/hearthgate/infra/internal/doctor"
	"github.com/hearthgate/hearthgate/infra/internal/doctor/homestatus"
	"github.com/hearthgate/hearthgate/infra/internal/simulator"
	"github.com/hearthgate/hearthgate/infra/internal/ui"
	"github.com/hearthgate/hearthgate/infra/internal/ui/fleet"
)

// Homes are the deployed homes that the page shows beside the conversation. They are read
// each time a person asks for it; only Detail changes something, after a confirmation.
type Homes struct {
	Stages []string
	Status func(ctx context.Context, stage string) (homestatus.Home, error)            // as `hearthgate status` has it
	Doctor func(ctx context.Context, stage string, done func(doctor.Diagnosis)) error  // done gets all steps so far, each time that some are done
	Graphs func(ctx context.Context, stage string) (m simulator.Monitoring, err error) // from CloudWatch
	Cost   func(stage string) (status, graphs float64)                                 // of asking once, in USD
	Detail func(ctx context.Context, stage string, span time.Duration) error           // has one process log each operation for that long

	mu    sync.Mutex
	asked time.Time                       // guarded by mu; when the report was read
	read  fleet.Report[homestatus.Home]   // guarded by mu; nil before
	steps map[string]doctor.Diagnosis     // guarded by mu; by stage
	busy  map[string]bool                 // guarded by mu; stages that the doctor examines
	drawn map[string]simulator.Monitoring // guarded by mu; by stage
	until map[string]time.Time            // guarded by mu; by stage, when the detailed log ends
}

// ask reads how all homes are.
func (h *Homes) ask(ctx context.Context) error {
	report, err := fleet.Run[homestatus.Home]{Stages: h.Stages, Do: h.Status}.SideBySide(ctx)
	if err != nil {
		return err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.asked, h.read = time.Now(), report
	return nil
}

// examine has the doctor examine a home, and tells after each part.
func (h *Homes) examine(ctx context.Context, stage string, changed func()) error {
	h.mu.Lock()
	if h.busy == nil {
		h.busy, h.steps = map[string]bool{}, map[string]doctor.Diagnosis{}
	}
	twice := h.busy[stage]
	h.busy[stage] = true
	h.mu.Unlock()
	if twice {
		return fmt.Errorf("the doctor examines %s already: wait until it has ended", stage)
	}
	defer func() {
		h.mu.Lock()
		delete(h.busy, stage)
		h.mu.Unlock()
		changed()
	}()
	return h.Doctor(ctx, stage, func(d doctor.Diagnosis) {
		h.mu.Lock()
		h.steps[stage] = slices.Clone(d)
		h.mu.Unlock()
		changed()
	})
}

// draw reads the graphs of a home.
func (h *Homes) draw(ctx context.Context, stage string) error {
	m, err := h.Graphs(ctx, stage)
	if err != nil {
		return err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.drawn == nil {
		h.drawn = map[string]simulator.Monitoring{}
	}
	h.drawn[stage] = m
	return nil
}

// detail has a home log each operation for a while, after the person has confirmed it.
func (h *Homes) detail(ctx context.Context, stage string) error {
	const span = 10 * time.Minute
	if !slices.Contains(h.Stages, stage) {
		return errors.New("no home was chosen: press the button of one")
	}
	if err := Confirm(ctx, fmt.Sprintf("Have one process of %s log each operation (level DEBUG) for %.0f minutes? The log grows faster and costs more until then.", stage, span.Minutes())); err != nil {
		return err
	}
	if err := h.Detail(ctx, stage, span); err != nil {
		return err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.until == nil {
		h.until = map[string]time.Time{}
	}
	h.until[stage] = time.Now().Add(span)
	return nil
}

// A homesView is what the page shows of the homes.
type homesView struct {
	Asked string // when they were asked; "" if they were not
	Cost  string // of asking all of them
	Homes []homeView
}

// A homeView is one of them.
type homeView struct {
	Stage, Level, Text string
	Status             string // as `hearthgate status` prints it; "" if it is not known
	GraphsCost         string
	Examining          bool
	Detailed           string // until when the log is detailed; "" if the page has not asked for it
	Steps              doctor.Diagnosis
	Monitoring         simulator.Monitoring
}

// view returns the homes, the worst first; nil without any.
func (h *Homes) view() *homesView {
	if h == nil {
		return nil
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	v := &homesView{}
	total := 0.0
	for _, stage := range h.Stages {
		status, _ := h.Cost(stage)
		total += status
	}
	v.Cost = dollars(total)
	if h.read != nil {
		v.Asked = h.asked.Format(time.TimeOnly)
	}
	for _, r := range h.read {
		_, graphs := h.Cost(r.Stage)
		s := r.Summary()
		one := homeView{Stage: r.Stage, Level: s.Level.String(), Text: s.Text, GraphsCost: dollars(graphs), Examining: h.busy[r.Stage], Steps: h.steps[r.Stage], Monitoring: h.drawn[r.Stage]}
		if r.Err == nil {
			var text bytes.Buffer
			r.Value.Show(ui.New(&text, func(string) string { return "" }))
			one.Status = text.String()
		}
		if until := h.until[r.Stage]; until.After(time.Now()) {
			one.Detailed = until.Format(time.TimeOnly)
		}
		v.Homes = append(v.Homes, one)
	}
	return v
}

// dollars returns a small amount, with the digits that it has.
func dollars(usd float64) string { return fmt.Sprintf("%.5f USD", usd) }

// homes runs an action for the homes, and shows them again.
func (s *Server) homes(do func(r *http.Request, h *Homes) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		stage := r.PostFormValue("stage")
		s.act(w, r, func(ctx context.Context) error {
			if s.fleet == nil || stage != "" && !slices.Contains(s.fleet.Stages, stage) {
				return fmt.Errorf("there is no deployed home %.40q on this page", stage)
			}
			defer s.hub.Notify()
			return do(r.WithContext(ctx), s.fleet)
		})
	}
}

// runbook shows a section of the runbook, as it stands at the end of a dashboard.
func (s *Server) runbook(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("section")
	text := docs.Section(name)
	if text == "" {
		http.NotFound(w, r)
		return
	}
	s.render(w, "runbook.html", view{Section: name, Runbook: text})
}
