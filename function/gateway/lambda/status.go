package lambda

import "time"

// A StatusInput is the input of [GetStatus].
type StatusInput struct{}

// A Status says how the function is doing.
type Status struct {
	Stage       string             `json:"stage"`
	Since       time.Time          `json:"since" doc:"when the process started"`
	Ready       bool               `json:"ready" doc:"whether the settings are complete"`
	Problem     string             `json:"problem,omitempty" doc:"what is missing or wrong with them"`
	Directives  int64              `json:"directives" doc:"answered since then"`
	SuccessRate float64            `json:"success_rate" doc:"share of the directives that succeeded" unit:"0 to 1"`
	P90         float64            `json:"p90" doc:"time that nine of ten directives stayed below" unit:"ms"`
	MemoryUsage string             `json:"memory_usage" doc:"resident set, of the function's memory"`
	Operations  map[string]float64 `json:"operations" doc:"calls, errors and cache hits of all operations"`
}
