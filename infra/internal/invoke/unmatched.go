package invoke

// unmatched takes the rules of the policy that never matched out of the facts of the
// security gateway, and returns them; "" without one.
func (h Health) unmatched() string {
	const fact = "rules_that_never_matched"
	facts := h.Gateways["security"].Facts
	rules, _ := facts[fact].(string)
	delete(facts, fact)
	return rules
}
