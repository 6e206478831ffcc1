package skill

import (
	"strings"

	"github.com/hearthgate/hearthgate/config"
)

// A ConsoleField is one field of the console and what belongs there.
type ConsoleField struct {
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

// ConsoleFields returns what to type into the Alexa developer console, in the order of the console's pages, for a stage
// whose function's alias has this ARN.
func ConsoleFields(s config.Stage, arn string) []ConsoleField {
	var fields []ConsoleField
	if s.SmartHomeSkillID != "" || s.CustomSkillID == "" {
		const page = "Smart Home"
		fields = append(fields,
			ConsoleField{page, "Payload version", "v3", ""},
			ConsoleField{page, "Default endpoint", arn, ""},
			ConsoleField{page, regions[s.Region], arn, "the region of accounts with the locale " + s.Locale},
		)
	}
	if s.CustomSkillID != "" {
		fields = append(fields, ConsoleField{"Custom: Interaction Model", "JSON Editor", "what `hearthgate skill --stage " + s.Name + "` prints", "then Save and Build"})
		const page = "Custom: Endpoint"
		fields = append(fields,
			ConsoleField{page, "Service Endpoint Type", "AWS Lambda ARN", ""},
			ConsoleField{page, "Default Region", arn, ""},
		)
	}
	return append(fields, linking(s)...)
}

// linking returns the fields of the page for account linking, which both kinds of
// skill have.
func linking(s config.Stage) []ConsoleField {
	const page = "Account Linking"
	if s.TokenSource == config.Linked {
		url := strings.TrimRight(s.URL, "/")
		return []ConsoleField{
			{page, "Your Web Authorization URI", url + "/auth/authorize", ""},
			{page, "Access Token URI", url + "/auth/token", ""},
			{page, "Your Client ID", clients[s.Region], "the slash at the end matters"},
			{page, "Your Secret", "anything", "Home Assistant does not look at it"},
			{page, "Your Authentication Scheme", "Credentials in request body", ""},
			{page, "Scope", "smart_home", ""},
		}
	}
	return []ConsoleField{
		{page, "Your Web Authorization URI", "https://www.amazon.com/ap/oa", "Login with Amazon"},
		{page, "Access Token URI", "https://api.amazon.com/auth/o2/token", ""},
		{page, "Your Client ID", "of your security profile", "developer.amazon.com, Login with Amazon: make one, and allow there the return URLs that this page lists"},
		{page, "Your Secret", "of the same security profile", ""},
		{page, "Your Authentication Scheme", "HTTP Basic", ""},
		{page, "Scope", "profile:user_id", ""},
	}
}

// NextStep says what to do when all of it is typed.
func NextStep(s config.Stage) string {
	if s.SmartHomeSkillID == "" && s.CustomSkillID == "" {
		return "No skill may call the function yet: make one in the Alexa developer console, then run `hearthgate init --stage " + s.Name + " --smart-home-skill ITS_ID` and deploy again. The console takes the ARN only after that."
	}
	if s.SmartHomeSkillID == "" {
		return "Then enable the skill in the Alexa app, link the account there, and open the skill by its name."
	}
	return "Then enable the skill in the Alexa app, link the account there, and say: Alexa, discover devices."
}
