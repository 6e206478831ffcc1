// Package wire holds what the function writes and the command reads, each type once.
// A field keeps its JSON name and meaning for as long as a deployed function and a
// newer command may meet.
package wire

import (
	"encoding/json"
	"time"
)

// A Response is the standard response: how the function answers an operation that
// was called by its name.
type Response struct {
	Success       bool            `json:"success"`
	Message       string          `json:"message"`
	Data          json.RawMessage `json:"data"`
	Error         *Failure        `json:"error"`
	Timestamp     time.Time       `json:"timestamp"`
	CorrelationID string          `json:"correlation_id"`
	Duration      float64         `json:"duration" doc:"since the invocation began" unit:"ms"`
}

// A Failure is the error part of a [Response].
type Failure struct {
	Kind    string `json:"kind" required:"true" doc:"the kind of failure in one word, such as invalid or unreachable"`
	Type    string `json:"type,omitempty" doc:"the cause in one word, such as timeout"`
	Message string `json:"message,omitempty" doc:"what happened, why, and what to do"`
}

// A Diagnosis is what lambda.diagnose found between the function and the home. It
// ends with the first step that failed: without it the next ones mean nothing.
type Diagnosis struct {
	OK    bool            `json:"ok" doc:"whether every step succeeded"`
	Steps []DiagnosisStep `json:"steps"`
}

// A DiagnosisStep is one check on the way to the home.
type DiagnosisStep struct {
	Name    string   `json:"name" doc:"settings, dns, tcp, tls, token, endpoint or discover; with a relay connect, presence, integration and round_trip instead of token and endpoint"`
	Tried   string   `json:"tried" doc:"what was tried"`
	Found   string   `json:"found,omitempty" doc:"the result"`
	OK      bool     `json:"ok"`
	Cause   string   `json:"cause,omitempty" doc:"why it failed, or soon will, in one word"`
	Problem string   `json:"problem,omitempty" doc:"why it failed, in a sentence"`
	Fix     string   `json:"mend,omitempty" doc:"what to do about it"`
	Advice  []string `json:"advice,omitempty" doc:"what works and should not stay so"`
	Took    float64  `json:"took" unit:"ms"`
}

// An OperationInfo describes one operation of the function.
type OperationInfo struct {
	Name    string  `json:"name" doc:"what an event calls it by, such as cache.get"`
	Gateway string  `json:"gateway"`
	Doc     string  `json:"doc"`
	Input   []Field `json:"input"`
	ByName  bool    `json:"by_name" doc:"whether an event can call it, or only Go code"`
	Changes bool    `json:"changes" doc:"whether it may change something, so that a deployed function runs it only while that is allowed"`
}

// A Field describes one field of an operation's input or output.
type Field struct {
	Name     string `json:"name"`
	Type     string `json:"type" doc:"of JSON: string, number, boolean, list, object, or any"`
	Doc      string `json:"doc,omitempty"`
	Unit     string `json:"unit,omitempty"`
	Required bool   `json:"required,omitempty" doc:"the operation is rejected without it"`
}
