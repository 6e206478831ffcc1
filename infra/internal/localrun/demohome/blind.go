package demohome

import "encoding/json"

// blind is a cover with a position, 0 closed to 100 open.
type blind struct{ position int }

const blindInstance = "cover.position"

func (b *blind) about() about {
	position := has("Alexa.RangeController", "rangeValue").
		with("instance", blindInstance).
		with("capabilityResources", json.RawMessage(`{"friendlyNames":[{"@type":"text","value":{"text":"Position","locale":"en-US"}},{"@type":"asset","value":{"assetId":"Alexa.Setting.Opening"}}]}`)).
		with("configuration", json.RawMessage(`{"supportedRange":{"minimumValue":0,"maximumValue":100,"precision":1},"unitOfMeasure":"Alexa.Unit.Percent"}`)).
		with("semantics", json.RawMessage(`{"actionMappings":[`+
			`{"@type":"ActionsToDirective","actions":["Alexa.Actions.Lower","Alexa.Actions.Close"],"directive":{"name":"SetRangeValue","payload":{"rangeValue":0}}},`+
			`{"@type":"ActionsToDirective","actions":["Alexa.Actions.Raise","Alexa.Actions.Open"],"directive":{"name":"SetRangeValue","payload":{"rangeValue":100}}}],`+
			`"stateMappings":[{"@type":"StatesToValue","states":["Alexa.States.Closed"],"value":0},`+
			`{"@type":"StatesToRange","states":["Alexa.States.Open"],"range":{"minimumValue":1,"maximumValue":100}}]}`))
	return about{"cover.blind", "Blind", "INTERIOR_BLIND", []capability{
		has("Alexa.PowerController", "powerState"), position, has("Alexa.EndpointHealth", "connectivity"), has("Alexa"),
	}}
}

func (b *blind) state() (string, map[string]any) {
	return either(b.position > 0, "open", "closed"), map[string]any{"current_position": b.position, "device_class": "blind", "supported_features": 7}
}

func (b *blind) properties() []property {
	position := sample("Alexa.RangeController", "rangeValue", b.position)
	position.Instance = blindInstance
	return []property{power(b.position > 0), position, healthy()}
}

func (b *blind) do(c command) ([]property, error) {
	if c.namespace == "Alexa.PowerController" {
		b.position = 0
		if c.name == "TurnOn" {
			b.position = 100
		}
		return nil, nil
	}
	if c.namespace != "Alexa.RangeController" {
		return nil, errUnknown
	}
	if c.instance != blindInstance {
		return nil, errInstance
	}
	position, err := number(c.payload, "rangeValue")
	if c.name == "AdjustRangeValue" {
		position, err = number(c.payload, "rangeValueDelta")
		position += float64(b.position)
		position = min(max(position, 0), 100)
	}
	if err != nil || position < 0 || position > 100 {
		return nil, errUnknown
	}
	b.position = int(position)
	reply := said("Alexa.RangeController", "rangeValue", b.position)
	reply[0].Instance = blindInstance
	return reply, nil
}
