package skillsetup

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/hearthgate/hearthgate/config/alexa"
	"github.com/hearthgate/hearthgate/infra/internal/skill/smapi"
	"github.com/hearthgate/hearthgate/infra/internal/ui"
)

// Names of the two lines of Home Assistant's secrets.yaml.
const (
	secretID     = "alexa_client_id"
	secretSecret = "alexa_client_secret"
)

// Events is what Home Assistant needs to send events to Alexa, such as that a light was
// switched at the wall.
type Events struct {
	Endpoint string `json:"endpoint"`
	ClientID string `json:"clientId"`
	Secret   string `json:"clientSecret,omitempty"` // only if it was asked for
	Written  string `json:"written,omitempty"`      // the file that has the lines for secrets.yaml
	Locale   string `json:"locale"`

	relay bool // to the home that reports
}

// Events returns the credentials for events of the Smart Home skill. The secret is in
// the result only with show. With a file, the lines for secrets.yaml are written to it,
// readable by the owner alone; the file must not exist.
func (s *Setup) Events(ctx context.Context, show bool, file string) (Events, error) {
	e := Events{Endpoint: alexa.RegionNamed(s.Stage.Region).Events, Locale: s.Stage.Locale, relay: s.Stage.HasRelay()}
	client, err := s.client(ctx)
	if err != nil {
		return e, err
	}
	if s.Stage.SmartHomeSkillID == "" {
		return e, fmt.Errorf("the stage %s has no Smart Home skill, which alone sends events: run `%s`", s.Stage.Name, s.command("skill create"))
	}
	m, _, err := client.Manifest(ctx, s.Stage.SmartHomeSkillID)
	if err != nil {
		return e, s.known(err, smapi.SmartHome)
	}
	if _, ok := permissions(m); !ok {
		return e, fmt.Errorf("the skill has no permission to send events yet (%s), and no credentials for it: run `%s` first", alexa.EventsPermission, s.command("skill link"))
	}
	c, err := client.Credentials(ctx, s.Stage.SmartHomeSkillID)
	if err != nil {
		return e, err
	}
	if c.ClientID == "" || c.ClientSecret == "" {
		return e, fmt.Errorf("there are no credentials for events of this skill at Amazon yet: run `%s`, wait a minute, and run this again", s.command("skill link"))
	}
	e.ClientID = c.ClientID
	if show {
		e.Secret = c.ClientSecret
	}
	if file != "" {
		e.Written = file
		return e, writeNew(file, fmt.Sprintf("%s: %q\n%s: %q\n", secretID, c.ClientID, secretSecret, c.ClientSecret))
	}
	return e, nil
}

// writeNew writes a file that did not exist, which the owner alone can read.
func writeNew(file, text string) error {
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, os.ErrExist) {
		return fmt.Errorf("%s exists already, and is not overwritten: name a new file, and copy its lines into secrets.yaml", file)
	}
	if err != nil {
		return fmt.Errorf("the lines cannot be written: %w; name a file in a folder that you may write to", err)
	}
	_, err = f.WriteString(text)
	if err = errors.Join(err, f.Close()); err != nil {
		return errors.Join(fmt.Errorf("the lines cannot be written: %w", err), os.Remove(file))
	}
	return nil
}

// Show writes for a person what to add to Home Assistant.
func (e Events) Show(to *ui.Screen) {
	if e.relay {
		e.showRelay(to)
	} else {
		e.showYAML(to)
	}
	switch {
	case e.Written != "":
		to.Printf("the two lines of %s, which only you can read; delete it afterwards\n", e.Written)
	case e.Secret != "":
		to.Printf("%s: %q\n%s: %q\n", secretID, e.ClientID, secretSecret, e.Secret)
	default:
		to.Printf("%s: %q\n%s: %s\n", secretID, e.ClientID, secretSecret, to.Dim("(--show-secret shows it, --secrets-file FILE writes both lines)"))
	}
	then := "Then restart Home Assistant, and in"
	if e.relay {
		then = "Then, in"
	}
	to.Printf("\n%s the Alexa app disable and enable the skill: Alexa hands over the right to send events while the account is linked.\n", then)
}

func (e Events) showYAML(to *ui.Screen) {
	to.Printf("%s\n", to.Bold("Add to configuration.yaml of Home Assistant:"))
	to.Printf("%s\n", ui.Lines(strings.Join([]string{
		"alexa:", "  smart_home:", "    locale: " + e.Locale, "    endpoint: " + e.Endpoint,
		"    client_id: !secret " + secretID, "    client_secret: !secret " + secretSecret,
	}, "\n")))
	to.Printf("\n%s\n", to.Bold("and to secrets.yaml beside it:"))
}

func (e Events) showRelay(to *ui.Screen) {
	to.Printf("%s\n", to.Bold("In Home Assistant open hearthgate, choose Configure, then Report changes to Alexa, and enter:"))
}
