package doctor

import (
	"regexp"
	"slices"
	"strings"

	"github.com/hearthgate/hearthgate/config"
)

// command is a command that a text of the function advises.
var command = regexp.MustCompile("`hearthgate ([a-z]+)[^`]*")

// ofOneHome are the commands that are about one home, also of a stage with several.
var ofOneHome = []string{"certificate", "headers", "pair", "pause", "pin", "resume", "token"}

// advise returns a text of the function with the stage, or its home, in each command that
// has none: the function does not know that there may be other stages.
func advise(at config.Stage, text string) string {
	return command.ReplaceAllStringFunc(text, func(found string) string {
		name := at.Name
		if slices.Contains(ofOneHome, command.FindStringSubmatch(found)[1]) {
			name = at.FullName()
		}
		if name == "" || strings.Contains(found, "--stage ") {
			return found
		}
		return found + " --stage " + name
	})
}
