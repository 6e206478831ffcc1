package doctor

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/config/relay"
	"github.com/hearthgate/hearthgate/config/wire"
	"github.com/hearthgate/hearthgate/infra/internal/awsaccount"
	"github.com/hearthgate/hearthgate/infra/internal/invoke"
)

// certificates checks that one certificate of the home is active, and one only. It returns
// those that are too.
func (t *Target) certificates(ctx context.Context) (step Step, active []awsaccount.Certificate) {
	step = check("relay_certificate", "reading the certificates of the home")
	all, err := t.Account.Certificates(ctx, relay.HomeClient(t.Stage.RelayName()))
	switch {
	case awsaccount.CodeOf(err) == awsaccount.NotFound:
		return step.failed(Setup, "relay_certificate", "the relay is not deployed", "run `hearthgate deploy --stage "+t.Stage.Name+"`"), nil
	case err != nil:
		return step.refused(err), nil
	}
	active = slices.DeleteFunc(slices.Clone(all), func(c awsaccount.Certificate) bool { return !c.Active })
	pair := "`hearthgate pair --stage " + t.Stage.FullName()
	switch {
	case len(all) == 0:
		return step.failed(Setup, "relay_certificate", "no home is paired with the stage", "run "+pair+"`"), nil
	case len(active) == 0:
		return step.failed(Setup, "relay_certificate", "the home's certificate is not active, so it cannot connect", "run "+pair+" --renew`"), nil
	}
	last := active[len(active)-1]
	found := named(last)
	if len(active) > 1 {
		return step.good(found, fmt.Sprintf("%d certificates may connect as this home, and two that do end each other's connection: "+pair+" --list` shows them, and --revoke ends those that are not used", len(active))), active
	}
	return step.good(found), active
}

func named(c awsaccount.Certificate) string {
	return fmt.Sprintf("%.12s, made %s", c.ID, c.Created.Format(time.DateOnly))
}

// certificateUse checks with which of the active certificates the home connects: it says so
// itself, in its presence. A certificate that no one uses may be one that was pasted nowhere.
func (t *Target) certificateUse(ctx context.Context, active []awsaccount.Certificate) Step {
	step := check("relay_certificate_use", "asking the function with which certificate the home is connected")
	r, err := t.present(ctx)
	if err != nil {
		return step.unsure(err.Error())
	}
	pair := "`hearthgate pair --stage " + t.Stage.FullName()
	last := active[len(active)-1]
	switch {
	case r.State == wire.Never:
		return step.good("no one has connected", fmt.Sprintf("the certificate %s is unused: no Home Assistant has connected with one yet. If "+pair+"` printed a line, paste it into the integration hearthgate in Home Assistant; else run "+pair+" --renew`", named(last)))
	case r.Certificate == "" && r.State == relay.Online && r.Since.Before(last.Created):
		return step.good("not "+named(last), fmt.Sprintf("the home is connected since before that certificate was made, so it has not taken it over: paste the line that `hearthgate pair --renew` printed into the integration hearthgate in Home Assistant, or end the certificate with "+pair+" --revoke %.12s`", last.ID))
	case r.Certificate == "":
		return step.unsure("the home does not say with which certificate it connects, or not yet: its integration is older than this hearthgate")
	}
	i := slices.IndexFunc(active, func(c awsaccount.Certificate) bool { return c.ID == r.Certificate })
	if i < 0 {
		return step.good(fmt.Sprintf("%.12s, which is not active", r.Certificate), fmt.Sprintf("the home connected last with a certificate that may not connect any more; %s is unused: paste the line that "+pair+" --renew` prints into the integration hearthgate in Home Assistant", named(last)))
	}
	var advice []string
	for _, c := range active {
		switch {
		case c.Created.After(active[i].Created):
			advice = append(advice, fmt.Sprintf("%s is newer, and the home has not taken it over: paste the line that `hearthgate pair --renew` printed into the integration hearthgate in Home Assistant, or end it with "+pair+" --revoke %.12s`", named(c), c.ID))
		case c.ID != r.Certificate:
			advice = append(advice, fmt.Sprintf("the home has taken over a newer certificate than %s: end that one with "+pair+" --revoke %.12s`", named(c), c.ID))
		}
	}
	return step.good(named(active[i]), advice...)
}

// present returns what the function says of the connection of the home. Its error says why
// it does not.
func (t *Target) present(ctx context.Context) (wire.Relay, error) {
	s, response, err := invoke.Deployed(t.Account, config.FunctionName(t.Stage.Name), config.Alias).Status(ctx)
	switch {
	case err != nil:
		return wire.Relay{}, err
	case !response.Success:
		return wire.Relay{}, fmt.Errorf("the function does not report its status: %s", response.Message)
	}
	for _, r := range s.Relays {
		if r.Home == t.Stage.HomeName() && r.State != "" && (r.State == wire.Never || r.Since != nil) {
			return r, nil
		}
		if r.Home == t.Stage.HomeName() && r.Problem != "" {
			return wire.Relay{}, fmt.Errorf("%s", invoke.Sentence(r.Problem))
		}
	}
	return wire.Relay{}, fmt.Errorf("the deployed function is older than this check")
}
