package lambda

import (
	"context"

	"github.com/hearthgate/hearthgate/function/core"
)

// Diagnose says what is wrong between here and the home.
var Diagnose = core.Define[core.None, Diagnosis](core.Lambda, "diagnose",
	"Go the way to Home Assistant step by step and return what came of each: settings, dns, tcp, tls, token, endpoint, discover.")

// A Diagnosis is what [Diagnose] found. It ends with the first step whose failure
// makes the rest meaningless.
type Diagnosis struct {
	OK    bool            `json:"ok" doc:"whether every step succeeded"`
	Steps []DiagnosisStep `json:"steps"`
}

// A DiagnosisStep is one step of the way to the home.
type DiagnosisStep struct {
	Name    string   `json:"name" doc:"settings, dns, tcp, tls, token, endpoint or discover"`
	Tried   string   `json:"tried" doc:"what was tried"`
	Found   string   `json:"found,omitempty" doc:"what came back"`
	OK      bool     `json:"ok"`
	Cause   string   `json:"cause,omitempty" doc:"why it failed, or soon will, in one word"`
	Problem string   `json:"problem,omitempty" doc:"why it failed, in a sentence"`
	Mend    string   `json:"mend,omitempty" doc:"what to do about it"`
	Advice  []string `json:"advice,omitempty" doc:"what works and should not stay so"`
	Took    float64  `json:"took" unit:"ms"`
}

func (g *gateway) diagnose(ctx context.Context, _ core.None) (Diagnosis, error) {
	if g.opts.Diagnose == nil {
		return Diagnosis{}, unwired("diagnosis")
	}
	return g.opts.Diagnose(ctx)
}
