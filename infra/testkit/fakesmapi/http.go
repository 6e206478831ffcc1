package fakesmapi

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// object is what answers are made of.
type object = map[string]any

// An answer is what an operation returns.
type answer struct {
	status int
	body   any // nil: none
	header map[string]string
}

// A problem is an answer that says why not.
func problem(status int, code, format string, args ...any) answer {
	return answer{status: status, body: object{"code": code, "message": fmt.Sprintf(format, args...)}}
}

// rejected is the answer to a request with a wrong value.
func rejected(messages ...string) answer {
	violations := []any{}
	for _, m := range messages {
		violations = append(violations, object{"message": m})
	}
	return answer{status: http.StatusBadRequest, body: object{"message": "The request is not valid.", "violations": violations}}
}

// A call is one request.
type call struct {
	*http.Request
	body    []byte
	id      string // of the skill
	locale  string
	secrets []string // that the answer gives out
}

// an operation answers a call. It is called with the service locked.
type operation struct {
	name   string
	method string
	path   string // {id} and {locale} stand for those
	answer func(*Service, *call) answer
	public bool // it needs no access token
}

var operations = []operation{
	{"token", "POST", "/auth/o2/token", (*Service).token, true},
	{"authorize", "GET", "/ap/oa", (*Service).authorize, true},
	{"getVendorList", "GET", "/v1/vendors", (*Service).vendors, false},
	{"listSkillsForVendor", "GET", "/v1/skills", (*Service).list, false},
	{"createSkillForVendor", "POST", "/v1/skills", (*Service).create, false},
	{"deleteSkill", "DELETE", "/v1/skills/{id}", (*Service).delete, false},
	{"getSkillStatus", "GET", "/v1/skills/{id}/status", (*Service).status, false},
	{"getSkillCredentials", "GET", "/v1/skills/{id}/credentials", (*Service).credentials, false},
	{"getSkillManifest", "GET", "/v1/skills/{id}/stages/development/manifest", (*Service).manifest, false},
	{"updateSkillManifest", "PUT", "/v1/skills/{id}/stages/development/manifest", (*Service).putManifest, false},
	{"getAccountLinkingInfo", "GET", "/v1/skills/{id}/stages/development/accountLinkingClient", (*Service).linking, false},
	{"updateAccountLinkingInfo", "PUT", "/v1/skills/{id}/stages/development/accountLinkingClient", (*Service).putLinking, false},
	{"deleteAccountLinkingInfo", "DELETE", "/v1/skills/{id}/stages/development/accountLinkingClient", (*Service).deleteLinking, false},
	{"getSkillEnablementStatus", "GET", "/v1/skills/{id}/stages/development/enablement", (*Service).enabled, false},
	{"setSkillEnablement", "PUT", "/v1/skills/{id}/stages/development/enablement", (*Service).enable, false},
	{"getInteractionModel", "GET", "/v1/skills/{id}/stages/development/interactionModel/locales/{locale}", (*Service).model, false},
	{"setInteractionModel", "PUT", "/v1/skills/{id}/stages/development/interactionModel/locales/{locale}", (*Service).putModel, false},
}

// match returns the operation of a request and its parameters.
func match(r *http.Request) (o operation, id, locale string, ok bool) {
	for _, o := range operations {
		id, locale = "", ""
		theirs, ours := strings.Split(r.URL.Path, "/"), strings.Split(o.path, "/")
		same := r.Method == o.method && len(theirs) == len(ours)
		for i := 0; same && i < len(ours); i++ {
			switch ours[i] {
			case "{id}":
				id = theirs[i]
			case "{locale}":
				locale = theirs[i]
			default:
				same = strings.EqualFold(theirs[i], ours[i])
			}
		}
		if same {
			return o, id, locale, true
		}
	}
	return o, "", "", false
}

// ServeHTTP answers a request to any of Amazon's hosts.
func (s *Service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	o, id, locale, ok := match(r)
	c := &call{Request: r, body: body, id: id, locale: locale}
	s.mu.Lock()
	f := s.fault(o.name)
	if do := s.hooks[o.name]; do != nil {
		delete(s.hooks, o.name)
		do()
	}
	var a answer
	switch {
	case !ok:
		a = problem(http.StatusNotFound, "RESOURCE_NOT_FOUND", "There is no %s %s.", r.Method, r.URL.Path)
	case f != nil && !f.Done:
		a = answer{status: f.Status}
	case !o.public && !s.access[strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")]:
		a = answer{status: http.StatusUnauthorized, body: object{"message": "Token is invalid/expired"}}
	default:
		a = o.answer(s, c)
	}
	text := ""
	if a.body != nil {
		b, _ := json.Marshal(a.body)
		text = string(b)
	}
	s.exchanges = append(s.exchanges, Exchange{o.name, r.Method, r.URL.Path, r.URL.RawQuery, string(body), a.status, text, f != nil, c.secrets})
	s.mu.Unlock()
	if f != nil {
		s.misanswer(w, r, *f)
		return
	}
	for name, value := range a.header {
		w.Header().Set(name, value)
	}
	if a.body != nil && w.Header().Get("Content-Type") == "" {
		w.Header().Set("Content-Type", "application/json")
	}
	w.WriteHeader(a.status)
	if page, ok := a.body.(string); ok && strings.HasPrefix(page, "<") {
		text = page
	}
	io.WriteString(w, text)
}

// fault returns the fault of an operation, nil for none.
func (s *Service) fault(operation string) *Fault {
	f := s.faults[operation]
	if f == nil {
		return nil
	}
	if f.Times > 0 {
		if f.Times--; f.Times == 0 {
			delete(s.faults, operation)
		}
	}
	copied := *f
	return &copied
}

// misanswer gives a fault.
func (s *Service) misanswer(w http.ResponseWriter, r *http.Request, f Fault) {
	switch {
	case f.Cut:
		panic(http.ErrAbortHandler)
	case f.Hang:
		select {
		case <-s.hung:
		case <-r.Context().Done():
		}
		panic(http.ErrAbortHandler)
	}
	w.Header().Set("Content-Type", "application/json")
	if f.Type != "" {
		w.Header().Set("Content-Type", f.Type)
	}
	for name, value := range f.Header {
		w.Header().Set(name, value)
	}
	w.WriteHeader(f.Status)
	io.WriteString(w, f.Body)
}
