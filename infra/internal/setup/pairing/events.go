package pairing

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"github.com/hearthgate/hearthgate/infra/internal/ui"
)

// Events are the credentials with which Home Assistant reports changes to Alexa: those of
// the skill, for messages to it.
type Events struct {
	ClientID string
	Secret   string
}

const optionFlows = "/api/config/config_entries/options/flow"

// eventProblems are the errors of the integration's page for events.
var eventProblems = map[string]string{
	"not_a_client": "the client id is not one of Login with Amazon: copy the one that begins with amzn1.application-oa2-client. from the skill's page Permissions, or have `hearthgate skill events` print it",
	"no_secret":    "the client secret is missing, or has a space in it: copy it from the skill's page Permissions, or have `hearthgate skill events --show-secret` print it",
}

// An EventsSet is a home that reports to Alexa once Alexa lets it.
type EventsSet struct {
	Stage string `json:"stage"`
}

// Show writes for a person what comes next.
func (s EventsSet) Show(to *ui.Screen) {
	to.Printf("%s Home Assistant has the credentials of %s\n", to.Good("done."), s.Stage)
	to.Printf("Next: disable the skill in the Alexa app and enable it again. Alexa hands over the right to report only then\n")
}

// SetEvents has a paired home report changes of state, doorbells and new devices to Alexa,
// from the next time on that its owner enables the skill.
func (h Home) SetEvents(ctx context.Context, stage string, e Events) (done EventsSet, err error) {
	done.Stage = stage
	if e.ClientID == "" || e.Secret == "" {
		return done, errors.New("the client id and the client secret of the skill are missing: `hearthgate skill events --show-secret` prints them, and so does the skill's page Permissions, below Alexa Skill Messaging")
	}
	entry, err := h.entry(ctx, stage)
	if err != nil {
		return done, err
	}
	var f form
	if err := h.call(ctx, http.MethodPost, optionFlows, map[string]string{"handler": entry}, &f); err != nil {
		return done, err
	}
	page := optionFlows + "/" + url.PathEscape(f.ID)
	for _, submitted := range []map[string]string{
		{"next_step_id": "events"},
		{"client_id": e.ClientID, "client_secret": e.Secret},
	} {
		if err := h.call(ctx, http.MethodPost, page, submitted, &f); err != nil {
			h.leave(ctx, page)
			return done, err
		}
	}
	if f.Type == "create_entry" {
		return done, nil
	}
	h.leave(ctx, page)
	for _, code := range f.Errors {
		if text, ok := eventProblems[code]; ok {
			return done, errors.New(text)
		}
	}
	return done, fmt.Errorf("Home Assistant at %s has no page for Alexa events that this version knows: update the integration and hearthgate to the same version", h.URL)
}
