package setup

import (
	"slices"
	"strings"

	"github.com/hearthgate/hearthgate/config"
)

// A Question is asked of the owner.
type Question struct {
	Field    string   // of the stage, as its file spells it; of a question about something else, its name in the draft
	Flag     string   // of the command, which answers it in advance
	Text     string   // the question
	Help     []string // explains it, a paragraph each
	Optional bool     // "-" empties it
}

// Questions returns the questions about a stage in the order in which they are asked.
func Questions() []Question {
	return []Question{
		{Field: "locale", Flag: "locale", Text: "Locale of your Amazon account",
			Help: []string{"It determines the AWS region: one of " + strings.Join(config.Locales(), " ")}},
		{Field: "homeAssistantUrl", Flag: "url", Text: "Address of Home Assistant, as seen from the internet",
			Help: []string{"Such as https://home.example.com"}},
		{Field: "tokenSource", Flag: "token-source", Text: "Where the token for Home Assistant comes from, stored or linked",
			Help: []string{
				"stored: you create one long-lived token in Home Assistant, and `hearthgate token` keeps it encrypted in your AWS account. It needs a security profile of Login with Amazon, which is free, for linking the account; the home may have any port.",
				"linked: you link the account with your login at Home Assistant, and every directive brings the token of that login. It needs Home Assistant at port 443 with a public certificate, because Amazon's servers ask it for the token.",
			}},
		{Field: "smartHomeSkillId", Flag: "smart-home-skill", Text: "Id of the Smart Home skill", Optional: true,
			Help: []string{"From the Alexa developer console, amzn1.ask.skill....; empty if there is none yet"}},
		{Field: "customSkillId", Flag: "custom-skill", Text: "Id of the custom skill", Optional: true,
			Help: []string{"Empty if there is none"}},
		{Field: "alarmEmail", Flag: "alarm-email", Text: "E-mail address for alarms", Optional: true,
			Help: []string{"Empty: no one is notified of alarms"}},
	}
}

// ConnectionQuestion is answered by a flag; `hearthgate up` asks it in other words.
var ConnectionQuestion = Question{Field: "connection", Flag: "connection", Text: "How directives get to your home, https or relay"}

// ofAddress reports whether a question is about an address, which a home with a relay does
// not need.
func (q Question) ofAddress() bool { return q.Field == urlField || q.Field == "tokenSource" }

// QuestionFor returns the question about a field of a stage.
func QuestionFor(field string) (Question, bool) {
	all := Questions()
	i := slices.IndexFunc(all, func(q Question) bool { return q.Field == field })
	if i < 0 {
		return Question{}, false
	}
	return all[i], true
}
