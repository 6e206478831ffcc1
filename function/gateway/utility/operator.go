package utility

import "github.com/hearthgate/hearthgate/function/core"

// Operations that a person runs by name.
var (
	GenerateCorrelationID = core.Define[IDInput, ID](core.Utility, "generate_correlation_id",
		"Return a new correlation ID, or the one that an X-Ray trace header carries.").Reading()
	Timestamp = core.Define[TimestampInput, Time](core.Utility, "timestamp",
		"Return the current or a given time, as ISO 8601 or as a number since 1970.").Reading()
	ValidateString = core.Define[StringInput, StringResult](core.Utility, "validate_string",
		"Check a text's length, pattern and value, and return its length.").Reading()
	ValidateNumber = core.Define[NumberInput, NumberResult](core.Utility, "validate_number",
		"Check that a value is a number, within limits, and an integer where required.").Reading()
	ValidateStructure = core.Define[StructureInput, StructureResult](core.Utility, "validate_structure",
		"Return the depth and the number of keys of JSON, and check that required keys are present and have the right types.").Reading()
	FormatResponse = core.Define[FormatInput, Formatted](core.Utility, "format_response",
		"Return a standard response as a text to read: indented JSON, or lines for a terminal.").Reading()
	ParseJSON = core.Define[ParseInput, Parsed](core.Utility, "parse_json",
		"Parse a text as JSON and return the value, its kind, depth and number of keys; invalid JSON is an error of kind invalid that gives the position.").Reading()
	Merge = core.Define[MergeInput, Merged](core.Utility, "merge",
		"Merge one object into another, and return the result with the number of keys added and replaced.").Reading()
	FilterKeys = core.Define[FilterInput, Filtered](core.Utility, "filter_keys",
		"Remove keys from an object, and return the result with the number of keys kept and removed.").Reading()
	RenderTemplate = core.Define[TemplateInput, Rendered](core.Utility, "render_template",
		"Fill the placeholders of a template, each value escaped; a missing or unused value is an error of kind invalid.").Reading()
	SystemInfo = core.Define[core.None, System](core.Utility, "system_info",
		"Return the environment that the function runs in: version, region, processor, memory and uptime.").Reading()
	Cost = core.Define[CostInput, CostResult](core.Utility, "cost",
		"Return the share of each free allowance that the month will use, and which optional tasks are paused to stay within it.").Reading()
	HealthCheck = core.Define[CheckInput, CheckReport](core.Utility, "health_check",
		"Check the clock, random numbers, JSON, the temporary directory and the memory, and return the result of each check.").Reading()
)

func (g *Gateway) bindOperator(d *core.Dispatcher) {
	core.Handle(d, GenerateCorrelationID, generateID)
	core.Handle(d, Timestamp, timestamp)
	core.Handle(d, ValidateString, validateString)
	core.Handle(d, ValidateNumber, validateNumber)
	core.Handle(d, ValidateStructure, validateStructure)
	core.Handle(d, FormatResponse, formatResponse)
	core.Handle(d, ParseJSON, parseJSON)
	core.Handle(d, Merge, merge)
	core.Handle(d, FilterKeys, filterKeys)
	core.Handle(d, RenderTemplate, renderTemplate)
	core.Handle(d, SystemInfo, g.system)
	core.Handle(d, Cost, g.opts.Guard.cost)
	core.Handle(d, HealthCheck, g.healthCheck)
}
