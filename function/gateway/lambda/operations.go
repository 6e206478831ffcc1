package lambda

import (
	"context"
	"fmt"

	"github.com/hearthgate/hearthgate/function/core"
)

// ListOperations lists what the function can do.
var ListOperations = core.Define[OperationsInput, []OperationFacts](core.Lambda, "operations",
	"List the operations of all gateways, with the fields of their inputs.")

// An OperationsInput is the input of [ListOperations].
type OperationsInput struct {
	Gateway string `json:"gateway,omitempty" doc:"list those of this gateway only; default: of all ten"`
}

// Check refuses a gateway that there is not.
func (in OperationsInput) Check() error {
	for g := range core.Gateway(core.NumGateways) {
		if in.Gateway == "" || in.Gateway == g.String() {
			return nil
		}
	}
	return fmt.Errorf("field gateway is %.40q; the name of one of the ten is wanted, such as cache", in.Gateway)
}

// OperationFacts is what is told of one operation.
type OperationFacts struct {
	Name    string       `json:"name" doc:"what an event calls it by, such as cache.get"`
	Gateway string       `json:"gateway"`
	Doc     string       `json:"doc"`
	Input   []core.Field `json:"input"`
	ByName  bool         `json:"by_name" doc:"whether an event can call it, or only Go code"`
}

func (g *gateway) operations(_ context.Context, in OperationsInput) ([]OperationFacts, error) {
	all := []OperationFacts{}
	for _, s := range g.opts.Specs() {
		if in.Gateway != "" && in.Gateway != s.Gateway.String() {
			continue
		}
		all = append(all, OperationFacts{
			Name: s.String(), Gateway: s.Gateway.String(), Doc: s.Doc, Input: core.Fields(s.In), ByName: s.GoOnly() == "",
		})
	}
	return all, nil
}
