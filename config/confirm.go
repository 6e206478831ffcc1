package config

import (
	"fmt"
	"slices"
	"strings"
)

// Kinds of devices whose commands the function can confirm: after the command it asks
// Home Assistant for the state, and answers with what is true instead of what was
// expected.
const (
	ConfirmLock   = "lock"
	ConfirmGarage = "garage" // covers that are garage doors or gates
	ConfirmCover  = "cover"  // all other covers
	ConfirmAlarm  = "alarm"  // alarm panels
	ConfirmValve  = "valve"
)

// ConfirmNone is the value of [EnvConfirm] that confirms nothing.
const ConfirmNone = "none"

// ConfirmKinds returns every kind, in a stable order.
func ConfirmKinds() []string {
	return []string{ConfirmLock, ConfirmGarage, ConfirmCover, ConfirmAlarm, ConfirmValve}
}

// DefaultConfirm returns the kinds that are confirmed where nothing else is set.
func DefaultConfirm() []string { return []string{ConfirmLock} }

// CheckConfirm returns what is wrong with a list of kinds and what to write, to follow
// the name of the setting; "" if nothing is.
func CheckConfirm(kinds []string) string {
	for i, kind := range kinds {
		switch {
		case !slices.Contains(ConfirmKinds(), kind):
			return fmt.Sprintf("has %s, which is no kind of device that can be confirmed; write %s", quote(kind), suggestion(kind))
		case slices.Contains(kinds[:i], kind):
			return "has " + quote(kind) + " twice; remove one of the two"
		}
	}
	return ""
}

// otherWords are words for a kind, or parts of them, that people use instead.
var otherWords = []struct{ word, kind string }{
	{"lock", ConfirmLock}, {"garage", ConfirmGarage}, {"gate", ConfirmGarage},
	{"cover", ConfirmCover}, {"blind", ConfirmCover}, {"shutter", ConfirmCover}, {"curtain", ConfirmCover}, {"shade", ConfirmCover}, {"awning", ConfirmCover},
	{"alarm", ConfirmAlarm}, {"security", ConfirmAlarm}, {"valve", ConfirmValve},
}

// suggestion returns the kind that was probably meant, or all of them.
func suggestion(kind string) string {
	kind = strings.ToLower(kind)
	for _, o := range otherWords {
		if strings.Contains(kind, o.word) || len(kind) > 2 && strings.Contains(o.word, kind) {
			return quote(o.kind)
		}
	}
	return "one of " + strings.Join(ConfirmKinds(), ", ")
}
