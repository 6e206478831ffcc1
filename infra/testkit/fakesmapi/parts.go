package fakesmapi

import (
	"encoding/json"
	"net/http"
)

func (s *Service) linking(c *call) answer {
	k, no := s.find(c)
	switch {
	case k == nil:
		return no
	case k.linking == nil:
		return problem(http.StatusNotFound, "RESOURCE_NOT_FOUND", "The skill has no account linking.")
	}
	view := object{}
	for name, v := range k.linking {
		if name != "clientSecret" {
			view[name] = v
		}
	}
	return answer{http.StatusOK, view, map[string]string{"ETag": k.linkingTag}}
}

func (s *Service) putLinking(c *call) answer {
	k, no := s.find(c)
	if k == nil {
		return no
	}
	var in struct {
		Request object `json:"accountLinkingRequest"`
	}
	if err := json.Unmarshal(c.body, &in); err != nil || in.Request == nil {
		return rejected("The request body is not valid JSON.")
	}
	if match := c.Header.Get("If-Match"); match != "" && match != k.linkingTag {
		return problem(http.StatusPreconditionFailed, "PRECONDITION_NOT_MET", "The eTag %s does not match the resource's.", match)
	}
	for _, name := range []string{"type", "authorizationUrl", "clientId", "clientSecret", "accessTokenUrl", "accessTokenScheme"} {
		if text, _ := in.Request[name].(string); text == "" {
			return rejected(`Object instance at property path "$.accountLinkingRequest" is missing required property: "` + name + `".`)
		}
	}
	for _, name := range []string{"authorizationUrl", "accessTokenUrl"} {
		if text := in.Request[name].(string); len(text) < 8 || text[:8] != "https://" {
			return rejected(`String instance with value "` + text + `" at property path "$.accountLinkingRequest.` + name + `" does not match the regular expression: "^https://".`)
		}
	}
	k.linking, k.linkingTag = in.Request, s.tag()
	return answer{status: http.StatusNoContent, header: map[string]string{"ETag": k.linkingTag}}
}

func (s *Service) deleteLinking(c *call) answer {
	k, no := s.find(c)
	switch {
	case k == nil:
		return no
	case k.linking == nil:
		return problem(http.StatusNotFound, "RESOURCE_NOT_FOUND", "The skill has no account linking.")
	}
	k.linking, k.linkingTag = nil, ""
	return answer{status: http.StatusNoContent}
}

func (s *Service) model(c *call) answer {
	k, no := s.find(c)
	if k == nil {
		return no
	}
	r := k.models[c.locale]
	if r == nil || r.value == nil {
		return problem(http.StatusNotFound, "RESOURCE_NOT_FOUND", "The skill has no interaction model for %s.", c.locale)
	}
	return answer{http.StatusOK, object{"interactionModel": r.value, "version": "1"}, map[string]string{"ETag": r.etag}}
}

func (s *Service) putModel(c *call) answer {
	k, no := s.find(c)
	if k == nil {
		return no
	}
	var in struct {
		Model object `json:"interactionModel"`
	}
	if err := json.Unmarshal(c.body, &in); err != nil || in.Model == nil {
		return rejected("The request body is not valid JSON.")
	}
	r := k.models[c.locale]
	if r == nil {
		r = &resource{}
		k.models[c.locale] = r
	}
	if a, ok := unfit(c, *r); !ok {
		return a
	}
	if name, _ := at(in.Model, "languageModel")["invocationName"].(string); len(name) < 2 {
		return rejected(`Object instance at property path "$.interactionModel.languageModel" is missing required property: "invocationName".`)
	}
	var failing []string
	if c.locale == s.options.Broken {
		failing = []string{`There's an error with your invocation name. Error code: MissingInvocationName - at property path "$.interactionModel.languageModel.invocationName".`}
	}
	r.change(in.Model, s.options, failing)
	return answer{status: http.StatusAccepted, header: map[string]string{"Location": "/v1/skills/" + k.id + "/status?resource=interactionModel"}}
}
