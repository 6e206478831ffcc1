package fakeaws

import "net/http"

// sns answers for the topic of the alarms: who has subscribed.
func (c *Cloud) sns(w http.ResponseWriter, in call) {
	if in.action != "ListSubscriptionsByTopic" {
		fail(w, in, unknown(in))
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	found := list{}
	for _, s := range c.stacks {
		for _, r := range s.resources {
			if r.Type != "AWS::SNS::Subscription" || r.Properties["TopicArn"] != in.form.Get("TopicArn") {
				continue
			}
			arn := "PendingConfirmation"
			if r.Properties["Confirmed"] == true {
				arn = in.form.Get("TopicArn") + ":" + r.LogicalID
			}
			found = append(found, object{"SubscriptionArn": arn, "Protocol": r.Properties["Protocol"], "Endpoint": r.Properties["Endpoint"], "TopicArn": in.form.Get("TopicArn")})
		}
	}
	query(w, in, object{"Subscriptions": found}, nil)
}
