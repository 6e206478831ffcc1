package fakesmapi

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
)

// A skill is one of the developer's.
type skill struct {
	id, vendor string
	unknown    int // questions for which it is still unknown
	manifest   resource
	models     map[string]*resource // by locale
	linking    object               // nil: none
	linkingTag string
	enabled    bool
}

// A resource is a part of a skill that is changed asynchronously.
type resource struct {
	value   object // that reads show; nil: none yet
	etag    string
	next    object   // of the change under way; nil: none
	waits   int      // questions until it is made
	late    int      // questions for which the status is that of the change before
	status  string   // of the last change
	errors  []string // of the last change
	failing []string // what the change under way will fail with
}

// change starts a change.
func (r *resource) change(next object, o Options, failing []string) {
	r.next, r.waits, r.late, r.failing = next, o.Slow, o.Late, failing
	if r.status == "" {
		r.late = 0
	}
}

// ask is a question for the status, which lets time pass.
func (r *resource) ask(o Options, tag func() string) object {
	r.waits = min(r.waits, o.Slow)
	if r.late > 0 {
		r.late--
		return r.view(r.status, nil)
	}
	if r.next != nil && r.waits > 0 {
		r.waits--
		return r.view("IN_PROGRESS", nil)
	}
	if r.next != nil {
		r.status, r.errors = "SUCCEEDED", nil
		if len(r.failing) > 0 {
			r.status, r.errors = "FAILED", r.failing
		} else {
			r.value, r.etag = r.next, tag()
		}
		r.next = nil
	}
	return r.view(r.status, r.errors)
}

func (r *resource) view(status string, errors []string) object {
	last := object{"status": status}
	if errors != nil {
		all := []any{}
		for _, e := range errors {
			all = append(all, object{"message": e})
		}
		last["errors"] = all
	}
	v := object{"lastUpdateRequest": last}
	if r.etag != "" {
		v["eTag"] = r.etag
	}
	return v
}

func (s *Service) tag() string {
	s.serial++
	return fmt.Sprintf("etag-%04d", s.serial)
}

// find returns the skill of a call, or the answer that there is none.
func (s *Service) find(c *call) (*skill, answer) {
	k := s.skills[c.id]
	if k != nil && k.unknown > 0 {
		k.unknown--
		k = nil
	}
	if k == nil {
		return nil, problem(http.StatusNotFound, "RESOURCE_NOT_FOUND", "The skill %s does not exist.", c.id)
	}
	return k, answer{}
}

// list returns the developer's skills, at most two a page.
func (s *Service) list(c *call) answer {
	if !slices.Contains(s.options.Vendors, c.URL.Query().Get("vendorId")) {
		return problem(http.StatusUnauthorized, "UNAUTHORIZED", "The vendor %s is not yours.", c.URL.Query().Get("vendorId"))
	}
	ids := slices.Sorted(maps.Keys(s.skills))
	from, page := 0, 2
	if next := c.URL.Query().Get("nextToken"); next != "" {
		fmt.Sscan(next, &from)
	}
	all := []any{}
	for _, id := range ids[min(from, len(ids)):min(from+page, len(ids))] {
		k := s.skills[id]
		m := k.manifest.value
		if m == nil {
			m = k.manifest.next
		}
		names, apis := object{}, []any{}
		for locale, v := range at(m, "publishingInformation", "locales") {
			names[locale] = v.(object)["name"]
		}
		for api := range at(m, "apis") {
			apis = append(apis, api)
		}
		all = append(all, object{"skillId": id, "stage": "development", "apis": apis, "publicationStatus": "DEVELOPMENT", "nameByLocale": names, "lastUpdated": "2026-11-26T00:00:00.000Z"})
	}
	body := object{"skills": all, "isTruncated": from+page < len(ids)}
	if from+page < len(ids) {
		body["nextToken"] = fmt.Sprint(from + page)
	}
	return answer{status: http.StatusOK, body: body}
}

// create starts the creation of a skill.
func (s *Service) create(c *call) answer {
	var in struct {
		VendorID string
		Manifest object
	}
	if err := json.Unmarshal(c.body, &in); err != nil || in.Manifest == nil {
		return rejected("The request body is not valid JSON.")
	}
	if !slices.Contains(s.options.Vendors, in.VendorID) {
		return answer{status: http.StatusForbidden, body: object{"message": "The vendor " + in.VendorID + " is not yours."}}
	}
	if wrong := s.wrong(in.Manifest, true); len(wrong) > 0 {
		return rejected(wrong...)
	}
	s.serial++
	k := &skill{id: fmt.Sprintf("amzn1.ask.skill.%08x-0000-4000-8000-0000000000ff", s.serial), vendor: in.VendorID, unknown: s.options.Unknown, models: map[string]*resource{}}
	k.manifest.change(in.Manifest, s.options, s.uninvokable(in.Manifest, k.id))
	s.skills[k.id] = k
	return answer{http.StatusAccepted, object{"skillId": k.id}, map[string]string{"Location": "/v1/skills/" + k.id + "/status?resource=manifest"}}
}

