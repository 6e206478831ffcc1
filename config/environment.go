package config

import (
	"bytes"
	"cmp"
	"encoding/json"
	"strconv"
	"strings"
)

// Environment returns the environment variables of the stage's function. Home
// Assistant's URL is one of them, so that a cold start connects to the home and reads
// the parameters concurrently. With a relay the stack adds the broker's host, which a
// parameter has at the time of the deployment. The log level is not: it is a parameter, so that it can
// change without a deployment.
func (s Stage) Environment() map[string]string {
	env := map[string]string{EnvStage: s.Name, EnvParameterPrefix: ParameterPrefix(s.Name)}
	set := func(name, value string, when bool) {
		if when {
			env[name] = value
		}
	}
	address := !s.HasRelay()
	set(EnvConnection, string(Relay), s.HasRelay())
	set(EnvURL, s.URL, address)
	set(EnvTokenSource, string(s.TokenSource), address)
	set(EnvTokenParameter, s.TokenParameterName(), s.NeedsToken())
	set(EnvTimeout, strconv.FormatFloat(s.HomeTimeout, 'f', -1, 64), s.HomeTimeout > 0)
	set(EnvVerifySSL, "false", address && !s.VerifySSL)
	set(EnvCA, s.CA, address && s.CA != "")
	set(EnvHeadersParam, s.HeadersParameterName(), s.NeedsHeaders())
	set(EnvSkillIDs, s.CustomSkillID, s.CustomSkillID != "")
	set(EnvAllowedUsers, cmp.Or(strings.Join(s.AllowedUsers, ","), ","), s.AllowedUsers != nil) // the function rejects a list without a user
	set(EnvPolicy, compact(s.Policy), len(s.Policy) > 0)
	set(EnvConfirm, cmp.Or(strings.Join(s.Confirm, ","), ConfirmNone), s.Confirm != nil)
	set(EnvConversation, s.Conversation, s.Conversation != "")
	set(EnvAgent, s.ConversationAgent, s.ConversationAgent != "")
	set(EnvAmazonClientID, s.LoginWithAmazonClientID, s.LoginWithAmazonClientID != "")
	return env
}

// compact returns JSON without insignificant space.
func compact(text json.RawMessage) string {
	var b bytes.Buffer
	if json.Compact(&b, text) != nil {
		return string(text)
	}
	return b.String()
}
