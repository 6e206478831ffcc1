package simulator

import (
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/hearthgate/hearthgate/infra/internal/invoke"
	"github.com/hearthgate/hearthgate/infra/internal/localrun/homestate"
	"github.com/hearthgate/hearthgate/infra/internal/simulator/grammar"
)

// A Device is an endpoint of the last discovery.
type Device struct {
	ID       string `json:"id"` // as Alexa spells it: "light#kitchen_light"
	Name     string `json:"name"`
	Category string `json:"category"`       // such as LIGHT
	Room     string `json:"room,omitempty"` // default: not known
	State    string `json:"state"`          // "on, brightness 40 %"; "" where it is not known
	Level    int    `json:"-"`              // in percent: the brightness, or how far it is open
	Target   string `json:"-"`              // of a thermostat, in degrees; "" for none

	capabilities []capability
}

// Entity returns the id as Home Assistant spells it.
func (d Device) Entity() string { return homestate.EntityID(d.ID) }

// is keeps a state that the home has said.
func (d *Device) is(e homestate.Entity) {
	d.State, d.Level, d.Target = e.String(), 0, ""
	if b, ok := e.Attributes["brightness"].(float64); ok {
		d.Level = int(math.Round(b / 255 * 100))
	}
	if p, ok := e.Attributes["current_position"].(float64); ok {
		d.Level = int(p)
	}
	if t, ok := e.Attributes["temperature"].(float64); ok {
		d.Target = strconv.FormatFloat(t, 'f', -1, 64)
	}
}

// A capability is one interface of a device.
type capability struct {
	Interface string `json:"interface"`
	Instance  string `json:"instance"`
	Semantics struct {
		Actions []struct {
			Type      string   `json:"@type"`
			Actions   []string `json:"actions"`
			Directive struct {
				Name    string          `json:"name"`
				Payload json.RawMessage `json:"payload"`
			} `json:"directive"`
		} `json:"actionMappings"`
	} `json:"semantics"`
}

// Has reports whether the device has an interface, such as Alexa.PowerController.
func (d Device) Has(name string) bool { return d.capability(name) != nil }

// capability returns the first capability of that interface, nil if there is none.
func (d Device) capability(name string) *capability {
	i := slices.IndexFunc(d.capabilities, func(c capability) bool { return c.Interface == name })
	if i < 0 {
		return nil
	}
	return &d.capabilities[i]
}

// discovered reads the devices of a reply to a Discover.
func discovered(payload []byte) []Device {
	var reply struct {
		Event struct {
			Payload struct {
				Endpoints []struct {
					ID           string       `json:"endpointId"`
					Name         string       `json:"friendlyName"`
					Categories   []string     `json:"displayCategories"`
					Capabilities []capability `json:"capabilities"`
				} `json:"endpoints"`
			} `json:"payload"`
		} `json:"event"`
	}
	if json.Unmarshal(payload, &reply) != nil {
		return nil
	}
	var all []Device
	for _, e := range reply.Event.Payload.Endpoints {
		all = append(all, Device{ID: e.ID, Name: e.Name, Category: strings.Join(e.Categories, ", "), capabilities: e.Capabilities})
	}
	return all
}

// An order is a directive for one device, or for the home as a whole.
type order struct {
	namespace, name string
	device          Device // zero: for the home as a whole
	instance        string
	payload         string // JSON; default: {}
}

// event returns the order as Alexa would send it.
func (o order) event(token string) []byte {
	return invoke.WithInstance(invoke.Directive(o.namespace, o.name, o.device.ID, o.payload, token), o.instance)
}

// changes reports whether the order may change something in the home.
func (o order) changes() bool {
	return o.name != "ReportState" && o.name != "Discover"
}

// order returns the directive that Alexa sends to a device for what was said; ok is false
// if the device does not support it.
func (d Device) order(r grammar.Reading) (o order, ok bool) {
	for _, way := range ways[r.Action] {
		c := d.capability(way.namespace)
		if c == nil {
			continue
		}
		if way.action != "" {
			if o, ok := d.mapped(way.namespace, way.action); ok {
				return o, true
			}
			continue
		}
		payload := ""
		if way.payload != nil {
			payload = way.payload(r)
		}
		return order{way.namespace, way.name, d, c.Instance, payload}, true
	}
	if r.Action.Question() {
		return order{namespace: "Alexa", name: "ReportState", device: d}, true
	}
	return order{}, false
}

// mapped returns the directive that the discovery maps an action to, such as
// Alexa.Actions.Open.
func (d Device) mapped(namespace, action string) (order, bool) {
	for _, c := range d.capabilities {
		for _, m := range c.Semantics.Actions {
			if c.Interface == namespace && slices.Contains(m.Actions, action) {
				return order{namespace, m.Directive.Name, d, c.Instance, string(m.Directive.Payload)}, true
			}
		}
	}
	return order{}, false
}
