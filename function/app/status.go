package app

import (
	"cmp"
	"context"
	"net/url"
	"strconv"
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
		s.Ready, s.Certificate = true, h.certificate(ctx, settings)
	} else if view, err := core.Do(ctx, h.dispatcher, initialization.GetSettings, core.None{}); err == nil {
		s.Problem, _ = security.Redact(view.Problem)
	}
	if rate, any := h.cache.Rate(); any {
		s.CacheHitRate = &rate
	}
	s.Operations.Calls, s.Operations.Errors, s.Operations.CacheHits = h.metrics.Totals()
	return s
}

// certificate returns how long the home's certificate is valid, which is looked up at
// most every ten minutes; nil if there is none.
func (h host) certificate(ctx context.Context, s *initialization.Settings) *wire.Certificate {
	const maxAge = 10 * time.Minute
	home, err := url.Parse(s.URL)
	if err != nil || home.Scheme != "https" {
		return nil
	}
	port, _ := strconv.Atoi(home.Port()) // 0 stands for the default
	c, err := core.Do(ctx, h.dispatcher, security.CheckCertificate, security.CertificateInput{Host: home.Hostname(), Port: port, MaxAge: core.Seconds(maxAge)})
	if err != nil {
		return nil
	}
	return &wire.Certificate{DaysLeft: c.DaysLeft, Problem: c.Problem}
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

// WarmUp makes ready what the next directive needs, and reports whether the home
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
	return h.reach(ctx, s) == nil, nil
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
