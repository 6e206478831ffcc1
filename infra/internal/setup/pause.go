package setup

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/awsaccount"
	"github.com/hearthgate/hearthgate/infra/internal/invoke"
	"github.com/hearthgate/hearthgate/infra/internal/ui"
)

// A Paused says which homes of a stage are left alone now, or are no longer.
type Paused struct {
	Stage  string    `json:"stage"`
	Homes  []string  `json:"homes"` // their full names, "prod" or "prod/cabin"
	Paused bool      `json:"paused"`
	Until  time.Time `json:"until,omitzero"`
	Reason string    `json:"reason,omitempty"`

	Unread string `json:"unread,omitempty"` // why the function was not asked to read it
}

// SetPause pauses homes of a stage, or ends their pauses where p is nil, and has the function
// read that. Homes are as [config.Stage.Each] returns them. A function that cannot be asked
// reads it when it next reads its settings.
func SetPause(ctx context.Context, s config.Stage, homes []config.Stage, p *config.Pause, a *awsaccount.Account, t *invoke.Target) (Paused, error) {
	done := Paused{Stage: s.Name, Homes: []string{}, Paused: p != nil}
	text, err := a.Text(ctx, s.PauseParameterName())
	if err != nil && awsaccount.CodeOf(err) != awsaccount.NotFound {
		return done, err
	}
	before, _ := config.ParsePauses(text) // what cannot be read pauses none
	after := config.Pauses{}
	for home, one := range before {
		if before.Of(home, time.Now()) != nil { // those that are over go
			after[home] = one
		}
	}
	for _, at := range homes {
		home := cmp.Or(at.HomeName(), config.FirstHome)
		delete(after, home)
		if p != nil {
			after[home] = *p
			done.Until, done.Reason = p.Until, p.Reason
		}
		done.Homes = append(done.Homes, at.FullName())
	}
	if len(after) > 0 {
		b, _ := json.Marshal(after) // plain fields: cannot fail
		err = a.PutText(ctx, s.PauseParameterName(), string(b), "Which homes are left alone, and until when")
	} else {
		_, err = a.DeleteParameter(ctx, s.PauseParameterName())
	}
	if err != nil {
		return done, err
	}
	if err := t.Reload(ctx); err != nil {
		done.Unread = err.Error()
	}
	return done, nil
}

// PauseUntil reads when a pause ends: a duration from now, or a time of today or tomorrow
// such as 23:00, or a date with a time. Both empty are no end.
func PauseUntil(lasts time.Duration, until string, now time.Time) (time.Time, error) {
	switch {
	case lasts < 0 || lasts > 0 && lasts < time.Minute:
		return time.Time{}, errors.New("--for is less than a minute: write a duration such as 30m or 2h")
	case lasts > 0:
		return now.Add(lasts).UTC().Truncate(time.Second), nil
	case until == "":
		return time.Time{}, nil
	}
	if at, err := time.Parse(time.RFC3339, until); err == nil {
		if !at.After(now) {
			return time.Time{}, fmt.Errorf("--until %.40s is over: write a time to come", until)
		}
		return at.UTC(), nil
	}
	clock, err := time.Parse("15:04", until)
	if err != nil {
		return time.Time{}, fmt.Errorf("--until %.40q is not a time: write one such as 23:00, or 2026-01-31T23:00:00+01:00", until)
	}
	at := time.Date(now.Year(), now.Month(), now.Day(), clock.Hour(), clock.Minute(), 0, 0, now.Location())
	if !at.After(now) {
		at = at.AddDate(0, 0, 1)
	}
	return at.UTC(), nil
}

// Show writes for a person what is paused.
func (p Paused) Show(to *ui.Screen) {
	for _, home := range p.Homes {
		switch {
		case !p.Paused:
			to.Printf("%s %s\n", to.Good("resumed"), home)
		case p.Until.IsZero():
			to.Printf("%s %s until `hearthgate resume --stage %[2]s`\n", to.Good("paused"), home)
		default:
			to.Printf("%s %s until %s\n", to.Good("paused"), home, p.Until.Local().Format("Jan _2 15:04"))
		}
	}
	switch {
	case p.Unread != "":
		to.Printf("%s The function was not asked to read it (%s): it does so within five minutes of its next directive, or when it starts\n", to.Bold("!"), ui.Lines(p.Unread))
	case p.Paused:
		to.Printf("Directives get an error at once and raise no alarm. A second process of the function may take five minutes to notice.\n")
	}
}
