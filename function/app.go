package main

import (
	"context"
	"io"
	"net"
	"net/http"
	"sync/atomic"
	"time"

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
)

// Options configure an [App].
type Options struct {
	Getenv func(string) string // default: os.Getenv
	Output io.Writer           // of the log; default: standard output
	Dir    string              // of the files of the cache; default: it keeps none
	Amazon string              // address of Login with Amazon; default: that of the region

	Dial func(ctx context.Context, network, address string) (net.Conn, error) // makes connections; default: TCP
}

// An App answers events. It wires the gateways together and is the only place
// that knows them all.
type App struct {
	dispatcher *core.Dispatcher
	settings   func() *initialization.Settings
	due        func() bool // whether the settings are to be read again
	cache      *cache.Store
	once       *singleton.Store
	metrics    *metrics.Registry
	log        *logging.Log
	guard      *utility.Guard                      // of the cost: says which optional work may run
	keeper     *security.Keeper                    // knows who may do what
	health     map[core.Gateway]func() core.Health // of the gateways that keep something
	book       lambda.Book

	began      time.Time       // when the process started
	ready      time.Time       // when Start ended
	started    []metrics.Stage // of Start
	events     atomic.Int64    // that came so far
	answers    atomic.Int64    // of them, directives
	tableCalls atomic.Int64    // to the cache's table
	tidied     atomic.Int64    // when it was tidied up, in nanoseconds since 1970
}

// tooSlow is when an answer of the home says that it is in trouble: Amazon warns the
// owner of a skill when a tenth of its answers takes so long.
const tooSlow = 5 * time.Second

// NewApp wires an App.
func NewApp(o Options) *App {
	a := &App{began: time.Now()}
	a.guard = &utility.Guard{Usage: a.usage}
	a.once = &singleton.Store{Resident: metrics.RSS, Limit: memoryMB() * 1e6}
	client := &httpclient.Client{Dial: o.Dial}
	breakers := &circuitbreaker.Breakers{Policies: map[string]circuitbreaker.Policy{
		circuitbreaker.HomeAssistant: {SlowCall: core.Seconds(tooSlow)},
	}}
	log := logging.New(logging.Options{
		Output: o.Output, Metrics: a.emf, Facts: a.lineFacts, Scrub: func(text string) (string, int) { return a.keeper.Scrub(text) },
		Debug: func() bool { return a.guard.Allows(utility.DebugLines) },
	})
	a.log = log
	var start *initialization.Starter
	a.metrics = metrics.New(metrics.Options{
		MemoryMB:       memoryMB(),
		LogBytes:       log.Bytes,
		ParameterCalls: func() int64 { return start.Decryptions() },
		CacheCalls:     a.tableCalls.Load,
		Start:          a.startFacts,
		Keep:           a.keepFigures,
		Kept:           a.keptFigures,
	})
	a.cache = a.levels(o, client, func(ctx context.Context, r *http.Request, body []byte) error {
		return start.Sign(ctx, r, body, "dynamodb")
	})
	a.keeper = security.New(security.Options{Profile: a.profile(o), Identities: a.cache.Shelf(cache.Identity), Verify: client.Verify})
	start = initialization.New(initialization.Options{
		Getenv: o.Getenv,
		Shelf:  a.cache.Shelf(cache.Settings),
		Apply:  apply(log, client, a.keeper),

		Transport: client,
		Guard:     a.guarded(circuitbreaker.Parameters),
		Parts: []initialization.Part{
			{Name: "cache", Cleanup: a.cache.Cleanup},
			{Name: "metrics", Cleanup: a.metrics.Cleanup},
			{Name: "security", Cleanup: a.keeper.Cleanup},
			{Name: "singleton", Cleanup: a.once.Cleanup},
			{Name: "http_client", Cleanup: client.Cleanup},
			{Name: "circuit_breaker", Cleanup: breakers.Cleanup},
			{Name: "logging", Cleanup: log.Cleanup},
		},
	})
	a.settings, a.due = start.Settings, start.Due

	a.dispatcher = core.NewDispatcher(
		utility.Service(),
		log.Service(),
		a.metrics.Service(),
		start.Service(),
		a.keeper.Service(),
		a.cache.Service(),
		a.once.Service(),
	)
	home := &homeassistant.Client{Dispatcher: a.dispatcher, Settings: start.Settings}

	utility.Bind(a.dispatcher, utility.Options{Guard: a.guard, Memory: memory, Dir: o.Dir, Getenv: o.Getenv})
	logging.Bind(a.dispatcher, log)
	metrics.Bind(a.dispatcher, a.metrics)
	initialization.Bind(a.dispatcher, start)
	security.Bind(a.dispatcher, a.keeper)
	cache.Bind(a.dispatcher, a.cache)
	singleton.Bind(a.dispatcher, a.once)
	httpclient.Bind(a.dispatcher, client)
	circuitbreaker.Bind(a.dispatcher, breakers)
	lambda.Bind(a.dispatcher, lambda.Options{
		Forward:   home.Forward,
		LastKnown: home.LastKnown,
		Admit:     a.admit,
		Converse:  home.Converse,
		Intent:    home.Intent,
		Execute:   a.execute,
		Validate:  security.Validate,
		Authorize: a.authorize,
		Facts:     a.facts,
		Where:     where,
		WarmUp:    a.warmUp,
		Diagnose:  home.Diagnose,
		Specs:     a.dispatcher.Specs,
		Probes:    func() bool { return a.guard.Allows(utility.Probes) },
		Book:      &a.book,
	})
	a.health = map[core.Gateway]func() core.Health{
		core.Cache:          a.cache.Health,
		core.Logging:        log.Health,
		core.Metrics:        a.metrics.Health,
		core.Initialization: start.Health,
		core.Singleton:      a.once.Health,
		core.Security:       a.keeper.Health,
		core.Utility:        a.guard.Health,
		core.HTTPClient:     client.Health,
		core.CircuitBreaker: breakers.Health,
	}
	a.stages()
	return a
}
