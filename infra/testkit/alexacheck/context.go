package alexacheck

import "encoding/json"

// context checks the properties beside the message. A state report must have
// some; another reply may.
func (c *check) context() {
	if len(c.answer.context) == 0 {
		if c.answer.is("Alexa", "StateReport") {
			c.fail("context: missing, a state report is made of it")
		}
		return
	}
	var in struct {
		Properties []struct {
			Namespace    string          `json:"namespace"`
			Name         string          `json:"name"`
			Instance     string          `json:"instance"`
			Value        json.RawMessage `json:"value"`
			TimeOfSample string          `json:"timeOfSample"`
			Uncertainty  *float64        `json:"uncertaintyInMilliseconds"`
		} `json:"properties"`
	}
	if err := json.Unmarshal(c.answer.context, &in); err != nil {
		c.fail("context: %v", err)
		return
	}
	if in.Properties == nil {
		c.fail("context.properties: missing")
	}
	type key struct{ namespace, name, instance string }
	seen := map[key]bool{}
	for _, p := range in.Properties {
		where := "context property " + p.Namespace + "." + p.Name
		if p.Namespace == "" || p.Name == "" {
			c.fail("%s: namespace or name is missing", where)
		}
		if k := (key{p.Namespace, p.Name, p.Instance}); seen[k] {
			c.fail("%s: twice", where)
		} else {
			seen[k] = true
		}
		if len(p.Value) == 0 || string(p.Value) == "null" {
			c.fail("%s: no value", where)
		}
		// Home Assistant leaves both out of a property that a command has set,
		// and Alexa takes it so.
		bare := p.TimeOfSample == "" && p.Uncertainty == nil && !c.answer.is("Alexa", "StateReport")
		if bare {
			continue
		}
		c.time(where+" timeOfSample", p.TimeOfSample)
		if p.Uncertainty == nil || *p.Uncertainty < 0 {
			c.fail("%s: uncertaintyInMilliseconds is missing or negative", where)
		}
		if p.Namespace == "Alexa.EndpointHealth" && p.Name == "connectivity" {
			c.connectivity(p.Value)
		}
	}
}

func (c *check) connectivity(value json.RawMessage) {
	var v struct{ Value string }
	if err := json.Unmarshal(value, &v); err != nil || v.Value != "OK" && v.Value != "UNREACHABLE" {
		c.fail(`connectivity: %s, want {"value": "OK"} or {"value": "UNREACHABLE"}`, value)
	}
}
