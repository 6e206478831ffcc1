package invoke

import "github.com/hearthgate/hearthgate/config/wire"

// unmatched takes the rules of the policy that never matched out of the facts of the
// security gateway, and returns them; "" without one.
func unmatched(gateways map[string]wire.Health) string {
	const fact = "rules_that_never_matched"
	facts := gateways["security"].Facts
	rules, _ := facts[fact].(string)
	delete(facts, fact)
	return rules
}
