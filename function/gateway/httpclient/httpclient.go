// Package httpclient is the HTTP client gateway: the one way out.
//
//	operation        input               output
//	make_request     Request             Response
//	batch            BatchInput          Batch
//	warm_up          WarmUpInput         Visit
//	health_check     HealthInput         Checkup
//	status           core.None         Status
//	configure        Config              Configuration
//	configuration    core.None  Configuration
//	validate_config  ValidateInput       Validation
//	set_timeout      Timeouts            Timeouts
//	reset            core.None          Status
//
// There is one pool of connections, kept alive between invocations, over HTTP/2
// where the far side speaks it, and with TLS sessions that are taken up again.
// Answers may come compressed; requests are sent as they are, for they are short
// and not everything in front of a home unpacks them. Redirects are answers like
// any other: followed, they would carry the token to another host, or turn a
// command into a GET.
//
// # Time
//
// A request ends with its context. So that one phase that hangs does not take all
// the time there is, a connection must be dialled by 3/8 of it and its handshake
// be over by 5/8; a question that waits on a connection that was there before must
// hear something by 5/8 too. What is cut off so is tried once more, if that is
// safe, and the second try has the rest. Bytes that nobody acknowledges for four
// seconds end their connection, so that a path that has died is known before the
// time is up.
//
// # Retries
//
// A request is sent again at most once, on a new connection, and only when half a
// second or more is left: a question ([Request.IsQuery]) after whatever may have
// been a mishap, and any other one only when not one byte of it has left. On Linux
// a connection that was idle is looked at first, and nothing is written to one that
// the far side has ended, as a home does that restarts while the function is frozen.
// What would fail alike (a certificate, a name that does not exist, a port that nobody
// listens at) is not tried again.
//
// # Trust
//
// Certificates are verified against the few authorities that sign most of the
// web's, which are part of the program, for reading the system's takes a good part
// of a cold start. One that they do not know is looked up in the system's then, on
// a second connection.
package httpclient

import "github.com/hearthgate/hearthgate/function/core"

// Operations of the gateway.
var (
	// MakeRequest sends a request and reads the whole answer.
	MakeRequest = core.Define[Request, Response](core.HTTPClient, "make_request",
		"Send one HTTP request and return the whole answer, whatever its status.")

	// SendBatch sends several requests side by side.
	SendBatch = core.Define[BatchInput, Batch](core.HTTPClient, "batch",
		"Send several HTTP requests, so many at a time, and return for each its answer or what it failed with, in their order.")

	// WarmUp makes a connection ahead of the request that will need it.
	WarmUp = core.Define[WarmUpInput, Visit](core.HTTPClient, "warm_up",
		"Dial and shake hands with a host ahead of the first request, and return how long each phase took.")

	// CheckHealth says how the way out is doing.
	CheckHealth = core.Define[HealthInput, Checkup](core.HTTPClient, "health_check",
		"Return the health of the way out, computed from its latest requests, and with an address what a request to it came to.")

	// GetStatus returns what the pool of connections did so far.
	GetStatus = core.Define[core.None, Status](core.HTTPClient, "status",
		"Return what the pool of connections holds, and what it did since the process started or the last reset.")

	// Configure changes how requests are sent.
	Configure = core.Define[Config, Configuration](core.HTTPClient, "configure",
		"Change how requests are sent by this process, and return the configuration in effect; what is left out stays as it is.")

	// GetConfiguration returns how requests are sent.
	GetConfiguration = core.Define[core.None, Configuration](core.HTTPClient, "configuration",
		"Return the configuration in effect; of secrets only that they are there.")

	// ValidateConfig looks at a configuration without taking it.
	ValidateConfig = core.Define[ValidateInput, Validation](core.HTTPClient, "validate_config",
		"Return what is wrong with a configuration, what should not stay so, and what it would be, without taking it.")

	// SetTimeout changes the time-outs alone.
	SetTimeout = core.Define[Timeouts, Timeouts](core.HTTPClient, "set_timeout",
		"Change the time-outs of requests sent from now on, and return those in effect.")

	// Reset makes everything as it was after the start.
	Reset = core.Define[core.None, Status](core.HTTPClient, "reset",
		"Close the idle connections, take the configuration that the program started with, and count anew; return what was counted until now.")
)

// Gateway returns [core.HTTPClient].
func (*Client) Gateway() core.Gateway { return core.HTTPClient }

// Bind binds the operations of the gateway to d.
func (c *Client) Bind(d *core.Dispatcher) {
	core.Handle(d, MakeRequest, c.makeRequest)
	core.Handle(d, SendBatch, c.batch)
	core.Handle(d, WarmUp, c.warmUp)
	core.Handle(d, CheckHealth, c.checkHealth)
	core.Handle(d, GetStatus, c.status)
	core.Handle(d, Configure, c.change)
	core.Handle(d, GetConfiguration, c.configuration)
	core.Handle(d, ValidateConfig, c.validate)
	core.Handle(d, SetTimeout, c.setTimeout)
	core.Handle(d, Reset, c.reset)
}
