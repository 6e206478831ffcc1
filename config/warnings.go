package config

import (
	"net/url"

	"github.com/hearthgate/hearthgate/config/policy"
)

// Warnings returns what the stage accepts and its owner should know: a sentence each,
// that begins with the field.
func (s Stage) Warnings() (all []string) {
	if len(s.AllowedUsers) > 0 && s.LoginWithAmazonClientID == "" {
		all = append(all, "loginWithAmazonClientId is missing, so allowedUsers accepts tokens that its users gave to any application of Amazon's; write the client id of the skill's security profile")
	}
	if s.TokenSource == Linked {
		all = append(all, s.unlinkable()...)
	}
	for _, at := range s.Each() {
		if at.HasRelay() {
			all = append(all, at.unused()...)
		}
		rules, _ := policy.Parse(string(at.Policy)) // what is wrong with it is an error elsewhere
		for _, idle := range rules.Idle() {
			all = append(all, at.Path("policy")+" has a rule that does nothing: "+idle)
		}
	}
	return all
}

// unused returns which settings of the home in the place of the first one are about an
// address, and so have no effect with a relay.
func (s Stage) unused() (all []string) {
	for _, field := range []string{"verifySsl", "ca", "secretHeaders", "clientCertificate", "pinnedKeys", "secondHomeAssistantUrl"} {
		if !s.IsDefault(field) {
			all = append(all, s.Path(field)+" has no effect with connection relay; leave it out, or keep it for the way back to https")
		}
	}
	return all
}

// unlinkable returns why Amazon's servers, which ask Home Assistant for the token when an
// account is linked, cannot do so.
func (s Stage) unlinkable() (all []string) {
	const or = ", or set tokenSource to stored"
	if u, err := url.Parse(s.URL); err == nil && u.Port() != "" && u.Port() != "443" {
		all = append(all, "tokenSource is linked, but homeAssistantUrl has the port "+u.Port()+": Alexa's account linking accepts port 443 only; make Home Assistant reachable at port 443"+or)
	}
	if s.CA != "" || !s.VerifySSL {
		all = append(all, "tokenSource is linked, but Amazon's servers know neither ca nor verifySsl: they ask Home Assistant for the token only where its certificate is public; get one"+or)
	}
	if s.SecretHeaders {
		all = append(all, "tokenSource is linked, but Amazon's servers do not send the secretHeaders when they ask Home Assistant for the token; let requests to /auth/token pass without them"+or)
	}
	return all
}
