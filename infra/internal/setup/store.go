package setup

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/awsaccount"
	"github.com/hearthgate/hearthgate/infra/internal/ui"
	"github.com/hearthgate/hearthgate/infra/internal/ui/fleet"
)

// A Stored is a secret that was put into a SecureString of the AWS account.
type Stored struct {
	Account   string   `json:"account"`
	Region    string   `json:"region"`
	Parameter string   `json:"parameter"`
	Version   int64    `json:"version"`
	Headers   []string `json:"headers,omitempty"` // the names of secret headers

	Until   *time.Time `json:"until,omitempty"`   // when a client certificate ends
	Warning string     `json:"warning,omitempty"` // what the owner should know

	Next string `json:"next"` // what to do next
}

// NeedsToken returns an error if a stage does not use a stored token.
func NeedsToken(s config.Stage) error {
	if s.HasRelay() {
		return fmt.Errorf("%s has a relay, which needs no token: Home Assistant connects by itself, once `hearthgate pair --stage %[1]s` has paired it", s.FullName())
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
	home, err := StoredHome(ctx, s, a)
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
	if s.Until != nil {
		to.Printf(", good until %s", s.Until.Format(time.DateOnly))
	}
	if s.Warning != "" {
		to.Printf("\n%s %s", to.Bad("warning:"), s.Warning)
	}
	to.Printf("\nNext: %s\n", to.Bold(s.Next))
}

// HomeWith returns the Home Assistant of a stage, asked with these secret headers.
func HomeWith(s config.Stage, h Headers) Home { return homeOf(s, s.URL, h) }

// StoredHome returns the Home Assistant of a stage, asked with the secret headers and the
// client certificate that are stored for it.
func StoredHome(ctx context.Context, s config.Stage, a *awsaccount.Account) (home Home, err error) {
	home = HomeWith(s, nil)
	if s.NeedsHeaders() {
		if home.Headers, err = storedSecret(ctx, a, s, "secret headers", s.HeadersParameterName(), "headers", ParseHeaders); err != nil {
			return Home{}, err
		}
	}
	if s.NeedsClientCertificate() {
		c, err := storedSecret(ctx, a, s, "a client certificate", s.ClientCertificateParameterName(), "certificate", ParseClientCertificate)
		if err != nil {
			return Home{}, err
		}
		home.Certificate = &c.TLS
	}
	return home, nil
}

// storedSecret reads what a command has stored for a home.
func storedSecret[T any](ctx context.Context, a *awsaccount.Account, s config.Stage, what, name, command string, parse func(string) (T, error)) (v T, err error) {
	text, err := a.Secret(ctx, name)
	if awsaccount.CodeOf(err) == awsaccount.NotFound {
		return v, fmt.Errorf("%s has %s, and none are stored: run `hearthgate %s --stage %[1]s` first", s.FullName(), what, command)
	}
	if err != nil {
		return v, err
	}
	if v, err = parse(text); err != nil {
		return v, fmt.Errorf("what is stored in %s cannot be used: %w; run `hearthgate %s --stage %s`", name, err, command, s.FullName())
	}
	return v, nil
}

func homeOf(s config.Stage, url string, h Headers) Home {
	return Home{URL: url, Insecure: !s.VerifySSL, CA: s.CA, Headers: h}
}
