package wire

// FieldOutcome is the field of an invocation's line that holds its [Outcome] as a word.
// Only directives and skill requests have it.
const FieldOutcome = "outcome"

// FieldHome is the field of the line of a directive that holds the name of the home that it
// was for, where a stage has several.
const FieldHome = "home"

// An Outcome is how an invocation ended for the person who asked.
type Outcome uint8

// The outcomes.
const (
	NotAnInvocation Outcome = iota // the line is not the one of an invocation
	Succeeded                      // the person got what they asked for
	Failed                         // they did not: the home, the route to it or the function failed
	Denied                         // the owner does not allow it, by the policy or the list of users
	AskedWrongly                   // no such device, a value out of range and the like
)

var outcomeWords = [...]string{Succeeded: "succeeded", Failed: "failed", Denied: "denied", AskedWrongly: "asked_wrongly"}

// outcomes are the outcomes by their word, quoted as in JSON.
var outcomes = map[string]Outcome{
	`"succeeded"`: Succeeded, `"failed"`: Failed, `"denied"`: Denied, `"asked_wrongly"`: AskedWrongly,
}

// String returns the outcome as a word, "asked_wrongly"; "" for [NotAnInvocation].
func (o Outcome) String() string {
	if int(o) < len(outcomeWords) {
		return outcomeWords[o]
	}
	return ""
}

// Success returns the value of the metric config.Success: 0 for [Failed] and 1 for
// everything else. A denial, and what was asked wrongly, were answered as they should
// be; neither may raise an alarm or roll a deployment back.
func (o Outcome) Success() float64 {
	if o == Failed {
		return 0
	}
	return 1
}
