package config

// Tasks that the stack's schedule invokes the function for.
const (
	TaskDoctor   = "doctor"    // diagnose the connection to the home and log problems
	TaskKeepWarm = "keep_warm" // keep the settings loaded and the connection open
)

// ScheduledEvent returns the event for a task. It has the form of EventBridge's
// scheduled events, with the task in its detail.
func ScheduledEvent(task string) map[string]any {
	return map[string]any{
		"source": "aws.events", "detail-type": "Scheduled Event",
		"detail": map[string]any{"task": task},
	}
}
