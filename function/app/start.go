package app

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/config/policy"
	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/gateway/cache"
	"github.com/hearthgate/hearthgate/function/gateway/httpclient"
	"github.com/hearthgate/hearthgate/function/gateway/initialization"
	"github.com/hearthgate/hearthgate/function/gateway/logging"
	"github.com/hearthgate/hearthgate/function/gateway/metrics"
	"github.com/hearthgate/hearthgate/function/gateway/security"
)

// Start makes the function ready before the first event. It logs what is missing or
// wrong; directives are then answered with an error until that is fixed.
func (a *App) Start(ctx context.Context) {
	const atMost = 4 * time.Second // of the 10 s that Lambda gives the start
	ctx, cancel := context.WithTimeout(ctx, atMost)
	defer cancel()
	status, err := core.Do(ctx, a.dispatcher, initialization.Run, core.None{})
	if err != nil {
		status.Problem = err.Error()
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
	now := time.Now()
	start := metrics.Start{Took: core.Seconds(now.Sub(a.began))}
	for _, s := range status.Stages {
		start.Stages = append(start.Stages, metrics.Stage{Name: s.Name, Took: s.Duration, Problem: s.Problem})
	}
	a.start.Store(&start)
	a.ready.Store(now.UnixNano())
}

// startSoFar returns how the start went, as far as it is known.
func (a *App) startSoFar() metrics.Start {
	if s := a.start.Load(); s != nil {
		return *s
	}
	return metrics.Start{Took: core.Seconds(time.Since(a.began))}
}

// addStages adds the stages of the start that need more than the settings.
func (a *App) addStages() {
	for _, stage := range []initialization.Dependency{
		{Stage: "cache", After: []string{initialization.ParametersStage}, Run: a.preload},
		{Stage: "connections", After: []string{initialization.ParametersStage}, Run: a.connect,
			Early: (*initialization.Settings).HasAddress,
			Again: func(before, now *initialization.Settings) bool {
				return !slices.Equal(addresses(before), addresses(now))
			}},
	} {
		if _, err := core.Do(context.Background(), a.dispatcher, initialization.AddStage, stage); err != nil {
			panic(err) // a mistake in this list
		}
	}
}

// preload loads what earlier processes used most into the cache.
func (a *App) preload(ctx context.Context, _ *initialization.Settings) error {
	_, err := core.Do(ctx, a.dispatcher, cache.Preload, cache.PreloadInput{})
	return err
}

// connect makes the connection to the home ahead of the first directive, whose error
// says more if the home is unreachable. No one waits for further homes.
func (a *App) connect(ctx context.Context, s *initialization.Settings) error {
	for _, own := range s.Homes {
		go func() { _ = a.reach(context.WithoutCancel(ctx), own) }()
	}
	_ = a.reach(ctx, s)
	return nil
}

// reach connects to the home of settings, if there is no connection.
func (a *App) reach(ctx context.Context, s *initialization.Settings) error {
	const atMost = 2 * time.Second
	if s.Problem != nil {
		return s.Problem
	}
	ctx, cancel := context.WithTimeout(ctx, atMost)
	defer cancel()
	return a.homes.Of(s.Home).Connect(ctx, s)
}

// addresses returns the addresses of all homes.
func addresses(s *initialization.Settings) (all []string) {
	for _, own := range s.Each() {
		all = append(all, own.Address())
	}
	return all
}

// apply puts settings into effect.
type apply struct {
	*App
	client *httpclient.Client
	sealer *security.Sealer
}

func (a apply) settings(s *initialization.Settings) error {
	a.log.Configure(s.LogLevel)
	if err := checkHome(s); err != nil {
		return err
	}
	policies := map[string]string{}
	for _, own := range s.Homes {
		own.Problem = cmp.Or(own.Problem, checkHome(own))
		// The rules of a home that is not asked now hold too: an earlier directive may be on
		// its way there. Rules that cannot be read hold it back by themselves.
		if _, err := policy.Parse(own.Policy); err == nil && own.Policy != "" {
			policies[own.Home] = own.Policy
		}
	}
	if err := a.authorizer.Configure(security.Access{
		SkillIDs: s.SkillIDs, AllowedUsers: s.AllowedUsers, Application: s.AmazonClient, Policy: s.Policy, Policies: policies,
		Conversation: s.Conversation, Linked: s.TokenSource == config.Linked,
	}); err != nil {
		return err
	}
	a.redactor.SetLiterals(secrets(s))
	switch {
	case s.Connection == config.Relay: // there is no token; this lasts as long as /tmp does
		a.sealer.SetToken(core.Secret(a.getenv("AWS_SECRET_ACCESS_KEY")))
	case s.TokenSource == config.Stored:
		a.sealer.SetToken(s.Token)
	default:
		a.sealer.SetToken("")
	}
	a.applied.Store(s)
	if !s.HasAddress() {
		return nil // it may yet be among the parameters
	}
	conf := httpclient.Config{Home: homeOf(s)}
	for _, own := range s.Each() {
		if own != s && own.Problem == nil && own.HasAddress() {
			conf.More = append(conf.More, homeOf(own))
		}
		if own.SecondURL != "" && own.Problem == nil {
			second := homeOf(own)
			second.Address = own.SecondURL
			conf.More = append(conf.More, second)
		}
	}
	return a.client.Configure(conf)
}

// checkHome checks what the client would reject, by the names that the settings have.
func checkHome(s *initialization.Settings) error {
	if err := (httpclient.Home{CA: s.CA}).Check(); err != nil {
		return fmt.Errorf("%s: %w", config.HomeVariable(config.EnvCA, s.Home), err)
	}
	if err := (httpclient.Home{Headers: s.Headers}).Check(); err != nil {
		return fmt.Errorf("%s: %w", config.HomeVariable(config.EnvHeaders, s.Home), err)
	}
	if err := (httpclient.Home{Pins: s.Pins}).Check(); err != nil {
		return fmt.Errorf("%s: %w", config.HomeVariable(config.EnvPins, s.Home), err)
	}
	if err := (httpclient.Home{Certificate: s.Certificate, Key: s.Key}).Check(); err != nil {
		return fmt.Errorf("%s: %w", config.HomeVariable(config.EnvClientCertificate, s.Home), err)
	}
	return nil
}

// homeOf returns how the home of settings is connected to.
func homeOf(s *initialization.Settings) httpclient.Home {
	return httpclient.Home{
		Address: s.Address(), Headers: s.Headers, CA: s.CA, Insecure: !s.VerifySSL,
		Certificate: s.Certificate, Key: s.Key, Pins: s.Pins,
	}
}

// secrets returns the literal secrets of settings.
func secrets(s *initialization.Settings) (all []core.Secret) {
	for _, own := range s.Each() {
		all = append(all, own.Token, own.Key)
		for _, value := range own.Headers {
			all = append(all, value)
		}
	}
	return all
}
