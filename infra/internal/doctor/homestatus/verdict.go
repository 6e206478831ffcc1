package homestatus

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/config/alexa"
	"github.com/hearthgate/hearthgate/config/wire"
	"github.com/hearthgate/hearthgate/infra/internal/awsaccount"
	"github.com/hearthgate/hearthgate/infra/internal/doctor/activity"
	"github.com/hearthgate/hearthgate/infra/internal/ui/fleet"
)

const (
	silence = 3 * 24 * time.Hour // without a directive, as the alarm of that name has it
	soon    = 14                 // days before something ends
	few     = 3                  // failures or denials: fewer mean nothing yet
)

// judge writes the findings and the verdict, which is the worst of them.
func (h *Home) judge(t Target, f facts, now time.Time) {
	h.Findings = []Finding{}
	h.deployed(t, f)
	h.allowed(t, f)
	h.unread(f)
	h.connected(t.Stage)
	switch p := h.Process; {
	case p != nil && len(p.Paused) > 0:
		h.paused(t.Stage, p.Paused) // which explains what its directives say
	case h.Activity != nil:
		h.used(*h.Activity, now)
	}
	h.ends(t)
	if d := h.Deployment; d != nil && t.Clone != "" && d.Version != "" && d.Version != t.Clone {
		h.find(fleet.Notice, fmt.Sprintf("it runs version %s, and this clone is %s", d.Version, t.Clone), "hearthgate deploy --stage "+t.Stage.Name)
	}
	if len(h.Alarms) > 0 {
		h.find(fleet.Notice, "alarms that are on: "+strings.Join(h.Alarms, ", "), "hearthgate alarm --list --stage "+t.Stage.Name)
	}
	slices.SortStableFunc(h.Findings, func(x, y Finding) int { return cmp.Compare(y.Level, x.Level) })
	if len(h.Findings) > 0 {
		h.Level, h.Verdict = h.Findings[0].Level, h.Findings[0].Text
		return
	}
	h.Level, h.Verdict = fleet.Well, h.well(now)+h.reached()
}

func (h *Home) find(level fleet.Level, text, do string) {
	h.Findings = append(h.Findings, Finding{level, text, do})
}

// deployed finds what is wrong with the stack and the process.
func (h *Home) deployed(t Target, f facts) {
	again := "hearthgate deploy --stage " + t.Stage.Name
	if d := h.Deployment; d != nil {
		level := fleet.Trouble
		reason := strings.TrimSuffix(": "+f.stack.Reason, ": ")
		switch {
		case d.Stack == "UPDATE_ROLLBACK_COMPLETE":
			level = fleet.Notice
			fallthrough
		case strings.Contains(d.Stack, "ROLLBACK") || strings.HasSuffix(d.Stack, "_FAILED"):
			h.find(level, fmt.Sprintf("the deployment of %s failed (%s)%s", day(d.Since), d.Stack, reason), again)
		}
	}
	switch {
	case f.processErr == nil && !f.response.Success:
		h.find(fleet.Trouble, "the function does not report its status: "+f.response.Message, "hearthgate logs --stage "+t.Stage.Name)
	case f.processErr == nil && f.process.Problem != "":
		h.find(fleet.Trouble, "the function is not ready: "+f.process.Problem, "hearthgate doctor --stage "+t.Stage.Name)
	}
}

// allowed finds what keeps Alexa from the function, and the function from the home.
func (h *Home) allowed(t Target, f facts) {
	switch {
	case t.Stage.SmartHomeSkillID == "" && t.Stage.CustomSkillID == "":
		h.find(fleet.Notice, "no skill may call the function: the stage's file has no skill id", "hearthgate skill create --stage "+t.Stage.Name)
	case len(f.permissions) > 0:
		h.find(fleet.Trouble, "the "+strings.Join(f.permissions, " and the ")+" has no permission to call the function", "hearthgate deploy --stage "+t.Stage.Name)
	}
	if awsaccount.CodeOf(f.tokenErr) == awsaccount.NotFound {
		h.find(fleet.Trouble, "no token is stored for Home Assistant", "hearthgate token --stage "+t.Stage.Name)
	}
}

