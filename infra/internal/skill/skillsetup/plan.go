package skillsetup

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hearthgate/hearthgate/config/alexa"
	"github.com/hearthgate/hearthgate/infra/internal/skill/smapi"
	"github.com/hearthgate/hearthgate/infra/internal/ui"
)

// A Difference is a field of a skill that Amazon has with another value than the stage
// needs.
type Difference struct {
	Skill  string `json:"skill"` // kind
	Field  string `json:"field"`
	Amazon string `json:"amazon"` // "" for none
	Ours   string `json:"ours"`   // "" for none
}

// A plan is what one skill lacks, and what it becomes.
type plan struct {
	kind, id    string
	endpoint    string // that Amazon has
	differences []Difference

	manifest     smapi.Manifest // with our fields; nil: it is right
	manifestTag  string
	linking      *smapi.Linking // nil: it is right
	linkingTag   string
	model        smapi.Model // with our intents; nil: it is right, or the skill has none
	modelTag     string
	enabled      bool
	begun        []string // changes that Amazon has accepted and perhaps not made
	eventsWanted bool     // the permission for events is missing
}

// differs adds a difference.
func (p *plan) differs(field, amazon, ours string) {
	p.differences = append(p.differences, Difference{p.kind, field, amazon, ours})
}

// plan reads a skill at Amazon and returns what it lacks.
func (s *Setup) plan(ctx context.Context, client *smapi.Client, kind string, o LinkOptions) (*plan, error) {
	p := &plan{kind: kind, id: *id(&s.Stage, kind)}
	// A change that an earlier run began, or someone in the console, comes first.
	if err := client.Settled(ctx, p.id, smapi.ManifestResource); err != nil {
		return nil, s.known(err, kind)
	}
	m, tag, err := client.Manifest(ctx, p.id)
	if err != nil {
		return nil, s.known(err, kind)
	}
	p.manifestTag, p.endpoint = tag, m.Text(s.endpoints(kind)[1])
	if err := s.planManifest(p, m); err != nil {
		return nil, err
	}
	linking, tag, err := client.Linking(ctx, p.id)
	if err != nil {
		return nil, err
	}
	p.linkingTag = tag
	if err := s.planLinking(p, linking, client.Login(), o.Again); err != nil {
		return nil, err
	}
	if kind == smapi.Custom {
		if err := s.planModel(ctx, p, client, o.Invocation); err != nil {
			return nil, err
		}
	}
	p.enabled, err = client.Enabled(ctx, p.id)
	return p, err
}

// planManifest compares the fields of a manifest that are ours: the endpoints, that no
// other region has one, the locale, and for a Smart Home skill the protocol and the
// permission to send events. All others are left as they are.
func (s *Setup) planManifest(p *plan, m smapi.Manifest) error {
	next, changed := m.Clone(), false
	set := func(path, was, ours string, value any) {
		p.differs("manifest."+path, was, ours)
		next.Set(path, value)
		changed = true
	}
	for _, path := range s.endpoints(p.kind) {
		if was := m.Text(path); was != s.ARN() {
			set(path, was, s.ARN(), s.ARN())
		}
	}
	regions, _ := m.At("apis." + p.kind + ".regions").(map[string]any)
	for _, code := range slices.Sorted(maps.Keys(regions)) {
		if path := "apis." + p.kind + ".regions." + code; code != alexa.RegionNamed(s.Stage.Region).Code {
			p.differs("manifest."+path, cmp.Or(m.Text(path+".endpoint.uri"), "another region"), "")
			next.Delete(path)
			changed = true
		}
	}
	if path := localePath + "." + s.Stage.Locale; m.At(path) == nil {
		locale, err := s.localized(p.kind, skillName(s.Stage, p.kind, "", false))
		if err != nil {
			return err
		}
		set(path, "", "the texts of this locale", locale)
	}
	if p.kind == smapi.SmartHome {
		const protocol = "apis.smartHome.protocolVersion"
		if was := m.Text(protocol); was != "3" && was != "3.0" {
			set(protocol, was, "3", "3")
		}
		if list, ok := permissions(m); !ok {
			p.eventsWanted = true
			set(permissionPath, "without "+alexa.EventsPermission, "with "+alexa.EventsPermission, list)
		}
	}
	if changed {
		p.manifest = next
	}
	return nil
}

// permissions returns a manifest's permissions with the one for events, and whether it
// has that already.
func permissions(m smapi.Manifest) (with []any, ok bool) {
	with, _ = m.At(permissionPath).([]any)
	for _, one := range with {
		if object, _ := one.(map[string]any); object["name"] == alexa.EventsPermission {
			return with, true
		}
	}
	return append(slices.Clone(with), map[string]any{"name": alexa.EventsPermission}), false
}

// Differences show what differs, field by field.
type Differences []Difference

// Show writes what Amazon has and what the stage needs.
func (d Differences) Show(to *ui.Screen) {
	kind := ""
	for _, one := range d {
		if one.Skill != kind {
			kind = one.Skill
			to.Printf("  %s\n", to.Bold(nameOf(kind)))
		}
		to.Printf("    %s: %s -> %s\n", one.Field, cmp.Or(one.Amazon, "(none)"), cmp.Or(one.Ours, "(none)"))
	}
}

// String returns the fields in one line.
func (d Differences) String() string {
	var all []string
	for _, one := range d {
		all = append(all, fmt.Sprintf("%s of the %s is %s, and should be %s", one.Field, nameOf(one.Skill), cmp.Or(one.Amazon, "missing"), cmp.Or(one.Ours, "removed")))
	}
	return strings.Join(all, "; ")
}
