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
// change without a deployment. Variables of a further home have its name at their end: see
// [HomeVariable].
func (s Stage) Environment() map[string]string {
	env := map[string]string{EnvStage: s.Name, EnvParameterPrefix: ParameterPrefix(s.Name)}
	set := setter(env)
	set(EnvSkillIDs, s.CustomSkillID, s.CustomSkillID != "")
	set(EnvAllowedUsers, cmp.Or(strings.Join(s.AllowedUsers, ","), ","), s.AllowedUsers != nil) // the function rejects a list without a user
	set(EnvConversation, s.Conversation, s.Conversation != "")
	set(EnvAmazonClientID, s.LoginWithAmazonClientID, s.LoginWithAmazonClientID != "")
	// The function could set it too, but then the Go runtime has prepared memory for more.
	set(EnvThreads, "1", s.Memory < FullCPU)
	var names []string
	for _, at := range s.Each() {
		for name, value := range at.homeEnvironment() {
			env[HomeVariable(name, at.home)] = value
		}
		if at.home != "" {
			names = append(names, at.home)
		}
	}
	set(EnvHomes, strings.Join(names, ","), names != nil)
	return env
}

// homeEnvironment returns the environment variables of the stage's first home.
func (s Stage) homeEnvironment() map[string]string {
	env := map[string]string{}
	set := setter(env)
	address := !s.HasRelay()
	set(EnvLabel, s.Label, s.Label != "")
	set(EnvConnection, string(Relay), s.HasRelay())
	set(EnvURL, s.URL, address)
	set(EnvTokenSource, string(s.TokenSource), address)
	set(EnvTokenParameter, s.TokenParameterName(), s.NeedsToken())
	set(EnvTimeout, strconv.FormatFloat(s.HomeTimeout, 'f', -1, 64), s.HomeTimeout > 0)
	set(EnvVerifySSL, "false", address && !s.VerifySSL)
	set(EnvCA, s.CA, address && s.CA != "")
	set(EnvHeadersParam, s.HeadersParameterName(), s.NeedsHeaders())
	set(EnvClientCertificateParam, s.ClientCertificateParameterName(), s.NeedsClientCertificate())
	set(EnvPins, strings.Join(s.PinnedKeys, ","), address && len(s.PinnedKeys) > 0)
	set(EnvSecondURL, s.SecondURL, address && s.SecondURL != "")
	set(EnvPolicy, compact(s.Policy), len(s.Policy) > 0)
	set(EnvConfirm, cmp.Or(strings.Join(s.Confirm, ","), ConfirmNone), s.Confirm != nil)
	set(EnvAgent, s.ConversationAgent, s.ConversationAgent != "")
	return env
}

// setter returns what sets a variable of env where it has to be.
func setter(env map[string]string) func(name, value string, when bool) {
	return func(name, value string, when bool) {
		if when {
			env[name] = value
		}
	}
}

// compact returns JSON without insignificant space.
func compact(text json.RawMessage) string {
	var b bytes.Buffer
	if json.Compact(&b, text) != nil {
		return string(text)
	}
	return b.String()
}
