package homeassistant

import (
	"context"
	"fmt"
	"net/http"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/gateway/httpclient"
	"github.com/hearthgate/hearthgate/function/gateway/lambda"
)

// discover asks the home for its devices, as Alexa would.
func (l *ladder) discover(ctx context.Context, s *lambda.DiagnosisStep) error {
	if l.settings.TokenSource == config.Linked {
		s.Tried, s.Found = "nothing", "a discovery takes the token of a linked account"
		return nil
	}
	s.Tried = "a Discover"
	body := `{"directive":{"header":{"namespace":"Alexa.Discovery","name":"Discover","payloadVersion":"3","messageId":"` + core.NewID() + `"},"payload":{"scope":{"type":"BearerToken","token":""}}}}`
	res, err := core.Do(ctx, l.Dispatcher, httpclient.MakeRequest, httpclient.Request{
		Method: http.MethodPost, URL: l.settings.URL + smartHome, Header: http.Header{"Content-Type": {"application/json"}},
		Bearer: l.settings.Token, Body: []byte(body), Idempotent: true,
	})
	if err != nil {
		return err
	}
	s.Found = fmt.Sprint(res.Status)
	_, err = judge(res, l.settings.Token)
	switch {
	case core.CauseOf(err) == core.CauseMalformed:
		return judged(core.CauseMalformed, err.Error(), "see what stands in front of Home Assistant, and look into its log")
	case err != nil:
		return err
	}
	all, err := endpointsOf(res.Body)
	switch {
	case err != nil:
		return err
	case len(all) == 0:
		return core.Errorf(core.NotFound, core.CauseNoEndpoints, "Home Assistant offers no device: look at the filter below `alexa: smart_home:` in configuration.yaml, and at the exposed entities")
	}
	found := sift(all, l.last(ctx, keyFor(l.settings, l.settings.Token)).ids)
	s.Found = fmt.Sprintf("%d endpoints, %d bytes", len(all), len(res.Body))
	if n := len(found.dropped); n > 0 {
		s.Found += fmt.Sprintf("; %d of them are kept from Alexa, which would not take them", n)
	}
	const most = 1 << 10 // bytes of names
	for _, g := range found.groups(most) {
		s.Advice = append(s.Advice, fmt.Sprintf("Alexa does not get %v: %s", g, mendDropped))
	}
	if len(found.endpoints) == 0 {
		return core.Errorf(core.Invalid, core.CauseLimits, "Alexa takes none of the devices that Home Assistant offers: %s", mendDropped)
	}
	return nil
}

const mendDropped = "rename or leave out each of them with `entity_config` or the filter below `alexa: smart_home:`"
