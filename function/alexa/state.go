package alexa

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/hearthgate/hearthgate/config/strictjson"
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
	Namespace, Name, Instance string
	Value                     json.RawMessage // nil without
}

// maxProperties is how many properties of a context are read: far more than an endpoint
// has, so that a hostile reply fits into the memory.
const maxProperties = 1000

// Properties returns the properties of a reply's context, which may have none. It reads
// at most maxProperties of them.
func Properties(reply []byte) (all []Property, err error) {
	err = members(reply, map[string]func([]byte) error{"context": func(context []byte) error {
		return members(context, map[string]func([]byte) error{"properties": func(list []byte) error {
			return strictjson.Array(list, func(i int, property []byte) error {
				if i >= maxProperties {
					return nil
				}
				p, err := readProperty(property)
				all = append(all, p)
				return err
			})
		}})
	}})
	if err != nil {
		return nil, fmt.Errorf("the reply's context is not as Alexa defines it: %w", err)
	}
	return all, nil
}

func readProperty(object []byte) (p Property, err error) {
	err = members(object, map[string]func([]byte) error{
		"namespace": text(&p.Namespace), "name": text(&p.Name), "instance": text(&p.Instance),
		"value": func(value []byte) error {
			p.Value = value
			return nil
		},
	})
	return p, err
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
	return asItCame(to)
}