// unread finds what could not be read. That AWS does not let these credentials read the
// token is none.
func (h *Home) unread(f facts) {
	for _, err := range []error{f.activityErr, f.processErr, f.stackErr, f.permissionsErr, f.alarmsErr} {
		if err != nil {
			h.find(fleet.Unknown, err.Error(), "")
		}
	}
}

// paused finds which homes their owner wants left alone.
func (h *Home) paused(s config.Stage, all []wire.Pause) {
	for _, p := range all {
		text, of := "paused until it is ended", s.Name
		if !p.Until.IsZero() {
			text = "paused until " + day(p.Until)
		}
		if len(s.Homes) > 0 {
			home := cmp.Or(p.Home, config.FirstHome)
			text, of = home+" is "+text, config.FullName(s.Name, home)
		}
		if p.Reason != "" {
			text += " (" + p.Reason + ")"
		}
		h.find(fleet.Notice, text, "hearthgate resume --stage "+of)
	}
}

// used finds what the directives say.
func (h *Home) used(a activity.Activity, now time.Time) {
	doctor := "hearthgate doctor --stage " + h.Stage
	switch s := a.Streak; {
	case a.Directives == 0 && a.LastSeen == nil && h.Deployment != nil && now.Sub(h.Deployment.Since) < silence:
		h.find(fleet.Notice, "no directive came yet", doctor)
	case a.Directives == 0 && a.LastSeen == nil:
		h.find(fleet.Notice, "silent: no directive in 60 days", doctor)
	case a.Directives == 0 && now.Sub(*a.LastSeen) >= silence:
		h.find(fleet.Notice, fmt.Sprintf("silent: no directive for %s", days(now.Sub(*a.LastSeen))), doctor)
	case a.Denied >= few && a.Denied == a.Directives:
		h.find(fleet.Trouble, fmt.Sprintf("every directive is denied (%d): %s", a.Denied, denial(a.Denials)), "hearthgate logs --denied --stage "+h.Stage)
	case s != nil && s.Failed >= few:
		h.find(fleet.Trouble, fmt.Sprintf("every directive fails since %s (%d): %s", day(s.Since), s.Failed, short(a.Why())), doctor)
	case a.Failed >= few && *a.Answered < alexa.MinSuccessRate:
		h.find(fleet.Trouble, fmt.Sprintf("%d of %d directives failed: %s", a.Failed, a.Directives, short(a.Why())), doctor)
	case s != nil || a.Last != nil && a.Last.Outcome == wire.Failed.String():
		h.find(fleet.Notice, "the last directive failed: "+short(a.Why()), doctor)
	}
}

// ends finds what has expired or soon will.
func (h *Home) ends(t Target) {
	if p := h.Process; p != nil && p.Certificate != nil && p.Certificate.Problem != "" {
		h.find(fleet.Trouble, "the home's certificate: "+p.Certificate.Problem, "hearthgate doctor --stage "+t.Stage.Name)
	}
	for _, end := range []struct {
		what, do string
		days     *int
	}{
		{"the home's certificate", "find out why it was not renewed", h.CertificateDays},
		{"the token for Home Assistant", "hearthgate token --rotate --stage " + t.Stage.Name, h.TokenDays},
	} {
		switch {
		case end.days == nil || *end.days > soon:
		case *end.days <= 0:
			h.find(fleet.Trouble, end.what+" has expired", end.do)
		default:
			h.find(fleet.Notice, fmt.Sprintf("%s expires in %d days", end.what, *end.days), end.do)
		}
	}
}

// well says that nothing was found, and how much the home is used.
func (h *Home) well(now time.Time) string {
	a := h.Activity
	switch {
	case a == nil || a.LastSeen == nil:
		return "well"
	case a.Directives == 0:
		return "well, and quiet: the last directive was " + day(*a.LastSeen)
	}
	text := fmt.Sprintf("well: %s, %s answered", plural(a.Directives, "directive"), percent(*a.Answered))
	if a.Denied > 0 {
		text += fmt.Sprintf(", %d denied", a.Denied)
	}
	if a.Duration.P90 != nil {
		text += fmt.Sprintf(", nine of ten below %.0f ms", *a.Duration.P90)
	}
	return text + ", the last " + ago(now.Sub(*a.LastSeen))
}

// denial says why directives are denied.
func denial(all []activity.Denial) string {
	if len(all) == 0 {
		return "the log does not say why"
	}
	return Said(all[0])
}
