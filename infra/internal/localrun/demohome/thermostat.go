package demohome

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// The range of the thermostat, in °C.
const minTarget, maxTarget = 10, 30

// thermostat controls the heating.
type thermostat struct {
	heating bool
	target  float64 // °C
}

func (t *thermostat) about() about {
	return about{"climate.thermostat", "Thermostat", "THERMOSTAT", []capability{
		has("Alexa.PowerController", "powerState"),
		has("Alexa.ThermostatController", "thermostatMode", "targetSetpoint").
			with("configuration", map[string]any{"supportsScheduling": false, "supportedModes": []string{"HEAT", "OFF"}}),
		has("Alexa.TemperatureSensor", "temperature"), has("Alexa.EndpointHealth", "connectivity"), has("Alexa"),
	}}
}

func (t *thermostat) state() (string, map[string]any) {
	action := either(t.heating, either(t.target > roomTemperature, "heating", "idle"), "off")
	return either(t.heating, "heat", "off"), map[string]any{
		"hvac_modes": []string{"heat", "off"}, "hvac_action": action, "temperature": t.target, "target_temp_step": 0.1,
		"min_temp": minTarget, "max_temp": maxTarget, "current_temperature": roomTemperature, "supported_features": 385,
	}
}

func (t *thermostat) mode() string { return either(t.heating, "HEAT", "OFF") }

func (t *thermostat) properties() []property {
	return []property{
		power(t.heating),
		sample("Alexa.ThermostatController", "thermostatMode", t.mode()),
		sample("Alexa.ThermostatController", "targetSetpoint", celsius(t.target)),
		sample("Alexa.TemperatureSensor", "temperature", celsius(roomTemperature)),
		healthy(),
	}
}

func (t *thermostat) do(c command) ([]property, error) {
	switch c.name {
	case "SetTargetTemperature":
		degrees, err := number(c.payload, "targetSetpoint", "value")
		if err != nil {
			return nil, err
		}
		if text(c.payload, "targetSetpoint", "scale") == "FAHRENHEIT" {
			degrees = (degrees - 32) / 1.8
		}
		return t.aim(degrees)
	case "AdjustTargetTemperature":
		delta, err := number(c.payload, "targetSetpointDelta", "value")
		if err != nil {
			return nil, err
		}
		if text(c.payload, "targetSetpointDelta", "scale") == "FAHRENHEIT" {
			delta /= 1.8
		}
		return t.aim(t.target + delta)
	case "SetThermostatMode":
		mode := text(c.payload, "thermostatMode", "value")
		if mode != "HEAT" && mode != "OFF" {
			return nil, &fault{"UNSUPPORTED_THERMOSTAT_MODE", fmt.Sprintf("The requested thermostat mode %s is not supported", mode)}
		}
		t.heating = mode == "HEAT"
		return said("Alexa.ThermostatController", "thermostatMode", mode), nil
	}
	return nil, c.power(&t.heating)
}

// aim sets the target.
func (t *thermostat) aim(degrees float64) ([]property, error) {
	if degrees < minTarget || degrees > maxTarget {
		return nil, &fault{"TEMPERATURE_VALUE_OUT_OF_RANGE", fmt.Sprintf("The requested temperature %s is out of range", decimal(degrees))}
	}
	t.target = math.Round(degrees*10) / 10
	return said("Alexa.ThermostatController", "targetSetpoint", celsius(t.target)), nil
}

func celsius(degrees float64) map[string]any {
	return map[string]any{"value": json.Number(decimal(degrees)), "scale": "CELSIUS"}
}

// decimal writes a number as Python does: 20 as 20.0.
func decimal(f float64) string {
	s := strconv.FormatFloat(f, 'f', -1, 64)
	if !strings.Contains(s, ".") {
		s += ".0"
	}
	return s
}
