package doctor

import (
	"fmt"

	"github.com/hearthgate/hearthgate/infra/internal/screen"
)

// titles are what the places are called.
var titles = map[string]string{
	"aws": "Your AWS account", "inside": "From inside the deployed function", "here": "From this machine",
}

// Show writes the steps for a person.
func Show(to *screen.Screen, steps []Step) {
	where := ""
	for _, s := range steps {
		if s.Where != where {
			where = s.Where
			to.Printf("\n%s\n", to.Bold(titles[where]))
		}
		mark := to.Good("+")
		if !s.OK {
			mark = to.Bad("-")
		}
		to.Printf("%s %-14s %s", mark, s.Name, s.Tried)
		if s.Found != "" {
			to.Printf(": %s", s.Found)
		}
		if s.Took > 0 {
			to.Printf(" %s", to.Dim(fmt.Sprintf("(%.0f ms)", s.Took)))
		}
		to.Printf("\n")
		for _, a := range s.Advice {
			to.Printf("  %-14s %s\n", "", a)
		}
		if !s.OK {
			to.Printf("  %-14s %s\n", "", to.Bad(s.Problem))
			to.Printf("  %-14s %s\n", "", to.Bold(s.Mend))
		}
	}
	if Verdict(steps) == Well {
		to.Printf("\n%s\n", to.Good("Everything is as it should be."))
	}
}
