package skill

import (
	"net/url"
	"strings"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/config/alexa"
	"github.com/hearthgate/hearthgate/infra/internal/ui"
)

// A ConsoleField is a field of the Alexa developer console and its value.
type ConsoleField struct {
	Where string `json:"where"` // the part of the console
	Name  string `json:"name"`
	Value string `json:"value"`
	Why   string `json:"why,omitempty"`
}

// ConsoleFields returns what to type into the Alexa developer console for a stage whose
// function's alias has this ARN, in the order of the console's pages.
func ConsoleFields(s config.Stage, arn string) []ConsoleField {
	var fields []ConsoleField
	if s.SmartHomeSkillID != "" || s.CustomSkillID == "" {
		const page = "Smart Home"
		fields = append(fields,
			ConsoleField{page, "Payload version", "v3", ""},
			ConsoleField{page, "Default endpoint", arn, ""},
			ConsoleField{page, alexa.RegionNamed(s.Region).Console, arn, "the region of accounts with the locale " + s.Locale},
		)
	}
	if s.CustomSkillID != "" {
		fields = append(fields, ConsoleField{"Custom: Interaction Model", "JSON Editor", "what `hearthgate skill model --stage " + s.Name + "` prints", "then Save and Build"})
		const page = "Custom: Endpoint"
		fields = append(fields,
			ConsoleField{page, "Service Endpoint Type", "AWS Lambda ARN", ""},
			ConsoleField{page, "Default Region", arn, ""},
		)
	}
	return append(fields, linking(s)...)
}

// linking returns the fields of the page for account linking, which is the same for
// both kinds of skill.
func linking(s config.Stage) []ConsoleField {
	const page = "Account Linking"
	if s.TokenSource == config.Linked {
		home := strings.TrimRight(s.URL, "/")
		return []ConsoleField{
			{page, "Your Web Authorization URI", home + "/auth/authorize", ""},
			{page, "Access Token URI", home + "/auth/token", ""},
			{page, "Your Client ID", alexa.RegionNamed(s.Region).ClientID, "the slash at the end matters"},
			{page, "Your Secret", "anything", "Home Assistant ignores it"},
			{page, "Your Authentication Scheme", "Credentials in request body", ""},
			{page, "Scope", "smart_home", ""},
			{page, "Domain List", Domain(s), ""},
		}
	}
	return []ConsoleField{
		{page, "Your Web Authorization URI", alexa.AuthorizeURL, "Login with Amazon"},
		{page, "Access Token URI", alexa.TokenURL, ""},
		{page, "Your Client ID", "of your security profile", "developer.amazon.com, Login with Amazon: create one, and add the return URLs that this page lists to it"},
		{page, "Your Secret", "of the same security profile", ""},
		{page, "Your Authentication Scheme", "HTTP Basic", ""},
		{page, "Scope", "profile:user_id", ""},
	}
}

// Domain returns the host of the stage's Home Assistant, without a port.
func Domain(s config.Stage) string {
	u, err := url.Parse(s.URL)
	if err != nil {
		return ""
	}
	return u.Hostname()
}

// NextStep says what to do after the fields are filled in.
func NextStep(s config.Stage) string {
	if s.SmartHomeSkillID == "" && s.CustomSkillID == "" {
		return "No skill may call the function yet: create one in the Alexa developer console, then run `hearthgate init --stage " + s.Name + " --smart-home-skill ITS_ID` and deploy again. The console takes the ARN only after that."
	}
	if s.SmartHomeSkillID == "" {
		return "Then enable the skill in the Alexa app, link the account there, and open the skill by its name."
	}
	return "Then enable the skill in the Alexa app, link the account there, and say: Alexa, discover devices."
}

// A Console is what to type into the Alexa developer console.
type Console struct {
	Fields []ConsoleField `json:"fields"`
	stage  config.Stage
}

// NewConsole returns what to type for a stage whose function's alias has this ARN.
func NewConsole(s config.Stage, arn string) Console { return Console{ConsoleFields(s, arn), s} }

// Show writes it for a person.
func (c Console) Show(to *ui.Screen) { ShowConsole(to, c.stage, c.Fields) }

// ShowConsole writes for a person what to type into the Alexa developer console.
func ShowConsole(to *ui.Screen, s config.Stage, fields []ConsoleField) {
	to.Printf("\n%s\n", to.Bold("What to type into the Alexa developer console"))
	t, where := to.Table("    "), ""
	for _, f := range fields {
		if f.Where != where {
			where = f.Where
			t.Title("")
			t.Title("  " + to.Bold(where))
		}
		t.Row(f.Name, f.Value)
		if f.Why != "" {
			t.Row("", to.Dim(f.Why))
		}
	}
	t.Flush()
	to.Printf("\n%s\n", NextStep(s))
}
