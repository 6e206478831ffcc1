package logview

import (
	"strings"

	"github.com/hearthgate/hearthgate/config/wire"
)

// A Filter chooses lines. The zero Filter chooses every line that the function wrote.
type Filter struct {
	Failed bool   // what failed or asked for what the device cannot do
	Denied bool   // what the owner's rules refused; with Failed, both
	Device string // of the device with this name or id, whatever the case; "light.kitchen" and "light#kitchen" are the same
}

// passes reports whether a line is chosen.
func (f Filter) passes(l wire.LogLine) bool {
	if f.Device != "" && !strings.EqualFold(l.Device, f.Device) && !strings.EqualFold(spelled(l.Endpoint), spelled(f.Device)) {
		return false
	}
	return !f.Failed && !f.Denied || f.Failed && Failed(l) || f.Denied && l.Outcome == wire.Denied
}

// spelled returns an endpoint's id as Home Assistant spells it.
func spelled(id string) string { return strings.ReplaceAll(id, "#", ".") }

// pattern returns a pattern of CloudWatch for what passes, and possibly more.
func (f Filter) pattern() string {
	const failed = `($.outcome = "failed") || ($.outcome = "asked_wrongly") || ($.success IS FALSE) || ($.level = "ERROR")`
	const denied = `($.outcome = "denied")`
	switch {
	case f.Failed && f.Denied:
		return "{ " + failed + " || " + denied + " }"
	case f.Failed:
		return "{ " + failed + " }"
	case f.Denied:
		return "{ " + denied + " }"
	}
	return ""
}
