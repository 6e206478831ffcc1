package wire

import "time"

// A Status says how the function is doing, as one of its processes has seen it.
type Status struct {
	OverallHealth      int               `json:"overall_health" doc:"0 to 100"`
	Reasons            []string          `json:"reasons,omitempty" doc:"one sentence for each deduction"`
	Version            string            `json:"version" doc:"of the program: its tag or commit"`
	Stage              string            `json:"stage"`
	Since              time.Time         `json:"since" doc:"when the process started"`
	Ready              bool              `json:"ready" doc:"whether the settings are complete"`
	Problem            string            `json:"problem,omitempty" doc:"what is missing or wrong with them"`
	Directives         int64             `json:"directives" doc:"answered since then"`
	SkillRequests      int64             `json:"skill_requests" doc:"answered since then"`
	SuccessRate        float64           `json:"success_rate" doc:"share of the last 200 directives and skill requests that succeeded; 1 before the first" unit:"0 to 1"`
	ErrorRate          float64           `json:"error_rate" doc:"share of them that failed" unit:"0 to 1"`
	AvgResponseTime    float64           `json:"avg_response_time" doc:"mean time that they took" unit:"ms"`
	P50                float64           `json:"p50" doc:"time that half of them stayed below" unit:"ms"`
	P90                float64           `json:"p90" doc:"time that nine of ten stayed below" unit:"ms"`
	LastFailures       []FailureCount    `json:"last_failures" doc:"by their cause, the latest first"`
	MemoryUsage        string            `json:"memory_usage" doc:"resident set, of the function's memory"`
	CacheHitRate       *float64          `json:"cache_hit_rate" doc:"share of the look-ups that found something; null before the first" unit:"0 to 1"`
	GatewayUtilization float64           `json:"gateway_utilization" doc:"mean share of the services that took part in an event, of those that could" unit:"0 to 1"`
	Certificate        *Certificate      `json:"certificate,omitempty" doc:"of the home; absent for http, or when it could not be checked"`
	Relays             []Relay           `json:"relays,omitempty" doc:"whether the homes behind a relay are connected; absent without one"`
	Paused             []Pause           `json:"paused,omitempty" doc:"homes that their owner wants left alone"`
	Operations         Operations        `json:"operations" doc:"calls, errors and cache_hits of all operations"`
	Gateways           map[string]Health `json:"gateways" doc:"each gateway's own health: points, reasons, facts"`
}

// A Certificate is what the status says about the home's certificate.
type Certificate struct {
	DaysLeft int    `json:"days_left" doc:"until it expires"`
	Problem  string `json:"problem,omitempty" doc:"why the function would not accept it"`
}

// A Pause is what the status says about a home that its owner wants left alone.
type Pause struct {
	Home   string    `json:"home,omitempty" doc:"name of a further home; absent of the first"`
	Until  time.Time `json:"until,omitzero" doc:"absent until it is ended by hand"`
	Reason string    `json:"reason,omitempty"`
}

// A Relay is what the status says about the connection of a home without an address.
type Relay struct {
	Home          string     `json:"home,omitempty" doc:"name of a further home; absent of the first"`
	State         string     `json:"state" doc:"of Home Assistant: online, starting, offline, or never if it has not connected yet; empty if that is not known"`
	Since         *time.Time `json:"since,omitempty" doc:"by the home's clock"`
	Integration   string     `json:"integration,omitempty" doc:"version of the integration in Home Assistant"`
	Protocol      int        `json:"protocol,omitempty" doc:"version of the messages that it knows"`
	HomeAssistant string     `json:"home_assistant,omitempty" doc:"its version"`
	Certificate   string     `json:"certificate,omitempty" doc:"id of the one with which it connected last"`
	TakenOver     int        `json:"taken_over,omitempty" doc:"how often in ten minutes another client ended its connection"`
	Problem       string     `json:"problem,omitempty" doc:"why it is not online, or why that is not known"`
}

// Never is the state of a home that has not connected yet.
const Never = "never"

// Operations are the totals of all operations.
type Operations struct {
	Calls     int64 `json:"calls"`
	Errors    int64 `json:"errors"`
	CacheHits int64 `json:"cache_hits"`
}

// A FailureCount counts the events that failed for one cause.
type FailureCount struct {
	Cause string    `json:"cause" doc:"in one word, such as timeout"`
	Count int64     `json:"count" doc:"since the process started"`
	Last  time.Time `json:"last"`
	Said  string    `json:"said" doc:"the message of the last one"`
}

// Health says how a gateway is doing, computed from what happened in its process.
type Health struct {
	Points  int            `json:"points" doc:"0 to 100; 100 when there is nothing to complain of"`
	Reasons []string       `json:"reasons,omitempty" doc:"one sentence for each deduction"`
	Facts   map[string]any `json:"facts,omitempty" doc:"the figures that it was computed from, units in their names"`
}

// Deduct takes points off h for a reason; h never has fewer than 0.
func (h *Health) Deduct(points int, reason string) {
	h.Points = max(0, h.Points-points)
	h.Reasons = append(h.Reasons, reason)
}
