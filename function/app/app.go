// Package app is the function put together: it builds the ten gateways and the home,
// answers events with them, and works after the reply.
package app

import (
	"context"
	"io"
	"net"
	"os"
	"sync/atomic"
	"time"

	"github.com/hearthgate/hearthgate/config"
	facts "github.com/hearthgate/hearthgate/config/alexa"
	"github.com/hearthgate/hearthgate/function/access"
	"github.com/hearthgate/hearthgate/function/amazon"
	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/gateway/cache"
	"github.com/hearthgate/hearthgate/function/gateway/circuitbreaker"
	"github.com/hearthgate/hearthgate/function/gateway/httpclient"
	"github.com/hearthgate/hearthgate/function/gateway/initialization"
	"github.com/hearthgate/hearthgate/function/gateway/lambda"
	"github.com/hearthgate/hearthgate/function/gateway/logging"
	"github.com/hearthgate/hearthgate/function/gateway/metrics"
	"github.com/hearthgate/hearthgate/function/gateway/security"
	"github.com/hearthgate/hearthgate/function/gateway/singleton"
	"github.com/hearthgate/hearthgate/function/gateway/utility"
	"github.com/hearthgate/hearthgate/function/homeassistant"
	"github.com/hearthgate/hearthgate/function/homeassistant/transport"
)

// Options configure an [App].
type Options struct {
	Getenv func(string) string // default: os.Getenv
	Output io.Writer           // of the log; default: standard output
	Dir    string              // for the files of the cache; default: no disk level
	Amazon string              // address of Login with Amazon; default: that of the region
	Alexa  string              // address of Alexa's API; default: the one that a request names

	Dial func(ctx context.Context, network, address string) (net.Conn, error) // makes connections; default: TCP
}

// An App answers events. It is safe for concurrent use.
type App struct {
	getenv     func(string) string
	dispatcher *core.Dispatcher
	cache      *cache.Store
	metrics    *metrics.Registry
	costs      *utility.CostGuard
	log        *logging.Log
	loader     *initialization.Loader
	homes      *homeassistant.Homes
	due        func() bool // whether the settings are due to be read again
	authorizer *security.Authorizer
	redactor   *security.Redactor
	singletons *singleton.Store
	stats      *lambda.InvocationStats

	began     time.Time                               // when the process started
	start     atomic.Pointer[metrics.Start]           // how the start went; nil until it ended
	ready     atomic.Int64                            // when it ended, in nanoseconds since 1970
	events    atomic.Int64                            // that came so far
	answers   atomic.Int64                            // of them, directives and skill requests
	cleanedUp atomic.Int64                            // when, in nanoseconds since 1970
	applied   atomic.Pointer[initialization.Settings] // the settings in effect last
}

// New returns an App. Each part is complete before the next one gets it; the one
// exception is the dispatcher, through which parts reach others and which knows its
// modules at the end. Until then an operation fails with [core.CauseUnbound].
func New(o Options) *App {
	if o.Getenv == nil {
		o.Getenv = os.Getenv
	}
	if o.Output == nil {
		o.Output = os.Stdout
	}
	a := &App{
		getenv: o.Getenv, dispatcher: new(core.Dispatcher), redactor: new(security.Redactor),
		stats: new(lambda.InvocationStats), began: time.Now(),
	}
	var (
		output         = &countingWriter{w: o.Output}
		parameterCalls = new(atomic.Int64)
		tableCalls     = new(atomic.Int64)
		sealer         = new(security.Sealer)
		client         = &httpclient.Client{Dial: o.Dial, UserAgent: "hearthgate/" + config.Version(), PublicOnly: deployed(o.Getenv)}
		breakers       = &circuitbreaker.Breakers{Policies: map[string]circuitbreaker.Policy{
			homeassistant.Breaker:       {SlowCall: core.Seconds(facts.SlowReply)},
			homeassistant.SecondBreaker: {SlowCall: core.Seconds(facts.SlowReply)},
		}}
	)
	a.singletons = &singleton.Store{Resident: metrics.RSS, Limit: a.memoryMB() << 20}
	a.metrics = metrics.New(metrics.Options{
		MemoryMB: a.memoryMB(), LogBytes: output.written.Load, ParameterCalls: parameterCalls, CacheCalls: tableCalls,
		Start: a.startSoFar, Keep: a.keepSnapshot, Kept: a.keptSnapshot,
	})
	a.costs = &utility.CostGuard{Usage: a.usage}
	a.cache = cache.New(a.cacheOptions(o, sealer, client, tableCalls))
	a.log = logging.New(logging.Options{
		Output: output, Version: config.Version(), Redact: a.redactor.Redact,
		Metrics: a.appendEMF, ProcessAttrs: a.appendProcess,
		Debug: func() bool { return a.costs.Allows(utility.DebugLines) },
	})
	profile := &amazon.Client{URL: o.Amazon, Region: o.Getenv("AWS_REGION"), Application: a.application, Get: a.askAmazon}
	a.authorizer = security.New(security.Options{Profile: profile.UserID, Sealer: sealer, Redactor: a.redactor, ByName: client.DialPublic, Verify: client.Verify})
	a.loader = initialization.New(initialization.Options{
		Getenv: o.Getenv, Cache: a.cache.Namespace(cache.Settings), Decryptions: parameterCalls,
		Apply:     apply{a, client, sealer}.settings,
		Reclaim:   a.dispatcher.Cleanup,
		Transport: client, Guard: a.guarded(circuitbreaker.Parameters),
	})
	a.due = a.loader.Due
	sign := func(ctx context.Context, host string) (string, error) {
		return initialization.Presign(ctx, o.Getenv, host)
	}
	homeOf := func(settings func() *initialization.Settings) *homeassistant.Client {
		return &homeassistant.Client{
			Dispatcher: a.dispatcher, Settings: settings, Line: transport.NewLine(client.DialHome, sign),
			Names: a.cache.Namespace(cache.Discovery), AlexaAPI: o.Alexa,
		}
	}
	a.homes = &homeassistant.Homes{Client: homeOf(a.loader.Settings), Further: homeOf, Allow: rules{a}.allow}
	a.dispatcher.Install(
		a.cache,
		a.singletons,
		a.authorizer,
		a.log,
		a.metrics,
		client,
		utility.New(utility.Options{Guard: a.costs, Memory: a.memory, Dir: o.Dir, Getenv: o.Getenv}),
		a.loader,
		lambda.New(lambda.Options{
			Home:   home{a.homes, a.redactor},
			Access: access.Door{Rules: rules{a}}, Host: host{a}, Stats: a.stats,
			Probes: func() bool { return a.costs.Allows(utility.Probes) },
		}),
		breakers,
	)
	a.addStages()
	return a
}

// guarded returns what runs a function behind a circuit breaker.
func (a *App) guarded(breaker string) func(context.Context, func(context.Context) error) error {
	return func(ctx context.Context, f func(context.Context) error) error {
		_, err := core.Do(ctx, a.dispatcher, circuitbreaker.Call, circuitbreaker.CallInput{Breaker: breaker, Func: f})
		return err
	}
}

// A countingWriter counts the bytes that were written to w.
type countingWriter struct {
	w       io.Writer
	written atomic.Int64
}

func (c *countingWriter) Write(b []byte) (int, error) {
	n, err := c.w.Write(b)
	c.written.Add(int64(n))
	return n, err
}
