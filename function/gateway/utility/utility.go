// Package utility is the utility gateway: the small things that everyone needs.
// It serves the others by giving every call a correlation ID.
//
//	operation                input           output
//	generate_correlation_id  IDInput         ID
//	timestamp                TimestampInput  Time
//	validate_string          StringInput     StringFacts
//	validate_number          NumberInput     NumberFacts
//	validate_structure       StructureInput  StructureFacts
//	create_response          ResponseInput   Response
//	format_response          FormatInput     Formatted
//	parse_json               ParseInput      Parsed
//	merge                    MergeInput      Merged
//	filter_keys              FilterInput     Filtered
//	render_template          TemplateInput   Rendered
//	system_info              core.None     System
//	cost                     CostInput       CostView
//	health_check             CheckInput      Checked
//
// The [Guard] keeps optional work from costing money; whoever has some asks it.
package utility

import (
	"context"
	"os"
	"time"

	"github.com/hearthgate/hearthgate/function/core"
)

// Operations of the gateway.
var (
	// GenerateCorrelationID returns a new correlation ID.
	GenerateCorrelationID = core.Define[IDInput, ID](core.Utility, "generate_correlation_id",
		"Return a new correlation ID, or the one that an X-Ray trace header carries.")

	// Timestamp writes a time.
	Timestamp = core.Define[TimestampInput, Time](core.Utility, "timestamp",
		"Return the time, or another one, as ISO 8601 or as a number since 1970.")

	// ValidateString looks whether a text is as it should be.
	ValidateString = core.Define[StringInput, StringFacts](core.Utility, "validate_string",
		"Return whether a text has the length, the pattern or the value that it should have, and how long it is.")

	// ValidateNumber looks whether a number is as it should be.
	ValidateNumber = core.Define[NumberInput, NumberFacts](core.Utility, "validate_number",
		"Return whether a value is a number, within limits, and whole where it must be.")

	// ValidateStructure looks whether JSON is as it should be.
	ValidateStructure = core.Define[StructureInput, StructureFacts](core.Utility, "validate_structure",
		"Return how deep JSON is and how many keys it has, and whether it has those that it should, of the right types.")

	// CreateResponse returns the standard response.
	CreateResponse = core.Define[ResponseInput, Response](core.Utility, "create_response",
		"Return the standard response of an operation that succeeded or failed.")

	// FormatResponse writes a standard response for people.
	FormatResponse = core.Define[FormatInput, Formatted](core.Utility, "format_response",
		"Return a standard response as a text to read: indented JSON, or lines for a terminal.")

	// ParseJSON reads JSON strictly.
	ParseJSON = core.Define[ParseInput, Parsed](core.Utility, "parse_json",
		"Return what a text holds as JSON, with its kind, depth and keys; an error of kind invalid says where it is none.")

	// Merge puts the keys of one object into another.
	Merge = core.Define[MergeInput, Merged](core.Utility, "merge",
		"Return an object with the keys of another put into it, and how many were new or changed.")

	// FilterKeys leaves keys out of an object.
	FilterKeys = core.Define[FilterInput, Filtered](core.Utility, "filter_keys",
		"Return an object without the keys that are not wanted, and how many were left out.")

	// RenderTemplate puts values into a text.
	RenderTemplate = core.Define[TemplateInput, Rendered](core.Utility, "render_template",
		"Return a template with its places filled, each value escaped; a missing or unused value is an error of kind invalid.")

	// SystemInfo returns what the function runs on.
	SystemInfo = core.Define[core.None, System](core.Utility, "system_info",
		"Return what the function runs on: version, processor, memory, and since when.")

	// Cost returns the level that the month's usage has come to.
	Cost = core.Define[CostInput, CostView](core.Utility, "cost",
		"Return how much of what is free of charge the month will take, and which optional work is left out for it.")

	// HealthCheck tries what everything else relies on.
	HealthCheck = core.Define[CheckInput, Checked](core.Utility, "health_check",
		"Try the clock, random numbers, JSON, the folder for files and the memory, and return what came of each.")
)

// Options are what the gateway is given by the application.
type Options struct {
	Guard  *Guard                     // says which work may run; default: one that allows everything
	Memory func() (used, limit int64) // of the process, in bytes, limit 0 where there is none; default: what Go has from the system
	Dir    string                     // where files may be made; default: the system's folder for temporary ones
	Getenv func(string) string        // default: os.Getenv
}

// A Gateway is the utility gateway. It is safe for concurrent use.
type Gateway struct {
	opts  Options
	began time.Time
}

// New returns a Gateway.
func New(o Options) *Gateway {
	if o.Guard == nil {
		o.Guard = new(Guard)
	}
	if o.Memory == nil {
		o.Memory = heap
	}
	if o.Dir == "" {
		o.Dir = os.TempDir()
	}
	if o.Getenv == nil {
		o.Getenv = os.Getenv
	}
	return &Gateway{o, time.Now()}
}

// Gateway returns [core.Utility].
func (*Gateway) Gateway() core.Gateway { return core.Utility }

// Bind binds the operations of the gateway to d.
func (g *Gateway) Bind(d *core.Dispatcher) {
	core.Handle(d, GenerateCorrelationID, generateID)
	core.Handle(d, Timestamp, timestamp)
	core.Handle(d, ValidateString, validateString)
	core.Handle(d, ValidateNumber, validateNumber)
	core.Handle(d, ValidateStructure, validateStructure)
	core.Handle(d, CreateResponse, createResponse)
	core.Handle(d, FormatResponse, formatResponse)
	core.Handle(d, ParseJSON, parseJSON)
	core.Handle(d, Merge, merge)
	core.Handle(d, FilterKeys, filterKeys)
	core.Handle(d, RenderTemplate, renderTemplate)
	core.Handle(d, SystemInfo, g.system)
	core.Handle(d, Cost, g.opts.Guard.cost)
	core.Handle(d, HealthCheck, g.healthCheck)
}

// Health returns the health of the cost guard: the gateway keeps nothing else.
func (g *Gateway) Health() core.Health { return g.opts.Guard.Health() }

// Cleanup releases nothing: there is nothing to release.
func (g *Gateway) Cleanup(context.Context) core.Reclaimed { return core.Reclaimed{} }

// Service gives a call that belongs to no run one of its own, with a new
// correlation ID.
func (g *Gateway) Service() core.Service {
	return func(_ *core.Spec, next core.Handler) core.Handler {
		return func(ctx context.Context, c *core.Call) error {
			if core.RunOf(ctx) == nil {
				ctx, _ = core.NewRun(ctx, core.NewID())
			}
			c.MarkUsed(core.Utility)
			return next(ctx, c)
		}
	}
}
