package skillsetup

import (
	"fmt"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/config/alexa"
	"github.com/hearthgate/hearthgate/infra/internal/skill"
	"github.com/hearthgate/hearthgate/infra/internal/skill/smapi"
)

// Places in a manifest.
const (
	markerPath     = "publishingInformation.testingInstructions"
	localePath     = "publishingInformation.locales"
	permissionPath = "permissions"
)

// Manifest returns the manifest of a new skill of a stage. It is never published, so it
// has what a skill in development needs, and states nothing in the owner's name. The
// endpoint may be empty.
func (s *Setup) Manifest(kind, name, endpoint string) (smapi.Manifest, error) {
	locale, err := s.localized(kind, name)
	if err != nil {
		return nil, err
	}
	m := smapi.Manifest{"manifestVersion": "1.0"}
	m.Set("publishingInformation.isAvailableWorldwide", true)
	m.Set("publishingInformation.category", "SMART_HOME")
	m.Set(markerPath, s.marker(kind))
	m.Set(localePath+"."+s.Stage.Locale, locale)
	m.Set("apis."+kind, map[string]any{})
	if kind == smapi.SmartHome {
		m.Set("apis.smartHome.protocolVersion", "3")
	}
	if endpoint != "" {
		for _, path := range s.endpoints(kind) {
			m.Set(path, endpoint)
		}
	}
	return m, nil
}

// localized returns what a person sees of a skill in the stage's locale.
func (s *Setup) localized(kind, name string) (map[string]any, error) {
	invocation, summary := "", "Alexa controls the devices of this home's own Home Assistant."
	if kind == smapi.Custom {
		model, err := skill.NewModel(s.Stage.Locale, "")
		if err != nil {
			return nil, err
		}
		invocation, summary = model.Interaction.Language.InvocationName, "Talk to this home's own Home Assistant."
	}
	return map[string]any{
		"name": name, "summary": summary, "description": summary + " Made by hearthgate for the stage " + s.Stage.Name + ".",
		"examplePhrases": examplePhrases(kind, s.Stage.Locale, invocation), "keywords": []any{},
	}, nil
}

// marker returns the text by which a skill of this stage is found again.
func (s *Setup) marker(kind string) string {
	return fmt.Sprintf("hearthgate made this skill and finds it by this line: %s/%s/%s", s.Account.ID, s.Stage.Name, kind)
}

// endpoints returns the paths at which a skill of a kind has its endpoint: the default,
// and the one region of the stage's locale.
func (s *Setup) endpoints(kind string) []string {
	api := "apis." + kind + "."
	return []string{api + "endpoint.uri", api + "regions." + alexa.RegionNamed(s.Stage.Region).Code + ".endpoint.uri"}
}

// skillName returns the name of a stage's skill of a kind; given is the owner's choice.
func skillName(s config.Stage, kind, given string, both bool) string {
	name := given
	if name == "" {
		name = "hearthgate " + s.Name
	}
	if kind == smapi.Custom && (given == "" || both) {
		name += " conversation"
	}
	return name
}
