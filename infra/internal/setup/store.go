package setup

import (
	"context"
	"fmt"
	"strings"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/awsaccount"
	"github.com/hearthgate/hearthgate/infra/internal/fleet"
	"github.com/hearthgate/hearthgate/infra/internal/ui"
)

// A Stored is a secret that was put into a SecureString of the AWS account.
type Stored struct {
	Account   string   `json:"account"`
	Region    string   `json:"region"`
	Parameter string   `json:"parameter"`
	Version   int64    `json:"version"`
	Headers   []string `json:"headers,omitempty"` // the names of secret headers
	Next      string   `json:"next"`              // what to do next
}

// NeedsToken returns an error if a stage does not use a stored token.
func NeedsToken(s config.Stage) error {
	if s.HasRelay() {
		return fmt.Errorf("the stage %s has a relay, which needs no token: Home Assistant connects by itself, once `hearthgate pair --stage %[1]s` has paired it", s.Name)
	}
	if s.TokenSource != config.Linked {
		return nil
	}
	return fmt.Errorf("the stage %s takes the token of the linked account, so there is none to store: `hearthgate init --stage %[1]s --token-source stored` changes that", s.Name)
}

// StoreToken stores the token for Home Assistant of a stage.
func StoreToken(ctx context.Context, s config.Stage, a *awsaccount.Account, token string) (Stored, error) {
	version, err := a.PutSecret(ctx, s.TokenParameterName(), token, "Long-lived token for Home Assistant", s.Name)
	return Stored{
		Account: a.ID, Region: a.Region, Parameter: s.TokenParameterName(), Version: version,
		Next: "hearthgate deploy --stage " + s.Name,
	}, err
}

// CheckToken asks the Home Assistant of a stage whether it accepts a token.
func CheckToken(ctx context.Context, s config.Stage, a *awsaccount.Account, token string) error {
	home, err := storedHome(ctx, s, a)
	if err != nil {
		return err
	}
	return home.Accepts(ctx, token)
}

// StoreHeaders stores the secret headers of a stage.
func StoreHeaders(ctx context.Context, s config.Stage, a *awsaccount.Account, h Headers) (Stored, error) {
	version, err := a.PutSecret(ctx, s.HeadersParameterName(), h.JSON(), "Secret headers for Home Assistant", s.Name)
	next := "hearthgate deploy --stage " + s.Name
	if !s.SecretHeaders {
		next = "hearthgate init --stage " + s.Name + " --secret-headers --yes --offline, then " + next
	}
	return Stored{
		Account: a.ID, Region: a.Region, Parameter: s.HeadersParameterName(), Version: version,
		Headers: h.Names(), Next: next,
	}, err
}

// Summary returns in a line what is stored; the zero Stored is that of a home without a
// token of its own.
func (s Stored) Summary() fleet.Summary {
	if s.Parameter == "" {
		return fleet.Summary{Text: "takes the token of the linked account: nothing to store"}
	}
	return fleet.Summary{Text: fmt.Sprintf("stored, version %d; next: %s", s.Version, s.Next)}
}

// Show writes for a person where the secret is.
func (s Stored) Show(to *ui.Screen) {
	to.Printf("%s %s, version %d, in account %s, %s", to.Good("stored"), s.Parameter, s.Version, s.Account, s.Region)
	if len(s.Headers) > 0 {
		to.Printf(": %s", strings.Join(s.Headers, ", "))
	}
	to.Printf("\nNext: %s\n", to.Bold(s.Next))
}

// HomeWith returns the Home Assistant of a stage, asked with these secret headers.
func HomeWith(s config.Stage, h Headers) Home { return homeOf(s, s.URL, h) }

// storedHome returns the Home Assistant of a stage, asked with the secret headers
// that are stored for it.
func storedHome(ctx context.Context, s config.Stage, a *awsaccount.Account) (Home, error) {
	if !s.SecretHeaders {
		return HomeWith(s, nil), nil
	}
	text, err := a.Secret(ctx, s.HeadersParameterName())
	if awsaccount.CodeOf(err) == awsaccount.NotFound {
		return Home{}, fmt.Errorf("the stage %s has secret headers, and none are stored: run `hearthgate headers --stage %[1]s` first", s.Name)
	}
	if err != nil {
		return Home{}, err
	}
	h, err := ParseHeaders(text)
	if err != nil {
		return Home{}, fmt.Errorf("what is stored in %s cannot be used: %w; run `hearthgate headers --stage %s`", s.HeadersParameterName(), err, s.Name)
	}
	return HomeWith(s, h), nil
}

func homeOf(s config.Stage, url string, h Headers) Home {
	return Home{URL: url, Insecure: !s.VerifySSL, CA: s.CA, Headers: h}
}
