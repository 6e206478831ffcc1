package main_test

import (
	"strings"
	"testing"
)

// TestHistory lists a deployment, one that failed, and one after it.
func TestHistory(t *testing.T) {
	o := prepared(t)
	o.sees(o.types("", "history"), 1, "there is no function hearthgate-dev")
	o.sees(o.types("", "deploy", "--bootstrap"), 0)
	o.cloud.Break("AWS::SNS::Subscription", "the address is odd")
	o.sees(o.types("", "init", "--alarm-email", "owner@example.com", "--yes"), 0)
	o.sees(o.types("", "deploy"), 1)
	o.cloud.Mend()
	o.sees(o.types("", "history", "--all"), 0, "! dev  ", "failed: SNS Subscription Subscription: the address is odd")
	o.sees(o.types("", "deploy"), 0)
	r := o.types("", "history")
	o.sees(r, 0, "version 1, in use: changed ", "failed: SNS Subscription Subscription: the address is odd", "changed CloudWatch CompositeAlarm, SNS Subscription")
	if lines := strings.Split(strings.TrimSpace(r.out), "\n"); len(lines) != 3 || !strings.HasPrefix(lines[0], "+ ") || !strings.HasPrefix(lines[1], "- ") || !strings.Contains(lines[2], "version 1, in use") {
		t.Errorf("%d lines:\n%s", len(lines), r.out)
	}
	if n := strings.Count(r.out, "  jane  "); n != 3 {
		t.Errorf("%d deployments are jane's, of 3:\n%s", n, r.out)
	}
	o.sees(o.types("", "history", "--json"), 0, `"failed": true`, `"version": 1`, `"who": "jane"`)
	o.sees(o.types("", "history", "--all"), 0, "+ dev  ", " by jane: changed", "1 home: 1 well.")
	o.cloud.Deny("cloudtrail.LookupEvents", "AccessDeniedException", "User: owner is not authorized to perform: cloudtrail:LookupEvents because no identity-based policy allows the cloudtrail:LookupEvents action")
	o.sees(o.types("", "history"), 0, "version 1, in use: changed ", "who deployed is not known: ", "cloudtrail:LookupEvents")
}
