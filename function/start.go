package main

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/gateway/cache"
	"github.com/hearthgate/hearthgate/function/gateway/httpclient"
	"github.com/hearthgate/hearthgate/function/gateway/initialization"
	"github.com/hearthgate/hearthgate/function/gateway/logging"
	"github.com/hearthgate/hearthgate/function/gateway/metrics"
	"github.com/hearthgate/hearthgate/function/gateway/security"
)

// Start makes the function ready, before the first event is asked for. What is
// missing or wrong goes to the log; directives are then answered with an error
// until it is mended.
func (a *App) Start(ctx context.Context) {
	const atMost = 4 * time.Second // of the 10 s that Lambda gives the start
	ctx, cancel := context.WithTimeout(ctx, atMost)
	defer cancel()
	status, err := core.Do(ctx, a.dispatcher, initialization.Run, core.None{})
	if err != nil {
		status.Problem = err.Error()
	}
	for _, stage := range status.Stages {
		a.started = append(a.started, metrics.Stage{Name: stage.Name, Took: stage.Duration, Problem: stage.Problem})
	}
	write := func(level slog.Level, text string) {
		_, _ = core.Do(ctx, a.dispatcher, logging.Write, logging.WriteInput{Level: level, Message: text})
	}
	for _, warning := range status.Warnings {
		write(slog.LevelWarn, warning)
	}
	if status.Problem != "" {
		write(slog.LevelError, "the function is not ready: "+status.Problem)
	}
	a.ready = time.Now()
}

// stages adds to the start what other gateways need of it. It is called once, so
// what would be wrong with a stage is a mistake in this list.
func (a *App) stages() {
	for _, stage := range []initialization.Dependency{
		{Stage: "cache", After: []string{initialization.ParametersStage}, Run: a.preload},
		{Stage: "connections", After: []string{initialization.ParametersStage}, Run: a.connect,
			Early: (*initialization.Settings).HasURL,
			Again: func(before, now *initialization.Settings) bool { return before.URL != now.URL }},
	} {
		if _, err := core.Do(context.Background(), a.dispatcher, initialization.Depend, stage); err != nil {
			panic(err)
		}
	}
}

// preload has the cache load what processes before this one used most.
func (a *App) preload(ctx context.Context, _ *initialization.Settings) error {
	_, err := core.Do(ctx, a.dispatcher, cache.Preload, cache.PreloadInput{})
	return err
}

// connect makes the connection to the home ahead of the first directive. A home that
// is away is told with that.
func (a *App) connect(ctx context.Context, s *initialization.Settings) error {
	_ = a.reach(ctx, s.URL)
	return nil
}

// reach asks the home for what does nothing: a GET of the endpoint, which it answers
// with 405 and without a token.
func (a *App) reach(ctx context.Context, url string) error {
	const atMost = 2 * time.Second
	ctx, cancel := context.WithTimeout(ctx, atMost)
	defer cancel()
	_, err := core.Do(ctx, a.dispatcher, httpclient.WarmUp, httpclient.WarmUpInput{URL: url + "/api/alexa/smart_home"})
	return err
}

// apply returns what puts settings into effect.
func apply(log *logging.Log, client *httpclient.Client, keeper *security.Keeper) func(*initialization.Settings) error {
	return func(s *initialization.Settings) error {
		log.Configure(s.LogLevel)
		if err := (httpclient.Config{CA: s.CA}).Check(); err != nil {
			return fmt.Errorf("%s: %w", config.EnvCA, err)
		}
		if err := (httpclient.Config{Headers: s.Headers}).Check(); err != nil {
			return fmt.Errorf("%s: %w", config.EnvHeaders, err)
		}
		if err := keeper.Configure(security.Access{
			SkillIDs: s.SkillIDs, AllowedUsers: s.AllowedUsers, Policy: s.Policy, Linked: s.TokenSource == config.Linked, Token: storedToken(s),
		}); err != nil {
			return err
		}
		if !s.HasURL() {
			return nil // it may yet be among the parameters
		}
		return client.Configure(httpclient.Config{Home: s.URL, Headers: s.Headers, CA: s.CA, Insecure: !s.VerifySSL})
	}
}
