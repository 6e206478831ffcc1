// Package circuitbreaker is the circuit breaker gateway: leave a sick home alone.
//
//	operation  input        output
//	call       CallInput    struct{}
//	status     StatusInput  Status
//	reset      ResetInput   Status
//
// A breaker counts as failures what says something against the far side: what
// the caller says, else kinds Unreachable and RateLimited, and a panic.
package circuitbreaker

import (
	"context"
	"errors"
	"time"

	"github.com/hearthgate/hearthgate/function/core"
)

// Operations of the gateway.
var (
	// Call runs a function unless its breaker is open.
	Call = core.Define[CallInput, struct{}](core.CircuitBreaker, "call",
		"Run a function, unless its breaker is open: then an error of kind unavailable.")

	// GetStatus returns the state of a breaker.
	GetStatus = core.Define[StatusInput, Status](core.CircuitBreaker, "status",
		"Return the state of a breaker and what it counted.")

	// Reset closes a breaker and forgets what it counted.
	Reset = core.Define[ResetInput, Status](core.CircuitBreaker, "reset",
		"Close a breaker and forget what it counted.")
)

// A CallInput is the input of [Call].
type CallInput struct {
	Breaker string                      `json:"breaker"` // one breaker each name, made at its first call
	Func    func(context.Context) error `json:"func"`
	Counts  func(error) bool            `json:"counts"` // whether a failure counts; default: see the package
}

// A StatusInput is the input of [GetStatus].
type StatusInput struct {
	Breaker string `json:"breaker" doc:"its name, such as home_assistant"`
}

// Check refuses an input without a name.
func (in StatusInput) Check() error {
	if in.Breaker == "" {
		return errors.New("field breaker is missing")
	}
	return nil
}

// A ResetInput is the input of [Reset].
type ResetInput = StatusInput

// A Status is the state of a breaker.
type Status struct {
	Breaker             string       `json:"breaker"`
	State               string       `json:"state" doc:"closed, half-open or open"`
	Requests            uint32       `json:"requests" doc:"in the counting window"`
	Failures            uint32       `json:"failures" doc:"in the counting window"`
	ConsecutiveFailures uint32       `json:"consecutive_failures"`
	OpenFor             core.Seconds `json:"open_for_seconds" doc:"how long an open breaker stays open before it lets a probe through" unit:"s"`
}

// Options configure the breakers.
type Options struct {
	Threshold uint32        // default: 5 failures in a row open a breaker
	Open      time.Duration // default: 4 s open before a probe is let through, so that a home that is back is asked within five
	Window    time.Duration // default: a closed breaker forgets its counts each 60 s
}

// Bind binds the operations of the gateway to d.
func Bind(d *core.Dispatcher, o Options) {
	g := newGateway(o)
	core.Handle(d, Call, g.call)
	core.Handle(d, GetStatus, g.status)
	core.Handle(d, Reset, g.reset)
}
