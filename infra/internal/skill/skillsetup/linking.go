package skillsetup

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/config/alexa"
	"github.com/hearthgate/hearthgate/infra/internal/skill"
	"github.com/hearthgate/hearthgate/infra/internal/skill/smapi"
)

// Scopes of the token that Alexa sends with each directive.
const (
	userScope = "profile:user_id" // Login with Amazon: who the user is
	homeScope = "smart_home"      // Home Assistant, which needs some text
)

// Linking returns the account linking that the stage needs: with Login with Amazon where
// the token for Home Assistant is stored, with Home Assistant itself where it is linked.
func (s *Setup) Linking(login smapi.Login) smapi.Linking {
	if s.Stage.TokenSource != config.Linked {
		return smapi.Linking{
			Type: smapi.AuthCode, AuthorizationURL: alexa.AuthorizeURL, AccessTokenURL: alexa.TokenURL,
			ClientID: login.ClientID, ClientSecret: login.ClientSecret, Scheme: smapi.HTTPBasic, Scopes: []string{userScope},
		}
	}
	home := strings.TrimRight(s.Stage.URL, "/")
	l := smapi.Linking{
		Type: smapi.AuthCode, AuthorizationURL: home + "/auth/authorize", AccessTokenURL: home + "/auth/token",
		ClientID: alexa.RegionNamed(s.Stage.Region).ClientID, ClientSecret: "ignored", // by Home Assistant, and required by Amazon
		Scheme: smapi.RequestBody, Scopes: []string{homeScope},
	}
	if domain := skill.Domain(s.Stage); domain != "" {
		l.Domains = []string{domain}
	}
	return l
}

// planLinking compares the account linking. Amazon does not return the secret, so that
// another one is written only with again, or with another difference.
func (s *Setup) planLinking(p *plan, was *smapi.Linking, login smapi.Login, again bool) error {
	if want := s.Stage.LoginWithAmazonClientID; want != "" && s.Stage.TokenSource != config.Linked && want != login.ClientID {
		return fmt.Errorf("the stage accepts tokens of the security profile %s only (loginWithAmazonClientId), and the login is of %s, so that every directive would be rejected: log in with that profile, or run `%s`",
			want, login.ClientID, s.command("init --login-with-amazon-client-id "+login.ClientID))
	}
	ours, amazon := s.Linking(login), smapi.Linking{}
	if was != nil {
		amazon = *was
	}
	before := len(p.differences)
	for _, field := range []struct{ name, was, ours string }{
		{"type", amazon.Type, ours.Type},
		{"authorizationUrl", amazon.AuthorizationURL, ours.AuthorizationURL},
		{"accessTokenUrl", amazon.AccessTokenURL, ours.AccessTokenURL},
		{"clientId", amazon.ClientID, ours.ClientID},
		{"accessTokenScheme", amazon.Scheme, ours.Scheme},
		{"scopes", list(amazon.Scopes), list(ours.Scopes)},
	} {
		if field.was != field.ours {
			p.differs("accountLinking."+field.name, field.was, field.ours)
		}
	}
	for _, domain := range ours.Domains {
		if !slices.Contains(amazon.Domains, domain) {
			p.differs("accountLinking.domains", list(amazon.Domains), list(ours.Domains))
		}
	}
	if again || len(p.differences) > before {
		p.differs("accountLinking.clientSecret", "not shown by Amazon", "[secret]")
		p.linking = &ours
	}
	return nil
}

// list returns texts in an order of their own, in one line.
func list(all []string) string { return strings.Join(slices.Sorted(slices.Values(all)), " ") }
