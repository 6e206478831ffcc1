package fakeaws

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
)

// A Parameter is one of the parameter store.
type Parameter struct {
	Name, Type, Value string
	Version           int
	Tags              map[string]string
}

// Parameter returns a parameter of a region, nil if there is none.
func (c *Cloud) Parameter(region, name string) *Parameter {
	c.mu.Lock()
	defer c.mu.Unlock()
	if p := c.parameters[region+name]; p != nil {
		copied := *p
		return &copied
	}
	return nil
}

// SetParameter puts a parameter, or deletes it if the type is empty.
func (c *Cloud) SetParameter(region string, p Parameter) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if p.Type == "" {
		delete(c.parameters, region+p.Name)
		return
	}
	c.parameters[region+p.Name] = &p
}

func (c *Cloud) ssm(w http.ResponseWriter, request call) {
	var in struct {
		Name, Type, Value string
		Names             []string
		Overwrite         bool
		WithDecryption    bool
		Tags              []struct{ Key, Value string }
		ResourceID        string `json:"ResourceId"`
		Path, NextToken   string
		Recursive         bool
	}
	if err := json.Unmarshal(request.body, &in); err != nil {
		fail(w, request, bad("SerializationException", "%v", err))
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	at := func(name string) *Parameter { return c.parameters[request.region+name] }
	view := func(p *Parameter) object {
		value := p.Value
		if p.Type == "SecureString" && !in.WithDecryption {
			value = "AQICAHencrypted"
		}
		return object{"Name": p.Name, "Type": p.Type, "Value": value, "Version": p.Version, "ARN": "arn:aws:ssm:" + request.region + ":" + c.account + ":parameter" + p.Name}
	}
	switch request.action {
	case "GetParameter":
		p := at(in.Name)
		if p == nil {
			fail(w, request, bad("ParameterNotFound", ""))
			return
		}
		reply(w, request, object{"Parameter": view(p)}, nil)
	case "GetParameters":
		found, invalid := list{}, list{}
		for _, name := range in.Names {
			if p := at(name); p != nil {
				found = append(found, view(p))
			} else {
				invalid = append(invalid, name)
			}
		}
		reply(w, request, object{"Parameters": found, "InvalidParameters": invalid}, nil)
	case "GetParametersByPath":
		const page = 10 // AWS's default
		found, last := list{}, ""
		for _, key := range slices.Sorted(maps.Keys(c.parameters)) {
			name, here := strings.CutPrefix(key, request.region)
			below, under := strings.CutPrefix(name, strings.TrimSuffix(in.Path, "/")+"/")
			if !here || !under || name <= in.NextToken || strings.Contains(below, "/") && !in.Recursive {
				continue
			}
			if len(found) == page {
				reply(w, request, object{"Parameters": found, "NextToken": last}, nil)
				return
			}
			found, last = append(found, view(c.parameters[key])), name
		}
		reply(w, request, object{"Parameters": found}, nil)
	case "PutParameter":
		old, version := at(in.Name), 1
		switch {
		case old != nil && !in.Overwrite:
			fail(w, request, bad("ParameterAlreadyExists", "The parameter already exists. To overwrite this value, set the overwrite option in the request to true."))
			return
		case in.Overwrite && len(in.Tags) > 0:
			fail(w, request, bad("ValidationException", "Invalid request: tags and overwrite can't be used together."))
			return
		case old != nil:
			version = old.Version + 1
		}
		p := &Parameter{Name: in.Name, Type: in.Type, Value: in.Value, Version: version, Tags: map[string]string{}}
		if old != nil {
			p.Tags = old.Tags
		}
		for _, t := range in.Tags {
			p.Tags[t.Key] = t.Value
		}
		c.parameters[request.region+in.Name] = p
		reply(w, request, object{"Version": version, "Tier": "Standard"}, nil)
	case "DeleteParameter":
		if at(in.Name) == nil {
			fail(w, request, bad("ParameterNotFound", ""))
			return
		}
		delete(c.parameters, request.region+in.Name)
		reply(w, request, object{}, nil)
	case "AddTagsToResource":
		if p := at(in.ResourceID); p != nil {
			for _, t := range in.Tags {
				p.Tags[t.Key] = t.Value
			}
		}
		reply(w, request, object{}, nil)
	default:
		fail(w, request, unknown(request))
	}
}
