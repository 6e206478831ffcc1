// Package accesstest opens the door to the home for tests that are about what lies
// behind it.
package accesstest

import (
	"context"

	"github.com/hearthgate/hearthgate/function/access"
	"github.com/hearthgate/hearthgate/function/core"
)

// Open returns a door that lets everything through.
func Open() access.Door { return access.Door{Rules: open{}} }

// Permit returns a permit of that door.
func Permit() access.Permit {
	p, _ := Open().Diagnosis()
	return p
}

type open struct{}

func (open) Skill(context.Context, string) error                     { return nil }
func (open) User(context.Context, core.Secret) error                 { return nil }
func (open) AsksUsers() bool                                         { return false }
func (open) Directive(context.Context, string, string, string) error { return nil }
func (open) Conversation(context.Context) error                      { return nil }
