package config

// Tasks that the stack's schedule asks the function for.
const (
	TaskDoctor   = "doctor"    // go the way to the home and log what is wrong
	TaskKeepWarm = "keep_warm" // keep settings and connection ready
)

// ScheduledEvent returns the event that asks for a task: one as EventBridge's own
// scheduled events are, with the task in its detail.
func ScheduledEvent(task string) map[string]any {
	return map[string]any{
		"source": "aws.events", "detail-type": "Scheduled Event",
		"detail": map[string]any{"task": task},
	}
}
