// Package circuitbreaker is the circuit breaker gateway: leave a sick home alone.
//
//	operation  input           output
//	call       CallInput       struct{}
//	breaker    BreakerInput    Status
//	create     CreateInput     Status
//	configure  ConfigureInput  Status
//	validate   ValidateInput   Validation
//	status     StatusInput     Status
//	all        core.None        All
//	metrics    MetricsInput    Metrics
//	reset      ResetInput      Status
//	reset_all  core.None   All
//	delete     DeleteInput     Metrics
//
// There is one breaker for each thing outside that a call can wait for. It counts
// as failures what says something against the far side: what the caller says, else
// kinds Unreachable and RateLimited; a panic; and, if its policy has a time for it,
// what took too long. That the caller went away says nothing.
//
// A breaker that has opened refuses every call for a while, and lets a question
// through then, for the sake of which nobody is told wrong if it fails. A command
// waits a little longer for a question to have gone first, and goes itself if none
// came. With the default policy a home that is back is reached within four
// seconds, by whoever comes.
package circuitbreaker

import (
	"context"

	"github.com/hearthgate/hearthgate/function/core"
)

// Names of the breakers that the program has. A second home would have one of its
// own.
const (
	HomeAssistant   = "home_assistant"
	Parameters      = "parameters"
	ExternalCache   = "external_cache"
	LoginWithAmazon = "login_with_amazon"
)

// Operations of the gateway.
var (
	// Call runs a function unless its breaker is open.
	Call = core.Define[CallInput, struct{}](core.CircuitBreaker, "call",
		"Run a function, unless its breaker is open: then an error of kind unavailable.")

	// GetBreaker returns a breaker, and makes it if there is none.
	GetBreaker = core.Define[BreakerInput, Status](core.CircuitBreaker, "breaker",
		"Return the state of a breaker, making it if there is none of that name.")

	// Create makes a breaker.
	Create = core.Define[CreateInput, Status](core.CircuitBreaker, "create",
		"Make a breaker with a policy of its own, and return its state; one that is there already is an error.")

	// Configure changes the policy of a breaker.
	Configure = core.Define[ConfigureInput, Status](core.CircuitBreaker, "configure",
		"Change the policy of a breaker, which starts closed again, and return its state; what is left out stays as it is.")

	// Validate looks at a policy without taking it.
	Validate = core.Define[ValidateInput, Validation](core.CircuitBreaker, "validate",
		"Return what a policy would come to, what is wrong with it, and what should not stay so, without taking it.")

	// GetStatus returns the state of a breaker.
	GetStatus = core.Define[StatusInput, Status](core.CircuitBreaker, "status",
		"Return the state of a breaker and what it counted.")

	// GetAll returns the state of every breaker.
	GetAll = core.Define[core.None, All](core.CircuitBreaker, "all",
		"Return the state of every breaker, by name.")

	// GetMetrics returns what breakers did since they were made.
	GetMetrics = core.Define[MetricsInput, Metrics](core.CircuitBreaker, "metrics",
		"Return what breakers did since they were made: calls, failures, refusals, and how often each opened.")

	// Reset closes a breaker and forgets what it counted.
	Reset = core.Define[ResetInput, Status](core.CircuitBreaker, "reset",
		"Close a breaker and forget what it counted.")

	// ResetAll closes every breaker.
	ResetAll = core.Define[core.None, All](core.CircuitBreaker, "reset_all",
		"Close every breaker and forget what they counted; return their states.")

	// Delete forgets a breaker.
	Delete = core.Define[DeleteInput, Metrics](core.CircuitBreaker, "delete",
		"Forget a breaker, and return what it did; the next call that names it makes a new one.")
)

// A CallInput is the input of [Call].
type CallInput struct {
	Breaker string                      `json:"breaker"` // one breaker each name, made at its first call
	Func    func(context.Context) error `json:"func"`
	Counts  func(error) bool            `json:"counts"`   // whether a failure counts; default: see the package
	IsQuery bool                        `json:"is_query"` // it changes nothing, so it may be the one that tries whether the far side is back
}

// Gateway returns [core.CircuitBreaker].
func (*Breakers) Gateway() core.Gateway { return core.CircuitBreaker }

// Bind binds the operations of the gateway to d.
func (b *Breakers) Bind(d *core.Dispatcher) {
	core.Handle(d, Call, b.call)
	core.Handle(d, GetBreaker, checked(b.getOrMake))
	core.Handle(d, Create, checked(b.create))
	core.Handle(d, Configure, checked(b.configure))
	core.Handle(d, Validate, b.validate)
	core.Handle(d, GetStatus, checked(b.status))
	core.Handle(d, GetAll, b.all)
	core.Handle(d, GetMetrics, b.metrics)
	core.Handle(d, Reset, checked(b.reset))
	core.Handle(d, ResetAll, b.resetAll)
	core.Handle(d, Delete, checked(b.delete))
}

// checked returns f behind its input's own Check. The service of the security
// gateway would see to it, but the matrix has none for this gateway.
func checked[In interface{ Check() error }, Out any](f func(context.Context, In) (Out, error)) func(context.Context, In) (Out, error) {
	return func(ctx context.Context, in In) (out Out, err error) {
		if err := in.Check(); err != nil {
			return out, &core.Error{Kind: core.Invalid, Cause: core.CauseInput, Err: err}
		}
		return f(ctx, in)
	}
}