func (s *Service) delete(c *call) answer {
	if s.skills[c.id] == nil {
		return problem(http.StatusNotFound, "RESOURCE_NOT_FOUND", "The skill %s does not exist.", c.id)
	}
	delete(s.skills, c.id)
	return answer{status: http.StatusNoContent}
}

// status lets time pass, and says how far the changes are.
func (s *Service) status(c *call) answer {
	k, no := s.find(c)
	if k == nil {
		return no
	}
	wanted := c.URL.Query()["resource"]
	body := object{}
	if len(wanted) == 0 || slices.Contains(wanted, "manifest") {
		body["manifest"] = k.manifest.ask(s.options, s.tag)
	}
	if len(k.models) > 0 && (len(wanted) == 0 || slices.Contains(wanted, "interactionModel")) {
		models := object{}
		for locale, r := range k.models {
			models[locale] = r.ask(s.options, s.tag)
		}
		body["interactionModel"] = models
	}
	return answer{status: http.StatusOK, body: body}
}

func (s *Service) manifest(c *call) answer {
	k, no := s.find(c)
	switch {
	case k == nil:
		return no
	case k.manifest.value == nil:
		return problem(http.StatusNotFound, "RESOURCE_NOT_FOUND", "The skill %s has no manifest yet.", c.id)
	}
	return answer{http.StatusOK, object{"manifest": k.manifest.value}, map[string]string{"ETag": k.manifest.etag}}
}

func (s *Service) putManifest(c *call) answer {
	k, no := s.find(c)
	if k == nil {
		return no
	}
	var in struct{ Manifest object }
	if err := json.Unmarshal(c.body, &in); err != nil || in.Manifest == nil {
		return rejected("The request body is not valid JSON.")
	}
	if a, ok := unfit(c, k.manifest); !ok {
		return a
	}
	if wrong := s.wrong(in.Manifest, false); len(wrong) > 0 {
		return rejected(wrong...)
	}
	k.manifest.change(in.Manifest, s.options, s.uninvokable(in.Manifest, k.id))
	return answer{status: http.StatusAccepted, header: map[string]string{"Location": "/v1/skills/" + k.id + "/status?resource=manifest"}}
}

// unfit answers a change that another one precludes.
func unfit(c *call, r resource) (answer, bool) {
	match := c.Header.Get("If-Match")
	switch {
	case match != "" && match != r.etag:
		return problem(http.StatusPreconditionFailed, "PRECONDITION_NOT_MET", "The eTag %s does not match the resource's.", match), false
	case r.next != nil:
		return problem(http.StatusConflict, "RESOURCE_LOCKED", "Another update of the resource is in progress."), false
	}
	return answer{}, true
}

const eventsSecret = "canary-events-secret"

// credentials returns the credentials for events, which need the permission.
func (s *Service) credentials(c *call) answer {
	k, no := s.find(c)
	if k == nil {
		return no
	}
	permissions, _ := k.manifest.value["permissions"].([]any)
	for _, p := range permissions {
		if p.(object)["name"] == "alexa::async_event:write" {
			return answer{status: http.StatusOK, body: object{"skillMessagingCredentials": object{
				"clientId": "amzn1.application-oa2-client.e0e1e2e3e4e5e6e7e8e9", "clientSecret": eventsSecret,
			}}}
		}
	}
	return problem(http.StatusNotFound, "RESOURCE_NOT_FOUND", "The skill %s has no credentials.", c.id)
}

func (s *Service) enabled(c *call) answer {
	k, no := s.find(c)
	switch {
	case k == nil:
		return no
	case !k.enabled:
		return problem(http.StatusNotFound, "RESOURCE_NOT_FOUND", "The skill is not enabled.")
	}
	return answer{status: http.StatusNoContent}
}

func (s *Service) enable(c *call) answer {
	k, no := s.find(c)
	switch {
	case k == nil:
		return no
	case s.options.RefusesSmartHome && at(k.manifest.value, "apis")["smartHome"] != nil:
		return answer{status: http.StatusForbidden, body: object{"message": "The skill cannot be enabled with this API."}}
	}
	k.enabled = true
	return answer{status: http.StatusNoContent}
}

// at returns an object within an object, nil for none.
func at(m object, path ...string) object {
	for _, name := range path {
		m, _ = m[name].(object)
	}
	return m
}
