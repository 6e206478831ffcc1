// Package logview shows the function's log for a person, one directive a line, and
// redacts secrets.
package logview

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/hearthgate/hearthgate/infra/internal/ui"
)

// An Entry is a line of the log that the function wrote.
type Entry struct {
	Time        time.Time `json:"timestamp"`
	Level       string    `json:"level"`
	Message     string    `json:"message"`
	Namespace   string    `json:"namespace"`
	Name        string    `json:"name"`
	Endpoint    string    `json:"endpoint"`
	Success     outcome   `json:"success"`
	Duration    float64   `json:"duration"`
	Reply       string    `json:"reply"`
	ReplyType   string    `json:"reply_type"`
	HomeMessage string    `json:"home_message"`
	Cause       string    `json:"cause"`
	Error       string    `json:"error"`
	ColdStart   float64   `json:"ColdStart"`
	ID          string    `json:"correlation_id"`
}

// An outcome is the result of an invocation; it is not known for other lines. A line
// also has a metric named Success, a number, which the decoder assigns to the same
// field.
type outcome struct{ known, good bool }

func (o *outcome) UnmarshalJSON(b []byte) error {
	if text := string(b); text == "true" || text == "false" {
		o.known, o.good = true, text == "true"
	}
	return nil
}

// Parse reads a line. It returns false for a line that the function did not write, such
// as the START, END and REPORT lines of Lambda.
func Parse(line string) (Entry, bool) {
	var e Entry
	err := json.Unmarshal([]byte(line), &e)
	return e, err == nil && e.Message != "" && e.Level != ""
}

// Failed reports whether the entry is about a failure.
func (e Entry) Failed() bool {
	if e.Success.known {
		return !e.Success.good || strings.HasSuffix(e.Reply, ".ErrorResponse")
	}
	return e.Level == "ERROR"
}

// Show writes the entry as a line, and a second line if it failed.
func (e Entry) Show(to *ui.Screen) {
	at := to.Dim(e.Time.Local().Format("Jan _2 15:04:05"))
	if !e.Success.known {
		text := e.Level + " " + e.Message
		if e.Failed() {
			text = to.Bad(text)
		}
		to.Printf("%s          %s\n", at, text)
		return
	}
	mark := to.Good("ok  ")
	if e.Failed() {
		mark = to.Bad("FAIL")
	}
	more := ""
	if e.ColdStart == 1 {
		more = " (cold start)"
	}
	to.Printf("%s %s %7.0f ms  %s  %s%s\n", at, mark, e.Duration, e.Message, e.Endpoint, to.Dim(more))
	switch {
	case e.Error != "":
		to.Printf("%27s %s: %s\n", "", e.Cause, e.Error)
	case e.Failed():
		to.Printf("%27s %s\n", "", strings.TrimSuffix("Home Assistant answered "+e.ReplyType+": "+e.HomeMessage, ": "))
	}
}
