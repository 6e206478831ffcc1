package demohome

// furnish returns the devices of a new home.
func furnish() []device {
	kitchen := &light{id: "light.kitchen_light", name: "Kitchen Light", level: 128}
	return []device{
		kitchen,
		&light{id: "light.color_light", name: "Color Light", level: 128, coloured: true, hue: 30, saturation: 50, kelvin: 4000},
		&outlet{},
		&lock{locked: true},
		&blind{position: 40},
		&thermostat{heating: true, target: 20},
		&window{},
		&thermometer{},
		&scene{light: kitchen},
	}
}

const roomTemperature = 20.5 // °C, whatever the thermostat does: the demo is over before a room is warm

// outlet is a switch.
type outlet struct{ on bool }

func (o *outlet) about() about {
	return about{"switch.outlet", "Outlet", "SWITCH", []capability{
		has("Alexa.PowerController", "powerState"), has("Alexa.ContactSensor", "detectionState"),
		has("Alexa.EndpointHealth", "connectivity"), has("Alexa"),
	}}
}

func (o *outlet) state() (string, map[string]any) { return either(o.on, "on", "off"), map[string]any{} }

func (o *outlet) properties() []property {
	return []property{power(o.on), sample("Alexa.ContactSensor", "detectionState", either(o.on, "DETECTED", "NOT_DETECTED")), healthy()}
}

func (o *outlet) do(c command) ([]property, error) { return nil, c.power(&o.on) }

// power handles the commands that turn something on or off.
func (c command) power(on *bool) error {
	if c.namespace != "Alexa.PowerController" {
		return errUnknown
	}
	*on = c.name == "TurnOn"
	return nil
}

// lock is the lock of a front door.
type lock struct{ locked bool }

func (l *lock) about() about {
	return about{"lock.front_door", "Front Door", "SMARTLOCK", []capability{
		has("Alexa.LockController", "lockState"), has("Alexa.EndpointHealth", "connectivity"), has("Alexa"),
	}}
}

func (l *lock) state() (string, map[string]any) {
	return either(l.locked, "locked", "unlocked"), map[string]any{"supported_features": 0}
}

func (l *lock) alexa() string { return either(l.locked, "LOCKED", "UNLOCKED") }

func (l *lock) properties() []property {
	return []property{sample("Alexa.LockController", "lockState", l.alexa()), healthy()}
}

func (l *lock) do(c command) ([]property, error) {
	if c.namespace != "Alexa.LockController" {
		return nil, errUnknown
	}
	l.locked = c.name == "Lock"
	return said("Alexa.LockController", "lockState", l.alexa()), nil
}

// window is a contact sensor.
type window struct{ open bool }

func (s *window) about() about {
	return about{"binary_sensor.window", "Window", "CONTACT_SENSOR", []capability{
		has("Alexa.ContactSensor", "detectionState"), has("Alexa.EndpointHealth", "connectivity"), has("Alexa"),
	}}
}

func (s *window) state() (string, map[string]any) {
	return either(s.open, "on", "off"), map[string]any{"device_class": "window"}
}

func (s *window) properties() []property {
	return []property{sample("Alexa.ContactSensor", "detectionState", either(s.open, "DETECTED", "NOT_DETECTED")), healthy()}
}

func (s *window) do(command) ([]property, error) { return nil, errUnknown }

// thermometer is a temperature sensor.
type thermometer struct{}

func (*thermometer) about() about {
	return about{"sensor.room_temperature", "Room Temperature", "TEMPERATURE_SENSOR", []capability{
		has("Alexa.TemperatureSensor", "temperature"), has("Alexa.EndpointHealth", "connectivity"), has("Alexa"),
	}}
}

func (*thermometer) state() (string, map[string]any) {
	return decimal(roomTemperature), map[string]any{"device_class": "temperature", "unit_of_measurement": "°C"}
}

func (*thermometer) properties() []property {
	return []property{sample("Alexa.TemperatureSensor", "temperature", celsius(roomTemperature)), healthy()}
}

func (*thermometer) do(command) ([]property, error) { return nil, errUnknown }

// scene dims the light for a film.
type scene struct {
	light     *light
	activated string
}

func (s *scene) about() about {
	return about{"scene.movie", "Movie", "SCENE_TRIGGER", []capability{
		has("Alexa.SceneController").with("supportsDeactivation", false), has("Alexa"),
	}}
}

func (s *scene) state() (string, map[string]any) {
	return either(s.activated == "", "unknown", s.activated), map[string]any{"id": "movie", "entity_id": []string{s.light.id}}
}

func (s *scene) properties() []property { return []property{} }

func (s *scene) do(c command) ([]property, error) {
	if c.namespace != "Alexa.SceneController" {
		return nil, errUnknown
	}
	s.activated = stamp()
	s.light.on, s.light.level = true, 50
	return nil, nil
}
