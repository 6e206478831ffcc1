// Package metrics is the metrics gateway: numbers that cost nothing. It serves
// the others by counting and timing every operation.
//
//	operation    input             output
//	record       RecordInput       Recorded
//	increment    IncrementInput    Counted
//	declare      DeclareInput      Declared
//	stats        StatsInput        Stats
//	percentiles  PercentilesInput  Percentiles
//	usage        core.None        Usage
//	system       core.None       System
//	cold_start   core.None    ColdStart
//	export       ExportInput       Export
//	reset        ResetInput        Reset
//	backup       BackupInput       Backup
//	restore      RestoreInput      Restored
//
// What an invocation records goes on its log line as CloudWatch's Embedded Metric
// Format, so that a metric costs neither a call nor a line of its own. Everything
// else stays in the process: in histograms of bounded size, for the last hour by
// five minutes, for the last day by the hour, and in all.
package metrics

import (
	"context"
	"time"

	"github.com/hearthgate/hearthgate/function/core"
)

// Operations of the gateway.
var (
	// Record records one value.
	Record = core.Define[RecordInput, Recorded](core.Metrics, "record",
		"Record one value of a metric, and send it to CloudWatch with the invocation's line if it is one of the stack's metrics.")

	// Increment counts on.
	Increment = core.Define[IncrementInput, Counted](core.Metrics, "increment",
		"Count a counter on, which is declared by that if it is new, and return where it stands.")

	// Declare says what a metric is.
	Declare = core.Define[DeclareInput, Declared](core.Metrics, "declare",
		"Declare a metric as a counter, a gauge or a histogram, with its unit, and return how many more names there is room for.").Failing(core.RateLimited)

	// GetStats returns the figures of operations and metrics.
	GetStats = core.Define[StatsInput, Stats](core.Metrics, "stats",
		"Return count, rate, failures by cause, least, mean, greatest and percentiles of each operation and metric that was used in a range of time.").Failing(core.NotFound)

	// GetPercentiles returns percentiles.
	GetPercentiles = core.Define[PercentilesInput, Percentiles](core.Metrics, "percentiles",
		"Return the percentiles asked for, of one operation's durations or one metric's values.").Failing(core.NotFound)

	// GetUsage returns what the process used of the free tier.
	GetUsage = core.Define[core.None, Usage](core.Metrics, "usage",
		"Return what this process used of each monthly limit of the free tier, and what a month like that would use.")

	// GetSystem returns what the process takes.
	GetSystem = core.Define[core.None, System](core.Metrics, "system",
		"Return the memory, garbage collections, goroutines and threads of the process as they are now.")

	// GetColdStart returns what the start took.
	GetColdStart = core.Define[core.None, ColdStart](core.Metrics, "cold_start",
		"Return what the start of the process took, stage by stage, and how many invocations it has answered since.")

	// GetExport returns the figures for another program.
	GetExport = core.Define[ExportInput, Export](core.Metrics, "export",
		"Return the figures for another program: as JSON, as one record of the Embedded Metric Format, or in the text format of Prometheus.").Failing(core.NotFound)

	// ResetFigures forgets figures.
	ResetFigures = core.Define[ResetInput, Reset](core.Metrics, "reset",
		"Forget the figures of one operation or metric, or of all, and return how many values that were; what was used of the free tier stays.").Failing(core.NotFound)

	// MakeBackup returns a snapshot.
	MakeBackup = core.Define[BackupInput, Backup](core.Metrics, "backup",
		"Return a snapshot of the totals, and keep it for the next process if asked to.")

	// Restore adds a snapshot.
	Restore = core.Define[RestoreInput, Restored](core.Metrics, "restore",
		"Add the totals of a snapshot, the one given or the one kept, to the figures or put it in their place; a snapshot counts once.").Failing(core.NotFound)
)

// Gateway returns [core.Metrics].
func (*Registry) Gateway() core.Gateway { return core.Metrics }

// Bind binds the operations of the gateway to d.
func (r *Registry) Bind(d *core.Dispatcher) {
	core.Handle(d, Record, r.Record)
	core.Handle(d, Increment, r.increment)
	core.Handle(d, Declare, r.declare)
	core.Handle(d, GetStats, r.stats)
	core.Handle(d, GetPercentiles, r.percentiles)
	core.Handle(d, GetUsage, r.usage)
	core.Handle(d, GetSystem, r.system)
	core.Handle(d, GetColdStart, r.coldStart)
	core.Handle(d, GetExport, r.export)
	core.Handle(d, ResetFigures, r.reset)
	core.Handle(d, MakeBackup, r.backup)
	core.Handle(d, Restore, r.restore)
}

// Service counts and times every call, with its outcome and whether the cache
// answered it.
func (r *Registry) Service() core.Service {
	return func(s *core.Spec, next core.Handler) core.Handler {
		figures := r.operation(s)
		return func(ctx context.Context, c *core.Call) error {
			c.MarkUsed(core.Metrics)
			err := next(ctx, c)
			took := float64(time.Since(c.Start)) / float64(time.Millisecond)
			figures.add(c.Start, took, core.CauseOf(err), c.Hit)
			return err
		}
	}
}
