package alexa

import (
	"encoding/json"
	"errors"
	"fmt"
)

// ReportStateFor returns the question for the state of the endpoint of d, with d's
// endpoint as it came, token included, and d's correlation token.
func ReportStateFor(d Directive, messageID string) (Directive, error) {
	var endpoint json.RawMessage
	err := members(d.raw, map[string]func([]byte) error{"directive": func(directive []byte) error {
		return members(directive, map[string]func([]byte) error{"endpoint": func(value []byte) error {
			endpoint = value
			return nil
		}})
	}})
	if err != nil || endpoint == nil {
		return Directive{}, errors.Join(fmt.Errorf("%v has no endpoint", d), err)
	}
	question := Directive{
		Header: Header{
			Namespace: "Alexa", Name: "ReportState", MessageID: messageID,
			CorrelationToken: d.Header.CorrelationToken, PayloadVersion: "3",
		},
		EndpointID: d.EndpointID, token: d.token,
	}
	question.raw, err = json.Marshal(map[string]any{"directive": map[string]any{
		"header": question.Header, "endpoint": endpoint, "payload": struct{}{},
	}})
	return question, err
}

// A Property is one property of a reply's context.
type Property struct {
	Namespace string          `json:"namespace"`
	Name      string          `json:"name"`
	Instance  string          `json:"instance"`
	Value     json.RawMessage `json:"value"`
}

// Properties returns the properties of a reply's context, which may have none.
func Properties(reply []byte) ([]Property, error) {
	var in struct {
		Context struct {
			Properties []Property `json:"properties"`
		} `json:"context"`
	}
	if err := json.Unmarshal(reply, &in); err != nil {
		return nil, fmt.Errorf("the reply's context is not as Alexa defines it: %w", err)
	}
	return in.Context.Properties, nil
}

// WithContextOf returns a reply with the context of another, and everything else
// unchanged.
func WithContextOf(reply, other json.RawMessage) (json.RawMessage, error) {
	var to, from map[string]json.RawMessage
	if err := errors.Join(json.Unmarshal(reply, &to), json.Unmarshal(other, &from)); err != nil {
		return nil, err
	}
	if to == nil || from["context"] == nil {
		return nil, errors.New("a reply has no context")
	}
	to["context"] = from["context"]
	return json.Marshal(to)
}
