package alexacheck

import (
	"encoding/json"
	"slices"
	"strings"
)

// errorTypes are the types that an ErrorResponse may have, by its namespace.
var errorTypes = map[string]string{
	"Alexa": `ALREADY_IN_OPERATION BRIDGE_UNREACHABLE CLOUD_CONTROL_DISABLED ENDPOINT_BUSY ENDPOINT_LOW_POWER
		ENDPOINT_UNREACHABLE EXPIRED_AUTHORIZATION_CREDENTIAL FIRMWARE_OUT_OF_DATE HARDWARE_MALFUNCTION
		INSUFFICIENT_PERMISSIONS INTERNAL_ERROR INVALID_AUTHORIZATION_CREDENTIAL INVALID_DIRECTIVE INVALID_VALUE
		NO_SUCH_ENDPOINT NOT_CALIBRATED NOT_IN_OPERATION NOT_SUPPORTED_IN_CURRENT_MODE
		NOT_SUPPORTED_WITH_CURRENT_BATTERY_CHARGE_STATE PARTNER_APPLICATION_REDIRECTION POWER_LEVEL_NOT_SUPPORTED
		RATE_LIMIT_EXCEEDED TEMPERATURE_VALUE_OUT_OF_RANGE TOO_MANY_FAILED_ATTEMPTS VALUE_OUT_OF_RANGE`,
	"Alexa.Authorization": `ACCEPT_GRANT_FAILED`,
	"Alexa.ThermostatController": `DUAL_SETPOINTS_UNSUPPORTED REQUESTED_SETPOINTS_TOO_CLOSE THERMOSTAT_IS_OFF
		TRIPLE_SETPOINTS_UNSUPPORTED UNSUPPORTED_THERMOSTAT_MODE UNWILLING_TO_SET_SCHEDULE UNWILLING_TO_SET_VALUE`,
	"Alexa.SecurityPanelController": `AUTHORIZATION_REQUIRED BYPASS_NEEDED NOT_READY UNAUTHORIZED UNCLEARED_ALARM UNCLEARED_TROUBLE`,
	"Alexa.Video":                   `ACTION_NOT_PERMITTED_FOR_CONTENT CONTENT_NOT_FOUND NOT_SUBSCRIBED`,
}

// failure checks an ErrorResponse, which may stand in one of these namespaces.
func (c *check) failure(namespaces ...string) {
	namespace := c.answer.Header.Namespace
	if !slices.Contains(namespaces, namespace) {
		c.fail("an ErrorResponse to %s in namespace %q, want %s", c.asked.kind(), namespace, strings.Join(namespaces, " or "))
		return
	}
	var p struct {
		Type    string  `json:"type"`
		Message *string `json:"message"`
	}
	if err := json.Unmarshal(c.answer.Payload, &p); err != nil {
		c.fail("payload: %v", err)
		return
	}
	types := strings.Fields(errorTypes[namespace])
	if namespace == "Alexa" { // where Home Assistant puts those of an interface too, and Alexa takes it so
		types = append(types, strings.Fields(errorTypes[c.asked.Header.Namespace])...)
	}
	if !slices.Contains(types, p.Type) {
		c.fail("payload.type: %q is no error of %s", p.Type, namespace)
	}
	if p.Message == nil {
		c.fail("payload.message: missing")
	}
}
