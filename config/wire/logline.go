package wire

import (
	"encoding/json"
	"time"
)

// A LogLine is what the command reads of one line that the function wrote to its
// log. Lambda's own lines (START, END, REPORT) are none: see [ParseLogLine].
type LogLine struct {
	Time        time.Time
	Level       string // DEBUG, INFO, WARN or ERROR
	Message     string
	Version     string
	Namespace   string // of the directive; "" for a line of another kind
	Name        string
	Endpoint    string
	Device      string // the endpoint's friendly name, where it is known
	Outcome     Outcome
	Duration    float64 // ms
	Reply       string  // "Alexa.Response"
	ReplyType   string  // of an error response
	HomeMessage string  // Home Assistant's own words in it
	Cause       string
	Error       string
	ColdStart   bool
	Connecting  float64 // ms that connecting to the home took; 0 on a connection that existed
	Attempts    int     // to reach the home, where there were several; else 0
	ID          string  // the correlation ID

	CertificateDays *int // that the home's certificate is still valid; nil if the line does not say it
}

// ParseLogLine reads a line; ok is false for one that the function did not write.
// The line of an invocation is log record and metric at once, so it has a boolean
// `success` beside a metric `Success`, and the reader must keep letter case apart.
func ParseLogLine(line []byte) (l LogLine, ok bool) {
	var fields map[string]json.RawMessage // of a map, unlike of a struct, keys keep their letter case
	if json.Unmarshal(line, &fields) != nil {
		return LogLine{}, false
	}
	get := func(key string, into any) { _ = json.Unmarshal(fields[key], into) } // of another type: left empty
	var cold float64
	for key, into := range map[string]any{
		"timestamp": &l.Time, "level": &l.Level, "message": &l.Message, "version": &l.Version,
		"namespace": &l.Namespace, "name": &l.Name, "endpoint": &l.Endpoint, "device": &l.Device,
		"duration": &l.Duration, "reply": &l.Reply, "reply_type": &l.ReplyType, "home_message": &l.HomeMessage,
		"cause": &l.Cause, "error": &l.Error, "ColdStart": &cold, "correlation_id": &l.ID,
		"connect_ms": &l.Connecting, "attempts": &l.Attempts, "certificate_days": &l.CertificateDays,
	} {
		get(key, into)
	}
	l.ColdStart = cold == 1
	switch string(fields["success"]) {
	case "true":
		l.Outcome = Succeeded
	case "false":
		l.Outcome = Failed
	}
	if o := outcomes[string(fields[FieldOutcome])]; o != NotAnInvocation {
		l.Outcome = o
	}
	return l, l.Message != "" && l.Level != ""
}
