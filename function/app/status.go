package app

import (
	"cmp"
	"context"
	"net/url"
	"strconv"
	"sync"
	"time"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/config/wire"
	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/gateway/initialization"
	"github.com/hearthgate/hearthgate/function/gateway/lambda"
	"github.com/hearthgate/hearthgate/function/gateway/logging"
	"github.com/hearthgate/hearthgate/function/gateway/metrics"
	"github.com/hearthgate/hearthgate/function/gateway/security"
	"github.com/hearthgate/hearthgate/function/gateway/utility"
	"github.com/hearthgate/hearthgate/function/homeassistant/transport"
)

// host is the process, as the lambda gateway sees it.
type host struct{ *App }

// Specs returns the operations that can be run.
func (h host) Specs() []*core.Spec { return h.dispatcher.Specs() }

// Snapshot returns what a status is computed from.
func (h host) Snapshot(ctx context.Context) lambda.Snapshot {
	s := lambda.Snapshot{
		Version: config.Version(), Stage: h.stage(), Since: h.began,
		MemoryUsed: metrics.RSS() >> 20, MemoryLimit: h.memoryMB(), Gateways: h.dispatcher.Health(),
	}
	if settings := h.loader.Settings(); settings != nil {
		s.Paused = pauses(settings)
		s.Ready, s.Certificate, s.Relays = true, h.certificate(ctx, settings), h.relays(ctx, settings)
	} else if view, err := core.Do(ctx, h.dispatcher, initialization.GetSettings, core.None{}); err == nil {
		s.Problem, _ = security.Redact(view.Problem)
	}
	if rate, any := h.cache.Rate(); any {
		s.CacheHitRate = &rate
	}
	s.Operations.Calls, s.Operations.Errors, s.Operations.CacheHits = h.metrics.Totals()
	return s
}

// pauses returns the homes that are paused.
func pauses(s *initialization.Settings) (all []wire.Pause) {
	for _, own := range s.Each() {
		if p := own.Pause(); p != nil {
			all = append(all, wire.Pause{Home: own.Home, Until: p.Until, Reason: p.Reason})
		}
	}
	return all
}

// certificate returns how long the certificate of the home is valid, of several homes that
// which ends first; nil if there is none. It is looked up at most every ten minutes.
func (h host) certificate(ctx context.Context, s *initialization.Settings) (first *wire.Certificate) {
	const maxAge = 10 * time.Minute
	for _, own := range s.Each() {
		home, err := url.Parse(own.URL)
		if err != nil || home.Scheme != "https" {
			continue
		}
		port, _ := strconv.Atoi(home.Port()) // 0 stands for the default
		c, err := core.Do(ctx, h.dispatcher, security.CheckCertificate, security.CertificateInput{Host: home.Hostname(), Port: port, MaxAge: core.Seconds(maxAge)})
		if err == nil && (first == nil || c.DaysLeft < first.DaysLeft) {
			first = &wire.Certificate{DaysLeft: c.DaysLeft, Problem: c.Problem}
		}
	}
	return first
}

// relays returns which of the homes behind a relay are connected, the first one first.
func (h host) relays(ctx context.Context, s *initialization.Settings) []wire.Relay {
	var behind []transport.Relay
	var all []wire.Relay
	for _, home := range s.Each() {
		if r, ok := h.homes.Transport(home).(transport.Relay); ok {
			behind, all = append(behind, r), append(all, wire.Relay{Home: home.Home})
		}
	}
	const atMost = 2 * time.Second
	ctx, cancel := context.WithTimeout(ctx, atMost)
	defer cancel()
	var reading sync.WaitGroup
	for i := range all {
		reading.Go(func() { present(ctx, behind[i], &all[i]) })
	}
	reading.Wait()
	return all
}

// present writes what the home at the far end of a relay says about itself.
func present(ctx context.Context, to transport.Relay, r *wire.Relay) {
	p, err := to.Presence(ctx)
	if err == nil {
		r.State, r.Integration, r.Protocol, r.HomeAssistant = cmp.Or(p.State, wire.Never), p.Version, p.Protocol, p.HomeAssistant
		r.Certificate, r.TakenOver = p.Certificate, p.TakenOver
		err = transport.Unready(p)
	}
	if p.Since > 0 {
		since := time.UnixMilli(p.Since).UTC()
		r.Since = &since
	}
	if err != nil {
		r.Problem, _ = security.Redact(err.Error())
	}
}

// Where returns which invocation ctx belongs to.
func (h host) Where(ctx context.Context) lambda.Invocation {
	return lambda.Invocation{
		RequestID:   logging.RequestID(ctx),
		Function:    cmp.Or(h.getenv("AWS_LAMBDA_FUNCTION_NAME"), "local"),
		Version:     h.getenv("AWS_LAMBDA_FUNCTION_VERSION"),
		Region:      h.getenv("AWS_REGION"),
		MemoryLimit: h.memoryMB(),
		MemoryUsed:  metrics.RSS() >> 20,
	}
}

// WarmUp makes ready what the next directive needs, and reports whether every home
// answered.
func (h host) WarmUp(ctx context.Context) (bool, error) {
	status, err := core.Do(ctx, h.dispatcher, initialization.Run, core.None{})
	if err != nil {
		return false, err
	}
	s := h.loader.Settings()
	if s == nil {
		return false, core.Errorf(core.Internal, core.CauseSettings, "the function is not ready: %s", status.Problem)
	}
	reached := make(chan bool)
	for _, own := range s.Each() {
		go func() { reached <- h.reach(ctx, own) == nil }()
	}
	all := true
	for range 1 + len(s.Homes) {
		all = <-reached && all
	}
	return all, nil
}

// stage returns the stage's name.
func (a *App) stage() string {
	if s := a.applied.Load(); s != nil {
		return s.Stage
	}
	return cmp.Or(a.getenv(config.EnvStage), "unknown")
}

// usage returns what the cost guard decides by.
func (a *App) usage() []utility.Usage {
	var all []utility.Usage
	for _, l := range a.metrics.Usage().Limits {
		if l.Limit > 0 {
			all = append(all, utility.Usage{Name: l.Name, Used: l.Month, Limit: l.Limit})
		}
	}
	return all
}

// memory returns the resident set and the function's memory, in bytes.
func (a *App) memory() (used, limit int64) { return metrics.RSS(), a.memoryMB() << 20 }

// memoryMB returns the memory of the function, in what Lambda calls MB: 2^20 bytes.
func (a *App) memoryMB() int64 { return int64(initialization.Size(a.getenv)) }
