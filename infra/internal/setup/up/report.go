package up

import (
	"context"
	"fmt"
	"slices"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/awsaccount/links"
	"github.com/hearthgate/hearthgate/infra/internal/invoke"
	"github.com/hearthgate/hearthgate/infra/internal/ui"
)

// A Report is what there is at the end of the way.
type Report struct {
	Stage    string `json:"stage"`
	Account  string `json:"account,omitempty"`
	Region   string `json:"region,omitempty"`
	Endpoint string `json:"endpoint,omitempty"` // the ARN for the skills

	Steps []Step       `json:"steps"` // that are done
	Left  []string     `json:"left"`  // what only the owner can do, in its order
	Links []links.Page `json:"links"` // that show how the home is doing
}

// A Step is a step that is done.
type Step struct {
	Name  string `json:"name"`
	Found string `json:"found"` // what there is now
}

// finish adds what is left for the owner, and where to look.
func (w *way) finish(ctx context.Context) {
	app := "In the Alexa app open More, Skills & Games, Your Skills, Dev, choose the skill, enable it if it is not, and link the account."
	w.report.Left = []string{app}
	if w.stage.SmartHomeSkillID != "" {
		w.report.Left = append(w.report.Left, `Say "Alexa, discover devices", or open Devices in the app, tap +, and add a device.`)
		w.report.Left = append(w.report.Left, fmt.Sprintf("Say \"Alexa, turn on %s\".", w.lamp(ctx)))
	}
	if w.stage.CustomSkillID != "" {
		w.report.Left = append(w.report.Left, "Open the custom skill by the name that `hearthgate skill model --stage "+w.Stage+"` shows, and ask it something.")
	}
	if address := w.unconfirmed(ctx); address != "" {
		w.report.Left = append(w.report.Left, "Confirm the mail from AWS Notifications to "+address+", which lets alarms reach you.")
	}
	// Without links the way is at its end all the same.
	dashboards, _ := links.Dashboards(ctx, w.account, w.stage)
	w.report.Links = append([]links.Page{}, dashboards...)
}

// lamp returns the name of a device that can be switched on, of those that the function
// finds with a stored token.
func (w *way) lamp(ctx context.Context) string {
	const any = "the kitchen light"
	if w.stage.TokenSource == config.Linked {
		return any
	}
	found, err := invoke.Deployed(w.account, config.FunctionName(w.Stage), config.Alias).Devices(ctx, invoke.NoToken)
	if err != nil {
		return any
	}
	for _, d := range found {
		if slices.Contains(d.Interfaces, "Alexa.BrightnessController") {
			return d.Name
		}
	}
	for _, d := range found {
		if slices.Contains(d.Interfaces, "Alexa.PowerController") {
			return d.Name
		}
	}
	return any
}

// unconfirmed returns the address for alarms that has not confirmed that it wants them, ""
// if there is none or AWS does not say.
func (w *way) unconfirmed(ctx context.Context) string {
	if w.stage.AlarmEmail == "" {
		return ""
	}
	subscribed, err := w.account.Subscriptions(ctx, config.StackName(w.Stage))
	if err != nil {
		return ""
	}
	for _, s := range subscribed {
		if !s.Confirmed {
			return s.Endpoint
		}
	}
	return ""
}

// Show writes for a person what is left and where to look.
func (r Report) Show(to *ui.Screen) {
	to.Printf("%s\n", to.Bold("What is left for you"))
	for i, text := range r.Left {
		to.Printf("  %d. %s\n", i+1, text)
	}
	to.Printf("\n%s\n", to.Bold("Where to look"))
	for _, page := range r.Links {
		to.Printf("  %s\n  %s\n", page.Name, page.URL)
	}
	to.Printf("  When something is wrong: %s\n", to.Bold("hearthgate doctor --stage "+r.Stage))
}
