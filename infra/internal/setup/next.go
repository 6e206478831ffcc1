package setup

import "github.com/hearthgate/hearthgate/config"

// NextHome returns what another home can take over from a stage: everything but what is
// this home's own. That is its address and how it is reached, the skills with their users,
// the AWS account, and its topic. The policy stays: without it more would be allowed.
func NextHome(from config.Stage, name string) config.Stage {
	next := from
	next.Name, next.File = name, ""
	next.URL, next.SecondURL, next.CA, next.VerifySSL, next.SecretHeaders = "", "", "", true, false
	next.ClientCertificate, next.PinnedKeys, next.Label, next.Homes = false, nil, "", nil
	next.SmartHomeSkillID, next.CustomSkillID = "", ""
	next.AllowedUsers, next.LoginWithAmazonClientID, next.ConversationAgent = nil, "", ""
	next.Account, next.AWSProfile, next.AlarmTopicARN = "", "", ""
	return next
}
