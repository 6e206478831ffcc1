package metrics

import (
	"context"
	"encoding/json"
	"errors"
	"slices"

	"github.com/hearthgate/hearthgate/function/core"
)

// A BackupInput is the input of [MakeBackup].
type BackupInput struct {
	Keep bool `json:"keep,omitempty" doc:"whether the snapshot is kept for the next process, too"`
}

// A Backup is a snapshot and what became of it.
type Backup struct {
	Snapshot *Snapshot `json:"snapshot" doc:"what metrics.restore takes"`
	Bytes    int       `json:"bytes" doc:"how long the snapshot is as JSON" unit:"B"`
	Kept     bool      `json:"kept" doc:"whether the next process finds it"`
}

func (r *Registry) backup(ctx context.Context, in BackupInput) (Backup, error) {
	b := Backup{Snapshot: r.snapshot()}
	text, err := json.Marshal(b.Snapshot)
	if err != nil {
		return Backup{}, err
	}
	b.Bytes = len(text)
	if !in.Keep {
		return b, nil
	}
	err = errNowhere
	if r.opts.Keep != nil {
		err = r.opts.Keep(ctx, text)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.unkept = err; err != nil {
		return Backup{}, core.Errorf(core.Internal, core.CauseNotKept, "the snapshot could not be kept: %w", err)
	}
	b.Kept = true
	return b, nil
}

var errNowhere = errors.New("the function has nothing to keep a snapshot in")

// A RestoreInput is the input of [Restore].
type RestoreInput struct {
	Snapshot *Snapshot `json:"snapshot,omitempty" doc:"what metrics.backup returned; default: the one that was kept"`
	Replace  bool      `json:"replace,omitempty" doc:"whether it takes the place of the figures; default: it is added to them"`
}

// Check refuses a snapshot that no process could have counted.
func (in RestoreInput) Check() error {
	if in.Snapshot == nil {
		return nil
	}
	return in.Snapshot.Check()
}

// Restored is what came of a snapshot.
type Restored struct {
	Process    string   `json:"process" doc:"whose snapshot it was"`
	Operations int      `json:"operations" doc:"that got numbers from it"`
	Metrics    int      `json:"metrics" doc:"that got numbers from it"`
	Values     int64    `json:"values" doc:"that it brought"`
	Skipped    []string `json:"skipped,omitempty" doc:"names that mean nothing here, or something else"`
}

func (r *Registry) restore(ctx context.Context, in RestoreInput) (Restored, error) {
	if in.Snapshot == nil {
		s, err := r.kept(ctx)
		if err != nil {
			return Restored{}, err
		}
		in.Snapshot = s
	}
	if err := r.admit(in); err != nil {
		return Restored{}, err
	}
	if in.Replace {
		_, _ = r.reset(ctx, ResetInput{}) // everything: no name to be unknown
	}
	operations, _ := r.all()
	done := Restored{Process: in.Snapshot.Process}
	for name, n := range in.Snapshot.Operations {
		o := operations[name]
		if o == nil {
			done.Skipped = append(done.Skipped, name)
			continue
		}
		o.restore(n)
		done.Operations++
		done.Values += n.Count
	}
	for name, n := range in.Snapshot.Metrics {
		m, own := r.metric(name, n.Kind)
		if own && m.kind != n.Kind || !own {
			done.Skipped = append(done.Skipped, name)
			continue
		}
		m.describe(n)
		m.restore(n.Numbers)
		done.Metrics++
		done.Values += n.Count
	}
	slices.Sort(done.Skipped)
	return done, nil
}

// describe takes over what a snapshot says of a metric that says nothing itself.
func (m *metric) describe(n Named) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.unit == "" && m.about == "" {
		m.unit, m.about = n.Unit, n.About
	}
}

// kept returns the snapshot that a former process kept.
func (r *Registry) kept(ctx context.Context) (*Snapshot, error) {
	if r.opts.Kept == nil {
		return nil, core.Errorf(core.NotFound, core.CauseNotKept, "no snapshot is given, and %w", errNowhere)
	}
	text, err := r.opts.Kept(ctx)
	if err != nil {
		return nil, core.Errorf(core.NotFound, core.CauseNotKept, "no snapshot is given, and none that was kept can be read: %w", err)
	}
	s := new(Snapshot)
	if err := core.Decode(text, s); err != nil {
		return nil, core.Errorf(core.Invalid, core.CauseSnapshot, "the snapshot that was kept cannot be read: %w", err)
	}
	if err := s.Check(); err != nil {
		return nil, core.Errorf(core.Invalid, core.CauseSnapshot, "the snapshot that was kept cannot be used: %w", err)
	}
	return s, nil
}

// admit counts what a snapshot's process used, and refuses one that counts already.
func (r *Registry) admit(in RestoreInput) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.wake()
	s := in.Snapshot
	processes := append([]string{s.Process}, s.Includes...)
	for _, id := range processes {
		if id == r.id || r.restored[id] {
			if in.Replace && s.Process == r.id {
				return nil // back to what it was; what was used stays used
			}
			return core.Errorf(core.Invalid, core.CauseCounted, "field snapshot has process %.40q in it, whose numbers are here already: they would count twice", id)
		}
	}
	for _, id := range processes {
		if len(r.restored) < maxIncludes {
			r.restored[id] = true
		}
	}
	r.before = r.before.plus(s.Used)
	if s.Since.Before(r.since) {
		r.since = s.Since
	}
	return nil
}
