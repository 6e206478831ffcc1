package policy

import (
	"errors"
	"fmt"
	"strings"
)

const userPrefix = "amzn1.account."

// CheckUsers returns what is wrong with an allow-list, as the end of a sentence that
// begins with its setting. nil is no list, so that anyone who linked the skill may
// command; an empty one is an error, because it would admit no one.
func CheckUsers(ids []string) error {
	if ids != nil && len(ids) == 0 {
		return errors.New("is a list without a user, which would admit no one; write the ids of those who may command, or leave it out to admit everyone who linked the skill")
	}
	for _, id := range ids {
		if rest, ok := strings.CutPrefix(id, userPrefix); !ok || rest == "" || strings.ContainsFunc(rest, func(r rune) bool {
			return (r < 'A' || r > 'Z') && (r < '0' || r > '9')
		}) {
			return fmt.Errorf("contains %s, which is not the id of a Login with Amazon user; write %s followed by the capitals and digits of the user's id", shown(id), userPrefix)
		}
	}
	return nil
}

// shown quotes a value. One that is too long for any id may be a secret in the wrong
// place, so only its length is shown.
func shown(s string) string {
	if len(s) > 64 {
		return fmt.Sprintf("(%d characters)", len(s))
	}
	return fmt.Sprintf("%q", s)
}
