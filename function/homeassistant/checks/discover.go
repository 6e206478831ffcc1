package checks

import (
	"context"
	"fmt"
	"net/http"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/config/wire"
	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/gateway/httpclient"
	"github.com/hearthgate/hearthgate/function/homeassistant"
)

// discover asks the home for its devices, as Alexa would.
func (c *checks) discover(ctx context.Context, s *wire.DiagnosisStep) error {
	if c.settings.TokenSource == config.Linked {
		s.Tried, s.Found = "nothing", "a discovery needs the token of a linked account"
		return nil
	}
	s.Tried = "a Discover"
	body := `{"directive":{"header":{"namespace":"Alexa.Discovery","name":"Discover","payloadVersion":"3","messageId":"` + core.NewID() + `"},"payload":{"scope":{"type":"BearerToken","token":""}}}}`
	res, err := core.Do(ctx, c.Dispatcher, httpclient.MakeRequest, httpclient.Request{
		Method: http.MethodPost, URL: c.settings.URL + homeassistant.SmartHomePath, Header: http.Header{"Content-Type": {"application/json"}},
		Bearer: c.token, Body: []byte(body), Idempotent: true,
	})
	if err != nil {
		return err
	}
	s.Found = fmt.Sprint(res.Status)
	_, err = homeassistant.Classify(res, c.token)
	switch {
	case core.CauseOf(err) == core.CauseMalformed:
		return verdict(core.CauseMalformed, err.Error(), "check what is in front of Home Assistant, and look into its log")
	case err != nil:
		return err
	}
	all, err := homeassistant.Endpoints(res.Body)
	switch {
	case err != nil:
		return err
	case len(all) == 0:
		return core.Errorf(core.NotFound, core.CauseNoEndpoints, "Home Assistant offers no device: look at the filter below `alexa: smart_home:` in configuration.yaml, and at the exposed entities")
	}
	found := homeassistant.FilterEndpoints(all, c.KnownIDs(ctx, c.settings))
	s.Found = fmt.Sprintf("%d endpoints, %d bytes", len(all), len(res.Body))
	const most = 1 << 10 // bytes of names
	count, reasons := found.Dropped(most)
	if count > 0 {
		s.Found += fmt.Sprintf("; %d of them are dropped, as Alexa would not accept them", count)
	}
	for _, reason := range reasons {
		s.Advice = append(s.Advice, fmt.Sprintf("Alexa does not get %s: %s", reason, fixDropped))
	}
	if len(found.Endpoints) == 0 {
		return core.Errorf(core.Invalid, core.CauseLimits, "Alexa accepts none of the devices that Home Assistant offers: %s", fixDropped)
	}
	return nil
}

const fixDropped = "rename or leave out each of them with `entity_config` or the filter below `alexa: smart_home:`"
