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
	Keep bool `json:"keep,omitempty" doc:"whether to store the snapshot for the next process, too"`
}

// A Backup is the output of [MakeBackup].
type Backup struct {
	Snapshot *Snapshot `json:"snapshot" doc:"the input of metrics.restore"`
	Bytes    int       `json:"bytes" doc:"size of the snapshot as JSON" unit:"B"`
	Kept     bool      `json:"kept" doc:"whether it was stored for the next process"`
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
	err = errNoStore
	if r.opts.Keep != nil {
		err = r.opts.Keep(ctx, text)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.keepErr = err; err != nil {
		return Backup{}, core.Errorf(core.Internal, core.CauseNotKept, "the snapshot could not be stored: %w", err)
	}
	b.Kept = true
	return b, nil
}

var errNoStore = errors.New("the function has no store for snapshots")

// A RestoreInput is the input of [Restore].
type RestoreInput struct {
	Snapshot *Snapshot `json:"snapshot,omitempty" doc:"a snapshot from metrics.backup; default: the stored one"`
	Replace  bool      `json:"replace,omitempty" doc:"whether it replaces the statistics; default: it is added to them"`
}

// Check rejects an invalid snapshot.
func (in RestoreInput) Check() error {
	if in.Snapshot == nil {
		return nil
	}
	return in.Snapshot.Check()
}

// Restored is the output of [Restore].
type Restored struct {
	Process    string   `json:"process" doc:"ID of the process of the snapshot"`
	Operations int      `json:"operations" doc:"operations restored"`
	Metrics    int      `json:"metrics" doc:"metrics restored"`
	Values     int64    `json:"values" doc:"values restored"`
	Skipped    []string `json:"skipped,omitempty" doc:"names that are unknown here or have another kind"`
}

func (r *Registry) restore(ctx context.Context, in RestoreInput) (Restored, error) {
	if in.Snapshot == nil {
		s, err := r.readKept(ctx)
		if err != nil {
			return Restored{}, err
		}
		in.Snapshot = s
	}
	if err := r.include(in); err != nil {
		return Restored{}, err
	}
	if in.Replace {
		_, _ = r.reset(ctx, ResetInput{}) // everything, which cannot fail
	}
	operations, _ := r.known()
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
		m, ok := r.metric(name, n.Kind)
		if !ok || m.kind != n.Kind {
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

// describe sets the unit and the description of a metric that has neither.
func (m *metric) describe(n Named) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.unit == "" && m.about == "" {
		m.unit, m.about = n.Unit, n.About
	}
}

// readKept returns the snapshot that an earlier process stored.
func (r *Registry) readKept(ctx context.Context) (*Snapshot, error) {
	if r.opts.Kept == nil {
		return nil, core.Errorf(core.NotFound, core.CauseNotKept, "no snapshot is given, and %w", errNoStore)
	}
	text, err := r.opts.Kept(ctx)
	if err != nil {
		return nil, core.Errorf(core.NotFound, core.CauseNotKept, "no snapshot is given, and none could be loaded from the store: %w", err)
	}
	s := new(Snapshot)
	if err := core.Decode(text, s); err != nil {
		return nil, core.Errorf(core.Invalid, core.CauseSnapshot, "the stored snapshot cannot be decoded: %w", err)
	}
	if err := s.Check(); err != nil {
		return nil, core.Errorf(core.Invalid, core.CauseSnapshot, "the stored snapshot is invalid: %w", err)
	}
	return s, nil
}

// include adds the usage of a snapshot. It rejects one whose process is included already.
func (r *Registry) include(in RestoreInput) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.init()
	s := in.Snapshot
	processes := append([]string{s.Process}, s.Includes...)
	for _, id := range processes {
		if id == r.id || r.includes[id] {
			if in.Replace && s.Process == r.id {
				return nil // an earlier state of this process, whose usage is counted already
			}
			return core.Errorf(core.Invalid, core.CauseCounted, "field snapshot includes process %.40q, whose values are counted already: they would count twice", id)
		}
	}
	for _, id := range processes {
		if len(r.includes) < maxIncludes {
			r.includes[id] = true
		}
	}
	r.restored = r.restored.plus(s.Used)
	if s.Since.Before(r.since) {
		r.since = s.Since
	}
	return nil
}
