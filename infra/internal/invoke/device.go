package invoke

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
)

// A Device is what a Discover says of an endpoint.
type Device struct {
	ID         string   `json:"id"`
	Name       string   `json:"name"`
	Interfaces []string `json:"interfaces"` // such as Alexa.PowerController, each once
}

// Devices returns the devices that the function finds in the home. The token is that of
// the linked account, which a function with a stored token and no allow-list does not
// need.
func (t *Target) Devices(ctx context.Context, token string) ([]Device, error) {
	event, err := SampleEvent("discover", "", token)
	if err != nil {
		return nil, err
	}
	payload, _, err := t.payload(ctx, event)
	if err != nil {
		return nil, err
	}
	var reply struct {
		Event struct {
			Payload struct {
				Endpoints []struct {
					ID           string `json:"endpointId"`
					Name         string `json:"friendlyName"`
					Capabilities []struct {
						Interface string `json:"interface"`
					} `json:"capabilities"`
				} `json:"endpoints"`
			} `json:"payload"`
		} `json:"event"`
	}
	if replyName(payload) != "Discover.Response" || json.Unmarshal(payload, &reply) != nil {
		return nil, errors.New("the function's answer to a Discover is not what Alexa expects")
	}
	var devices []Device
	for _, e := range reply.Event.Payload.Endpoints {
		d, seen := Device{ID: e.ID, Name: e.Name}, map[string]bool{}
		for _, c := range e.Capabilities {
			if !seen[c.Interface] {
				seen[c.Interface] = true
				d.Interfaces = append(d.Interfaces, c.Interface)
			}
		}
		devices = append(devices, d)
	}
	return devices, nil
}

// Settings returns the settings in effect of the function, by their environment
// variable; secrets are hidden.
func (t *Target) Settings(ctx context.Context) (map[string]string, error) {
	r, err := t.Operate(ctx, "initialization.settings", nil)
	if err != nil {
		return nil, err
	}
	if !r.Success {
		return nil, fmt.Errorf("%s does not say its settings: %s", t.Where, Sentence(r.Message))
	}
	var view struct {
		Settings []struct{ Name, Value string } `json:"settings"`
	}
	if err := json.Unmarshal(r.Data, &view); err != nil {
		return nil, fmt.Errorf("the settings of %s cannot be read: %w; the function is of another version: deploy it again", t.Where, err)
	}
	all := map[string]string{}
	for _, s := range view.Settings {
		all[s.Name] = s.Value
	}
	return all, nil
}
