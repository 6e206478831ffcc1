package fakeaws

import (
	"encoding/json"
	"net/http"
	"strconv"
)

// A FreeTier is what the Free Tier API says of the account.
type FreeTier struct {
	Plan    string // FREE or PAID; default: PAID
	Credits float64
	Expires string // RFC 3339; default: never

	Usages []map[string]any // as AWS writes them
}

// SetFreeTier sets what the Free Tier API says.
func (c *Cloud) SetFreeTier(f FreeTier) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.freeTier = f
}

// freetier answers for the Free Tier API, which is in one region and gives two usages a
// page.
func (c *Cloud) freetier(w http.ResponseWriter, in call) {
	const perPage = 2
	c.mu.Lock()
	defer c.mu.Unlock()
	if in.region != "us-east-1" {
		fail(w, in, bad("UnrecognizedClientException", "Credential should be scoped to a valid region."))
		return
	}
	switch f := c.freeTier; in.action {
	case "GetAccountPlanState":
		state := object{"accountId": c.account, "accountPlanType": "PAID", "accountPlanStatus": "NOT_STARTED"}
		if f.Plan != "" {
			state["accountPlanType"], state["accountPlanStatus"] = f.Plan, "ACTIVE"
			state["accountPlanRemainingCredits"] = object{"amount": f.Credits, "unit": "USD"}
		}
		if f.Expires != "" {
			state["accountPlanExpirationDate"] = f.Expires
		}
		reply(w, in, state, nil)
	case "GetFreeTierUsage":
		var asked struct{ NextToken string }
		if err := json.Unmarshal(in.body, &asked); err != nil {
			fail(w, in, bad("ValidationException", "%v", err))
			return
		}
		from, _ := strconv.Atoi(asked.NextToken)
		page := object{"freeTierUsages": append([]map[string]any{}, f.Usages[min(from, len(f.Usages)):min(from+perPage, len(f.Usages))]...)}
		if from+perPage < len(f.Usages) {
			page["nextToken"] = strconv.Itoa(from + perPage)
		}
		reply(w, in, page, nil)
	default:
		fail(w, in, unknown(in))
	}
}
