// Package console says what to type into the Alexa developer console so that a
// skill uses a deployed function.
package console

import (
	"strings"

	"github.com/hearthgate/hearthgate/config"
)

// A Field is one field of the console and what belongs there.
type Field struct {
	Where string `json:"where"` // the part of the console
	Name  string `json:"name"`
	Value string `json:"value"`
	Why   string `json:"why,omitempty"`
}

// regions are how the console calls the regions of its endpoints.
var regions = map[string]string{
	"us-east-1": "North America", "eu-west-1": "Europe, India", "us-west-2": "Far East",
}

// clients are what Alexa calls itself towards Home Assistant, by region. The slash
// at the end belongs to it.
var clients = map[string]string{
	"us-east-1": "https://pitangui.amazon.com/", "eu-west-1": "https://layla.amazon.com/", "us-west-2": "https://alexa.amazon.co.jp/",
}

// Fields returns what to type, in the order of the console's pages, for a stage
// whose function's alias has this ARN.
func Fields(s config.Stage, arn string) []Field {
	const endpoint, linking = "Smart Home", "Account Linking"
	fields := []Field{
		{endpoint, "Payload version", "v3", ""},
		{endpoint, "Default endpoint", arn, ""},
		{endpoint, regions[s.Region], arn, "the region of accounts with the locale " + s.Locale},
	}
	if s.TokenSource == config.Linked {
		url := strings.TrimRight(s.URL, "/")
		return append(fields,
			Field{linking, "Your Web Authorization URI", url + "/auth/authorize", ""},
			Field{linking, "Access Token URI", url + "/auth/token", ""},
			Field{linking, "Your Client ID", clients[s.Region], "the slash at the end matters"},
			Field{linking, "Your Secret", "anything", "Home Assistant does not look at it"},
			Field{linking, "Your Authentication Scheme", "Credentials in request body", ""},
			Field{linking, "Scope", "smart_home", ""},
		)
	}
	return append(fields,
		Field{linking, "Your Web Authorization URI", "https://www.amazon.com/ap/oa", "Login with Amazon"},
		Field{linking, "Access Token URI", "https://api.amazon.com/auth/o2/token", ""},
		Field{linking, "Your Client ID", "of your security profile", "developer.amazon.com, Login with Amazon: make one, and allow there the return URLs that this page lists"},
		Field{linking, "Your Secret", "of the same security profile", ""},
		Field{linking, "Your Authentication Scheme", "HTTP Basic", ""},
		Field{linking, "Scope", "profile:user_id", ""},
	)
}

// Missing says what remains to be done for a skill that is not known yet.
func Missing(s config.Stage) string {
	if s.SmartHomeSkillID != "" || s.CustomSkillID != "" {
		return ""
	}
	return "No skill may call the function yet: make one in the Alexa developer console, then run `hearthgate init --stage " + s.Name + " --smart-home-skill ITS_ID` and deploy again. The console takes the ARN only after that."
}
