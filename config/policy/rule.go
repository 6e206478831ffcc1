package policy

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/hearthgate/hearthgate/config/glob"
	"github.com/hearthgate/hearthgate/config/strictjson"
	"github.com/hearthgate/hearthgate/config/zone"
)

// maxPattern is how long a pattern may be, in bytes: the limit of an endpoint's id.
const maxPattern = 256

// Skills that a rule can be about.
const (
	SmartHome = "smart_home" // its directives; the default
	Custom    = "custom"     // its sentences, and the intents of the owner's own
)

// A Rule allows or denies the directives that match all of its fields. In a pattern *
// stands for any characters and ? for one; case does not count. A rule without
// namespace and endpoint applies to commands of a person only, not to Discover,
// ReportState and AcceptGrant.
type Rule struct {
	Effect    string   `json:"effect" required:"true" doc:"deny or allow"`
	Skill     string   `json:"skill,omitempty" doc:"custom for what is said to the custom skill; default: smart_home, its directives"`
	Namespace string   `json:"namespace,omitempty" doc:"pattern of the directive's namespace, such as Alexa.LockController; default: any"`
	Name      string   `json:"name,omitempty" doc:"pattern of the directive's name, such as Unlock; default: any"`
	Endpoint  string   `json:"endpoint,omitempty" doc:"pattern of the endpoint's id, such as lock.*; default: any, or none"`
	Hours     []string `json:"hours,omitempty" doc:"parts of the day when the rule applies, such as 22:00-06:00, the end not included; default: always"`
	TimeZone  string   `json:"time_zone,omitempty" doc:"of the hours, such as Europe/Berlin"`
	Reason    string   `json:"reason,omitempty" doc:"for the log"`

	Number int `json:"-"` // in the policy, from 1

	pattern Directive // folded
	hours   []span
	zone    *time.Location
}

func parseRule(raw []byte) (*Rule, error) {
	r := new(Rule)
	if strictjson.Kind(raw) != "object" {
		return nil, errors.New("it is not an object; expected {\"effect\": \"deny\", ...}")
	}
	if err := strictjson.Decode(raw, r); err != nil {
		return nil, err
	}
	r.Effect, r.Skill = strings.ToLower(r.Effect), strings.ToLower(r.Skill)
	r.pattern = Directive{r.Namespace, r.Name, r.Endpoint}.folded()
	if err := r.check(); err != nil {
		return nil, err
	}
	for _, h := range r.Hours {
		s, err := parseSpan(h)
		if err != nil {
			return nil, err
		}
		r.hours = append(r.hours, s)
	}
	var err error
	r.zone, err = zone.Load(r.TimeZone)
	return r, err
}

// check rejects a rule that is ambiguous or can never match.
func (r *Rule) check() error {
	switch {
	case r.Effect != "deny" && r.Effect != "allow":
		return fmt.Errorf("field effect is %.40q; expected deny or allow", r.Effect)
	case r.Skill != "" && r.Skill != SmartHome && r.Skill != Custom:
		return fmt.Errorf("field skill is %.40q; expected %s or %s", r.Skill, Custom, SmartHome)
	}
	for field, pattern := range map[string]string{"namespace": r.Namespace, "name": r.Name, "endpoint": r.Endpoint, "reason": r.Reason} {
		if len(pattern) > maxPattern {
			return fmt.Errorf("field %s is %d bytes long; at most %d are allowed", field, len(pattern), maxPattern)
		}
	}
	switch {
	case len(r.Hours) > 0 && r.TimeZone == "":
		return errors.New("field time_zone is missing: give the time zone of the hours, such as Europe/Berlin")
	case len(r.Hours) == 0 && r.Hours != nil:
		return errors.New("field hours is an empty list: leave hours out for the whole day")
	case len(r.Hours) == 0 && r.TimeZone != "":
		return errors.New("field hours is missing, though there is a time_zone; expected 22:00-06:00")
	case ofMachine(r.TimeZone):
		return fmt.Errorf("field time_zone is %.60q, which differs from machine to machine; expected one such as Europe/Berlin", r.TimeZone)
	}
	if _, err := zone.Load(r.TimeZone); err != nil {
		return fmt.Errorf("field time_zone is %.60q; expected a time zone such as Europe/Berlin", r.TimeZone)
	}
	return r.checkSubject()
}

