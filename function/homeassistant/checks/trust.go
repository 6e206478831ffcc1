package checks

import (
	"context"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"slices"
	"time"

	"github.com/hearthgate/hearthgate/config/wire"
	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/gateway/httpclient"
	"github.com/hearthgate/hearthgate/function/homeassistant/transport"
)

// pinned checks whether the home has one of the pinned keys.
func (c *checks) pinned(_ context.Context, s *wire.DiagnosisStep) error {
	s.Tried = fmt.Sprintf("comparing the home's key with the %d that are pinned", len(c.settings.Pins))
	if c.shown == nil {
		s.Found = "the address is http, so there is none"
		return nil
	}
	for _, key := range c.shown.Keys() {
		if slices.Contains(c.settings.Pins, key) {
			s.Found = key
			if len(c.settings.Pins) == 1 {
				s.Advice = append(s.Advice, "one key is pinned: when the home gets another, every directive fails until that is pinned; pin the next key too, or that of the authority (`hearthgate pin`)")
			}
			return nil
		}
	}
	return core.Errorf(core.Unreachable, core.CauseOtherKey, "the home has another key than the pinned ones (%s): if it has a new certificate on purpose, pin its key with `hearthgate pin`; if not, someone else answers there", c.shown.Keys()[0])
}

// clientCertificate checks how long our certificate is good. Whether the home accepts it is
// what the next steps say.
func (c *checks) clientCertificate(_ context.Context, s *wire.DiagnosisStep) error {
	const soon = 30 * 24 * time.Hour
	s.Tried = "reading the client certificate"
	block, _ := pem.Decode([]byte(c.settings.Certificate))
	var own *x509.Certificate
	if block != nil {
		own, _ = x509.ParseCertificate(block.Bytes)
	}
	if own == nil {
		return core.Errorf(core.Internal, core.CauseSettings, "the client certificate cannot be read: store it again with `hearthgate certificate`")
	}
	s.Found = fmt.Sprintf("%s, by %s, valid until %s", own.Subject, own.Issuer, own.NotAfter.Format(time.DateOnly))
	switch left := time.Until(own.NotAfter); {
	case left <= 0:
		return core.Errorf(core.Unreachable, core.CauseExpiredCertificate, "the client certificate ended on %s: make a new one, and store it with `hearthgate certificate`", own.NotAfter.Format(time.DateOnly))
	case left < soon:
		s.Cause = string(core.CauseCertificateEnds)
		s.Advice = append(s.Advice, fmt.Sprintf("the client certificate ends in %d days: make a new one, and store it with `hearthgate certificate`", int(left.Hours()/24)))
	}
	return nil
}

// second checks whether the home answers at its second address too. One that does not is no
// reason to call the home broken.
func (c *checks) second(ctx context.Context, s *wire.DiagnosisStep) error {
	s.Tried = "GET " + transport.SmartHomePath + " at " + c.settings.SecondURL
	res, err := core.Do(ctx, c.Dispatcher, httpclient.MakeRequest, httpclient.Request{URL: c.settings.SecondURL + transport.SmartHomePath, Idempotent: true})
	switch {
	case err != nil:
		problem, fix := sentences(err)
		s.Cause, s.Found = string(core.CauseOf(err)), "no answer"
		s.Advice = append(s.Advice, "the second address does not work, so nothing takes over when the first fails ("+problem+"): "+fix)
	case res.Status != 405: // the endpoint accepts POST alone
		s.Cause, s.Found = string(core.CauseUnexpectedStatus), fmt.Sprint(res.Status)
		s.Advice = append(s.Advice, fmt.Sprintf("the second address does not lead to Home Assistant's Smart Home endpoint (%d), so nothing takes over when the first fails: check it, and what is in front of it", res.Status))
	default:
		s.Found = "it answers"
	}
	return nil
}
