package fakeaws

import (
	"net/http"
	"strings"
	"time"
)

// Identify has the person's credentials be of this identity, by its ARN, until it is
// called with "".
func (c *Cloud) Identify(arn string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.identity = arn; arn == "" {
		c.identity = owner
	}
}

func (c *Cloud) sts(w http.ResponseWriter, in call) {
	c.mu.Lock()
	identity := c.identity
	c.mu.Unlock()
	switch in.action {
	case "GetCallerIdentity":
		query(w, in, object{"Account": c.account, "UserId": "AIDAEXAMPLE", "Arn": strings.Replace(identity, AccountID, c.account, 1)}, nil)
	case "AssumeRole":
		query(w, in, object{
			"Credentials": object{
				"AccessKeyId": roleKey, "SecretAccessKey": "example", "SessionToken": "session",
				"Expiration": time.Now().Add(time.Hour).UTC().Format(time.RFC3339),
			},
			"AssumedRoleUser": object{"Arn": in.form.Get("RoleArn"), "AssumedRoleId": "AROAEXAMPLE:session"},
		}, nil)
	default:
		fail(w, in, unknown(in))
	}
}
