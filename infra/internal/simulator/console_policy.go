package simulator

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/hearthgate/hearthgate/infra/internal/invoke"
	"github.com/hearthgate/hearthgate/infra/internal/invoke/policyview"
	"github.com/hearthgate/hearthgate/infra/internal/simulator/cloudwatch"
)

func (c *Console) policy(ctx context.Context, rest string) error {
	v, err := c.Session.Policy(ctx)
	if err != nil {
		return err
	}
	if rest == "" {
		v.Report(time.Now()).Show(c.Out)
		return nil
	}
	name, device, _ := strings.Cut(rest, " ")
	verdicts, err := v.Try(name, strings.Trim(device, `"' `), time.Now())
	if err != nil {
		return err
	}
	policyview.Verdicts(verdicts).Show(c.Out)
	return nil
}

// Policy asks the function for its policy.
func (s *Session) Policy(ctx context.Context) (*policyview.View, error) {
	settings, err := s.target.Settings(ctx)
	if err != nil {
		return nil, err
	}
	v, err := policyview.New(s.Where, settings)
	if err != nil {
		return nil, err
	}
	for _, d := range s.Devices() {
		known := invoke.Device{ID: d.ID, Name: d.Name}
		for _, has := range d.capabilities {
			known.Interfaces = append(known.Interfaces, has.Interface)
		}
		v.Devices = append(v.Devices, known)
	}
	if len(v.Devices) == 0 {
		v.Missing = "the discovery returned none; `hearthgate doctor` says why"
	}
	return v, nil
}

func (c *Console) alarms(context.Context, string) error {
	all, err := c.Session.Alarms(time.Now())
	switch {
	case err != nil:
		return err
	case all == nil:
		return errors.New("the alarms of a deployed stage are in CloudWatch: `hearthgate status` shows them")
	}
	t := c.Out.Table("  ")
	for _, a := range all {
		state := c.Out.Good(string(a.State))
		if a.State == cloudwatch.InAlarm {
			state = c.Out.Bad(string(a.State))
		}
		t.Row(a.Name, state, c.Out.Dim(a.Text))
	}
	t.Flush()
	return nil
}
