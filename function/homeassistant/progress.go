package homeassistant

import (
	"cmp"
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"time"

	facts "github.com/hearthgate/hearthgate/config/alexa"
	"github.com/hearthgate/hearthgate/function/alexa"
	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/gateway/circuitbreaker"
	"github.com/hearthgate/hearthgate/function/gateway/httpclient"
	"github.com/hearthgate/hearthgate/function/gateway/logging"
)

// tellProgress has Alexa ask the person for a moment when a third of the time has gone
// by, if r allows it. The function that it returns ends that, whether it has been said or
// not, and must be called: nothing may go on when the reply is out.
func (c *Client) tellProgress(ctx context.Context, r alexa.SkillRequest) (end func()) {
	api, ok := c.apiFor(r)
	deadline, limited := ctx.Deadline()
	if !ok || !limited {
		return func() {}
	}
	ctx, cancel := context.WithCancel(ctx)
	var saying sync.WaitGroup
	saying.Go(func() {
		select {
		case <-time.After(time.Until(deadline) / 3):
			c.sayMoment(ctx, r, api)
		case <-ctx.Done():
		}
	})
	return func() {
		cancel()
		saying.Wait()
	}
}

// apiFor returns the address of Alexa's API for r; ok is false if r names none of
// Amazon's, which alone may get its token.
func (c *Client) apiFor(r alexa.SkillRequest) (address string, ok bool) {
	if r.APIToken() == "" || r.ID == "" {
		return "", false
	}
	u, err := url.Parse(r.APIEndpoint)
	if err != nil || u.Scheme != "https" || u.User != nil || !slices.Contains(facts.APIHosts, u.Host) {
		return "", false
	}
	return cmp.Or(c.AlexaAPI, "https://"+u.Host), true
}

// sayMoment sends the progressive response. Whatever comes of it, the reply matters more.
func (c *Client) sayMoment(ctx context.Context, r alexa.SkillRequest, api string) {
	const (
		atMost = time.Second
		limit  = 16 << 10 // of the answer, which is empty
	)
	ctx, cancel := context.WithTimeout(ctx, atMost)
	defer cancel()
	body, err := alexa.Progress(r, alexa.PhrasesFor(r.Locale).Moment)
	if err != nil {
		return
	}
	status := 0
	_, err = core.Do(ctx, c.Dispatcher, circuitbreaker.Call, circuitbreaker.CallInput{
		Breaker: circuitbreaker.AlexaAPI,
		Func: func(ctx context.Context) error {
			res, err := core.Do(ctx, c.Dispatcher, httpclient.MakeRequest, httpclient.Request{
				Method: http.MethodPost, URL: api + alexa.ProgressPath, Header: http.Header{"Content-Type": {"application/json"}},
				Bearer: core.Secret(r.APIToken()), Body: body, Limit: limit,
			})
			status = res.Status
			return err
		},
	})
	logging.Note(ctx, slog.Bool("progress_said", err == nil && status/100 == 2))
}