// ofMachine reports whether a time zone is one that only some systems have, or each its
// own.
func ofMachine(zone string) bool {
	return zone == "Local" || zone == "localtime" || zone == "posixrules" || strings.HasPrefix(zone, "posix/") || strings.HasPrefix(zone, "right/")
}

// checkSubject rejects a rule that no directive and no sentence can match.
func (r *Rule) checkSubject() error {
	if r.custom() {
		if r.Namespace != "" || r.Name != "" || r.Endpoint != "" {
			return errors.New("field skill is custom, and a sentence has no namespace, name or endpoint: leave them out, or leave skill out")
		}
		return nil
	}
	if r.Namespace == "" && r.Name == "" && r.Endpoint == "" && len(r.Hours) == 0 {
		return errors.New("fields namespace, name, endpoint and hours are missing: name one of them, or write \"namespace\": \"*\" for every directive")
	}
	if err := checkNamespace(r.Namespace); err != nil {
		return err
	}
	if err := checkName(r.Namespace, r.Name); err != nil {
		return err
	}
	if err := checkEndpoint(r.Endpoint); err != nil {
		return err
	}
	for _, d := range Directives() {
		if d.TakesEndpoint() {
			d.Endpoint = r.Endpoint // which its own pattern matches
		}
		if r.matches(d.folded()) {
			return nil
		}
	}
	return errors.New("it can match no directive: Discover and AcceptGrant have no endpoint, and to match them or ReportState a rule needs their namespace")
}

func (r *Rule) custom() bool { return r.Skill == Custom }

// Allows reports whether the rule allows what it matches.
func (r *Rule) Allows() bool { return r.Effect == "allow" }

// String returns the rule's number and what it is about: "rule 2 (deny
// Alexa.LockController Unlock lock.*)".
func (r *Rule) String() string {
	about := r.Effect
	for _, text := range []string{r.Skill, r.Namespace, r.Name, r.Endpoint, strings.Join(r.Hours, " ")} {
		if text != "" {
			about += " " + text
		}
	}
	return fmt.Sprintf("rule %d (%s)", r.Number, about)
}

// matches reports whether a folded directive matches the rule, at any time.
func (r *Rule) matches(d Directive) bool {
	p := r.pattern
	return (p.Namespace == "" || match(p.Namespace, d.Namespace)) &&
		(p.Name == "" || match(p.Name, d.Name)) &&
		(p.Endpoint == "" || d.Endpoint != "" && match(p.Endpoint, d.Endpoint)) &&
		(p.Namespace != "" || p.Endpoint != "" || d.said())
}

// holds reports whether the rule applies at a time.
func (r *Rule) holds(at time.Time) bool {
	if len(r.hours) == 0 {
		return true
	}
	at = at.In(r.zone)
	minute := at.Hour()*60 + at.Minute()
	for _, h := range r.hours {
		if h.holds(minute) {
			return true
		}
	}
	return false
}

// folded returns d as it is compared: without case, and with the dot that Home
// Assistant reads for a # in an id.
func (d Directive) folded() Directive {
	return Directive{strings.ToLower(d.Namespace), strings.ToLower(d.Name), strings.ReplaceAll(strings.ToLower(d.Endpoint), "#", ".")}
}

// said reports whether a folded d is a command of a person, rather than a directive
// that Alexa sends by itself.
func (d Directive) said() bool {
	switch d.Namespace {
	case "alexa.discovery", "alexa.authorization":
		return false
	case "alexa":
		return d.Name != "reportstate"
	}
	return true
}

// match reports whether the whole of text matches pattern: * stands for any
// characters, ? for one.
func match(pattern, text string) bool { return glob.Match([]rune(pattern), []rune(text)) }
