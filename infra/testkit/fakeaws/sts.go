package fakeaws

import (
	"net/http"
	"time"
)

func (c *Cloud) sts(w http.ResponseWriter, in call) {
	switch in.action {
	case "GetCallerIdentity":
		query(w, in, object{"Account": c.account, "UserId": "AIDAEXAMPLE", "Arn": "arn:aws:iam::" + c.account + ":user/owner"}, nil)
	case "AssumeRole":
		query(w, in, object{
			"Credentials": object{
				"AccessKeyId": "ASIAEXAMPLE", "SecretAccessKey": "example", "SessionToken": "session",
				"Expiration": time.Now().Add(time.Hour).UTC().Format(time.RFC3339),
			},
			"AssumedRoleUser": object{"Arn": in.form.Get("RoleArn"), "AssumedRoleId": "AROAEXAMPLE:session"},
		}, nil)
	default:
		fail(w, in, unknown(in))
	}
}
