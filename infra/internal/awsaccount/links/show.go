package links

import "github.com/hearthgate/hearthgate/infra/internal/ui"

// Pages are pages that a person asked for.
type Pages struct {
	Account string `json:"account,omitempty"` // of AWS, in which the browser must be logged in; absent for pages elsewhere
	Pages   []Page `json:"pages"`             // the first is the one that is opened
	Opened  bool   `json:"opened"`
}

// Show writes the addresses, each in a line of its own.
func (p Pages) Show(to *ui.Screen) {
	for _, page := range p.Pages {
		to.Printf("%s\n", to.Dim(page.Name))
		to.Verbatim([]byte("  " + page.URL))
	}
	if p.Account != "" {
		to.Printf("The browser must be logged in to the AWS account %s.\n", p.Account)
	}
}
