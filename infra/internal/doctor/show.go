package doctor

import (
	"fmt"
	"strings"

	"github.com/hearthgate/hearthgate/infra/internal/ui"
)

// titles are what the places are called.
var titles = map[string]string{
	"aws": "Your AWS account", "inside": "From inside the deployed function", "here": "From this machine",
}

// Show writes the steps for a person.
func Show(to *ui.Screen, steps []Step) {
	where, unsure := "", []string(nil)
	for _, s := range steps {
		if s.Where != where {
			where = s.Where
			to.Printf("\n%s\n", to.Bold(titles[where]))
		}
		mark := to.Good("+")
		switch {
		case !s.OK:
			mark = to.Bad("-")
		case s.Unsure:
			mark = to.Bold("?")
			unsure = append(unsure, s.Name)
		}
		to.Printf("%s %-21s %s", mark, s.Name, s.Tried)
		if s.Found != "" {
			to.Printf(": %s", s.Found)
		}
		if s.Took > 0 {
			to.Printf(" %s", to.Dim(fmt.Sprintf("(%.0f ms)", s.Took)))
		}
		to.Printf("\n")
		for _, a := range s.Advice {
			to.Printf("  %-21s %s\n", "", a)
		}
		if !s.OK {
			to.Printf("  %-21s %s\n", "", to.Bad(s.Problem))
			to.Printf("  %-21s %s\n", "", to.Bold(s.Mend))
		}
	}
	switch {
	case Verdict(steps) != Well:
	case len(unsure) > 0:
		to.Printf("\n%s\n", to.Bold("Nothing is wrong as far as it could be looked at; not known: "+strings.Join(unsure, ", ")+"."))
	default:
		to.Printf("\n%s\n", to.Good("Everything is as it should be."))
	}
}
