package alexa

import (
	"encoding/json"

	"github.com/hearthgate/hearthgate/config/strictjson"
)

// WithEndpoint returns d for another endpoint, and otherwise as it came.
func (d Directive) WithEndpoint(id string) Directive {
	d.raw = strictjson.Replace(d.raw, quoted(id), "directive", "endpoint", "endpointId")
	d.EndpointID = id
	return d
}

// FromEndpoint returns a reply that is about an endpoint as one about another one; a reply
// that is about none as it is.
func FromEndpoint(reply json.RawMessage, id string) json.RawMessage {
	return strictjson.Replace(reply, quoted(id), "event", "endpoint", "endpointId")
}

// Renamed returns a discovered endpoint with another id and another name.
func Renamed(endpoint json.RawMessage, id, name string) json.RawMessage {
	return strictjson.Replace(strictjson.Replace(endpoint, quoted(id), "endpointId"), quoted(name), "friendlyName")
}

func quoted(text string) []byte {
	b, _ := json.Marshal(text) // text: cannot fail
	return b
}
