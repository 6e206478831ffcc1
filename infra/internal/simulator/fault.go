package simulator

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
)

// FaultNames are what [Session.Break] breaks.
func FaultNames() []string { return []string{"network", "slow", "token", "ban", "restart"} }

// Faults returns what is broken; nothing for a deployed function.
func (s *Session) Faults() Faults {
	if s.route == nil {
		return Faults{}
	}
	return s.route.current()
}

// Break breaks the way to the home: "network", "slow" with a time such as 6s, "token",
// "ban" or "restart". What is broken already stays so.
func (s *Session) Break(fault, much string) error {
	f := s.Faults()
	if much != "" && fault != "slow" {
		return fmt.Errorf("%q is one word too many: write `break %s`", much, fault)
	}
	switch fault {
	case "network":
		f.Network = true
	case "token":
		f.Token = true
	case "ban":
		f.Ban = true
	case "restart":
		f.Restarting = true
	case "slow":
		const most = time.Minute
		d, err := time.ParseDuration(much)
		if err != nil || d <= 0 || d > most {
			return errors.New("`break slow` needs a time up to 60s: write `break slow 6s`")
		}
		f.Slow = d
	default:
		return fmt.Errorf("%.40q cannot be broken: write `break` and one of %s", fault, strings.Join(FaultNames(), ", "))
	}
	return s.setFaults(f)
}

// Mend mends a fault by its name; "" mends all. A mended
// token is a new one, with which the function starts again.
func (s *Session) Mend(ctx context.Context, fault string) error {
	f := s.Faults()
	tokenWas := f.Token
	switch fault {
	case "":
		f = Faults{}
	case "network":
		f.Network = false
	case "slow":
		f.Slow = 0
	case "token":
		f.Token = false
	case "ban":
		f.Ban = false
	case "restart":
		f.Restarting = false
	default:
		return fmt.Errorf("%.40q is nothing that was broken: write `mend`, which mends all, or `mend` and one of %s", fault, strings.Join(FaultNames(), ", "))
	}
	if err := s.setFaults(f); err != nil || f.Token || !tokenWas {
		return err
	}
	return s.Cold(ctx) // a function on this machine has its token from its start
}

// Cold has the next event meet a fresh process of the function, as Lambda starts one after
// a quiet time: it has paused for nothing, and remembers nothing.
func (s *Session) Cold(ctx context.Context) error {
	if s.route == nil {
		return errors.New("a deployed function is started by Lambda when it decides so: leave --stage out")
	}
	return s.restart(ctx)
}

func (s *Session) setFaults(f Faults) error {
	if s.route == nil {
		return errors.New("a deployed home is not broken from here: leave --stage out to try faults on this machine")
	}
	if err := s.route.set(f, s.options.Watch); err != nil {
		return err
	}
	s.options.Watch()
	return nil
}

// String returns what is broken as a line; "" for nothing.
func (f Faults) String() string {
	var all []string
	for _, is := range []struct {
		so   bool
		text string
	}{{f.Network, "network"}, {f.Slow > 0, "slow " + f.Slow.String()}, {f.Token, "token"}, {f.Ban, "ban"}, {f.Restarting, "restart"}} {
		if is.so {
			all = append(all, is.text)
		}
	}
	return strings.Join(all, ", ")
}
