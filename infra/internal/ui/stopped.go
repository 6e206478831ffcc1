package ui

// A StoppedError is the error of work that a person has stopped, with Ctrl-C, when
// something of it is left.
type StoppedError struct {
	Left string // what is left, and how to go on
}

func (e *StoppedError) Error() string { return "stopped: " + e.Left }
