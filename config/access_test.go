package config_test

import (
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/config"
)

// TestS2StageAccess checks that a stage is rejected for what would admit or deny
// otherwise than its owner means, as the function rejects it.
func TestS2StageAccess(t *testing.T) {
	const (
		client = "amzn1.application-oa2-client.0123456789abcdef0123456789abcdef"
		skill  = "amzn1.ask.skill.01234567-89ab-cdef-0123-456789abcdef"
		deny   = `[{"effect": "deny", "name": "Unlock"}]`
	)
	policy := func(text string) func(*config.Stage) {
		return func(s *config.Stage) { s.Policy = []byte(text) }
	}
	for name, tt := range map[string]struct {
		change func(*config.Stage)
		field  string // of the one problem; "": it is valid
		text   string
	}{
		"no one":                {func(s *config.Stage) { s.AllowedUsers = []string{} }, "allowedUsers", "would admit no one"},
		"a blank user":          {func(s *config.Stage) { s.AllowedUsers = []string{" "} }, "allowedUsers", "not the id"},
		"a misspelt namespace":  {policy(`[{"effect": "deny", "namespace": "Alexa.LockControler"}]`), "policy", "perhaps Alexa.LockController is meant"},
		"a misspelt name":       {policy(`[{"effect": "deny", "name": "Unlok"}]`), "policy", "perhaps Unlock is meant"},
		"a name elsewhere":      {policy(`[{"effect": "deny", "namespace": "Alexa.LockController", "name": "TurnOn"}]`), "policy", "in Alexa.LockController"},
		"another effect":        {policy(`[{"effect": "forbid", "name": "Unlock"}]`), "policy", "expected deny or allow"},
		"an effect in capitals": {policy(`[{"effect": "Deny", "name": "Unlock"}]`), "", ""},
		"another case":          {policy(`[{"effect": "deny", "namespace": "alexa.lockcontroller", "name": "unlock"}]`), "", ""},
		"an id with a dot":      {policy(`[{"effect": "deny", "endpoint": "lock.front_door"}]`), "", ""},
		"a friendly name":       {policy(`[{"effect": "deny", "endpoint": "Front door"}]`), "policy", "is not an endpoint's id"},
		"a key twice":           {policy(`[{"effect": "deny", "name": "Unlock", "name": "Lock"}]`), "policy", "comes twice"},
		"a sentence could pass": {func(s *config.Stage) { s.Policy, s.CustomSkillID = []byte(deny), skill }, "conversation", `write "deny"`},
		"it may":                {func(s *config.Stage) { s.Policy, s.CustomSkillID, s.Conversation = []byte(deny), skill, "allow" }, "", ""},
		"it may not":            {func(s *config.Stage) { s.Policy, s.CustomSkillID, s.Conversation = []byte(deny), skill, "deny" }, "", ""},
		"perhaps":               {func(s *config.Stage) { s.Conversation = "maybe" }, "conversation", "write allow or deny"},
		"a rule says": {func(s *config.Stage) {
			s.Policy, s.CustomSkillID = []byte(`[{"effect": "deny", "skill": "custom"}]`), skill
		}, "", ""},
		"no custom skill":         {policy(deny), "", ""},
		"a client id":             {func(s *config.Stage) { s.LoginWithAmazonClientID = client }, "", ""},
		"a client secret":         {func(s *config.Stage) { s.LoginWithAmazonClientID = "amzn1.oa2-cs.v1.canary" }, "loginWithAmazonClientId", "is not the client id"},
		"a client id and garbage": {func(s *config.Stage) { s.LoginWithAmazonClientID = client + " " }, "loginWithAmazonClientId", "is not the client id"},
	} {
		t.Run(name, func(t *testing.T) {
			s := valid()
			s.CustomSkillID = ""
			tt.change(&s)
			problems := split(s.Validate())
			if tt.field == "" && len(problems) == 0 {
				return
			}
			if len(problems) != 1 || problems[0].Field != tt.field || !strings.Contains(problems[0].Problem, tt.text) || strings.Contains(problems[0].Problem, "canary") {
				t.Errorf("got %v, want one problem of %q with %q", problems, tt.field, tt.text)
			}
		})
	}
}

// TestS2EmptyListAdmitsNobody checks what reaches a function if an empty list was not
// rejected before: a list that the function rejects.
func TestS2EmptyListAdmitsNobody(t *testing.T) {
	s := valid()
	s.AllowedUsers = []string{}
	if got := s.Environment()[config.EnvAllowedUsers]; got != "," {
		t.Errorf("the variable is %q, want a list that is set and has no user", got)
	}
	s.AllowedUsers = nil
	if got, ok := s.Environment()[config.EnvAllowedUsers]; ok {
		t.Errorf("the variable is %q, want none", got)
	}
	decoded, err := config.Decode("home.json", []byte(`{"allowedUsers": []}`))
	if err != nil || decoded.AllowedUsers == nil {
		t.Errorf("an empty list is read as none (%v)", err)
	}
}

// TestS6Warning checks that an allow-list without a client id is warned of.
func TestS6Warning(t *testing.T) {
	s := valid()
	if got := s.Warnings(); got != nil {
		t.Errorf("got %v, want no warning", got)
	}
	s.AllowedUsers = []string{"amzn1.account.AE7"}
	if got := s.Warnings(); len(got) != 1 || !strings.HasPrefix(got[0], "loginWithAmazonClientId is missing") {
		t.Errorf("got %v, want one about the client id", got)
	}
	s.LoginWithAmazonClientID = "amzn1.application-oa2-client.0123"
	if got := s.Warnings(); got != nil {
		t.Errorf("got %v, want no warning", got)
	}
}
