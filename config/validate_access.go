package config

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/hearthgate/hearthgate/config/policy"
	"github.com/hearthgate/hearthgate/config/strictjson"
)

func checkUsers(ids []string) string { return problem(policy.CheckUsers(ids)) }

// checkRules checks the rules as the function does.
func checkRules(list json.RawMessage) string {
	if list == nil {
		return ""
	}
	if strictjson.Kind(list) != "list" {
		return "is not a list of rules; write [{...}], or leave it out"
	}
	_, err := policy.Parse(string(list))
	return problem(err)
}

// checkAgent checks the id of a conversation agent: an entity's, or the longer one of a
// config entry that older versions of Home Assistant use.
func checkAgent(id string) string {
	const most = 255 // characters of an entity's id
	valid := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '_' || r == '.' || r == '-'
	}
	if len(id) <= most && !strings.ContainsFunc(id, func(r rune) bool { return !valid(r) }) {
		return ""
	}
	return fmt.Sprintf("is %s, which is no id of a conversation agent; Home Assistant shows it in the agent's entity, such as conversation.openai_conversation", quote(id))
}

// checkConversation requires a choice where a policy could be passed by a sentence.
func checkConversation(s Stage) string {
	c, err := policy.ParseConversation(s.Conversation)
	if err != nil {
		return problem(err) + ", or leave it out"
	}
	p, err := policy.Parse(string(s.Policy))
	if err != nil || p == nil || s.CustomSkillID == "" || c != "" || p.NamesCustom() {
		return ""
	}
	return "is missing: a policy judges directives, and a sentence of the custom skill could pass it; write \"deny\" to keep the custom skill from the home, \"allow\" to accept that, or a rule with \"skill\": \"custom\""
}

// checkClientID never quotes the id: it may be the client secret.
func checkClientID(id string) string {
	const prefix = "amzn1.application-oa2-client."
	rest, ok := strings.CutPrefix(id, prefix)
	if id == "" || ok && rest != "" && !strings.ContainsFunc(rest, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9')
	}) {
		return ""
	}
	return "is not the client id of a security profile of Login with Amazon; copy it from there, " + prefix + " followed by letters and digits, or leave it out"
}

func problem(err error) string {
	if err == nil {
		return ""
	}
	return strings.ReplaceAll(err.Error(), "\n", "; ")
}
