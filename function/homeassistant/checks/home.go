package checks

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/config/wire"
	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/gateway/httpclient"
	"github.com/hearthgate/hearthgate/function/homeassistant"
	"github.com/hearthgate/hearthgate/function/homeassistant/transport"
)

// showToken shows the stored token to the home. A linked account's token comes with each
// directive, and a request without one would count as a wrong token.
func (c *checks) showToken(ctx context.Context, s *wire.DiagnosisStep) error {
	if c.settings.TokenSource == config.Linked {
		s.Tried, s.Found = "nothing", "the token comes with each directive, so there is none to try"
		return nil
	}
	s.Tried = "GET /api/ with the token"
	res, err := c.get(ctx, "/api/")
	if err != nil {
		return err
	}
	s.Found = fmt.Sprint(res.Status)
	switch {
	case res.Status == http.StatusNotFound:
		return core.Errorf(core.Unreachable, core.CauseNotHomeAssistant, "what answers at the address is not Home Assistant (404 to GET /api/): check the address, and what the proxy passes on")
	case res.Status != http.StatusOK:
		return homeassistant.StatusError(res, c.token)
	case !strings.Contains(string(res.Body), "API running"):
		return core.Errorf(core.Unreachable, core.CauseNotHomeAssistant, "what answers at the address is not Home Assistant (200 without its words to GET /api/): check the address, and what the proxy shows instead")
	}
	return nil
}

// endpoint checks whether Home Assistant offers the Smart Home endpoint.
func (c *checks) endpoint(ctx context.Context, s *wire.DiagnosisStep) error {
	s.Tried = "GET " + transport.SmartHomePath
	res, err := core.Do(ctx, c.Dispatcher, httpclient.MakeRequest, httpclient.Request{URL: c.settings.URL + transport.SmartHomePath, Idempotent: true})
	if err != nil {
		return err
	}
	s.Found = fmt.Sprint(res.Status)
	switch res.Status {
	case http.StatusMethodNotAllowed: // it exists, and accepts POST
		return nil
	case http.StatusNotFound:
		return c.absent(ctx)
	}
	return homeassistant.StatusError(res, c.token)
}

// absent says why there is no endpoint: Home Assistant's configuration knows whether it
// is still starting.
func (c *checks) absent(ctx context.Context) error {
	if state := c.Transport(c.settings).State(ctx, c.token.Secret); state != "" {
		if state != transport.Running {
			return core.Errorf(core.Unreachable, core.CauseStarting, "Home Assistant is still starting (404, its state is %.40s): wait a minute", state)
		}
		return core.Errorf(core.Unreachable, core.CauseNotConfigured, "Home Assistant runs and has no Smart Home endpoint (404): write `alexa:` and below it `smart_home:` into configuration.yaml and restart it")
	}
	return core.Errorf(core.Unreachable, core.CauseNotConfigured, "there is no Smart Home endpoint (404): `alexa:` with `smart_home:` is missing in configuration.yaml, or Home Assistant is still starting")
}
