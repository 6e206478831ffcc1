package skillsetup

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/hearthgate/hearthgate/config/alexa"
	"github.com/hearthgate/hearthgate/infra/internal/awsaccount"
	"github.com/hearthgate/hearthgate/infra/internal/skill/smapi"
	"github.com/hearthgate/hearthgate/infra/internal/ui"
)

// DefaultPort is the port to which the browser comes back. Amazon's own command line
// tool has its users enter the same address, so Login with Amazon accepts it.
const DefaultPort = 9090

// LoginOptions are what a login is given in advance.
type LoginOptions struct {
	VendorID     string // default: asked for, or found out after the login
	ClientID     string // of the security profile; default: asked for
	ClientSecret string // default: asked for
	Port         int    // to which the browser comes back; default: DefaultPort

	// Open opens the owner's browser. Default: its address is only shown.
	Open func(address string) error
	// Wait is for how long the owner may take in the browser. Default: 10 minutes.
	Wait time.Duration
}

// LoggedIn is a login that was stored.
type LoggedIn struct {
	Account    string   `json:"account"`
	Region     string   `json:"region"`
	Parameter  string   `json:"parameter"`
	Version    int64    `json:"version"`
	Vendor     string   `json:"vendor"`
	ReturnURLs []string `json:"returnUrls,omitempty"` // that the security profile must still get
	Relink     bool     `json:"relink,omitempty"`     // the account linking has another client id or secret
	Next       string   `json:"next"`
}

// Login asks for what it needs in an order in which nothing is typed twice, has the owner
// consent in the browser, and stores the login in a SecureString of the stage.
func (s *Setup) Login(ctx context.Context, o LoginOptions) (LoggedIn, error) {
	o.Port, o.Wait = cmp.Or(o.Port, DefaultPort), cmp.Or(o.Wait, 10*time.Minute)
	before, err := s.stored(ctx)
	if awsaccount.CodeOf(err) != "" { // no login, or not a login, is no hindrance
		return LoggedIn{}, err
	}
	profile, err := s.profile(ctx, o, before)
	if err != nil {
		return LoggedIn{}, err
	}
	login, err := s.consent(ctx, o, profile)
	if err != nil {
		return LoggedIn{}, err
	}
	s.Out.Progress("checking that Amazon lets this login manage your skills")
	client := s.clientFor(login)
	vendors, err := client.Vendors(ctx)
	if err != nil {
		return LoggedIn{}, err
	}
	login = client.Login() // its refresh token may have changed
	if login.VendorID, err = s.vendor(ctx, vendors, profile.VendorID); err != nil {
		return LoggedIn{}, err
	}
	version, err := s.store(ctx, login)
	if err != nil {
		return LoggedIn{}, fmt.Errorf("the login worked and could not be stored, so run it again once this is mended: %w", err)
	}
	done := LoggedIn{
		Account: s.Account.ID, Region: s.Account.Region, Parameter: s.Stage.LoginParameterName(), Version: version, Vendor: login.VendorID,
		Relink: before.ClientID != "" && (before.ClientID != login.ClientID || before.ClientSecret != login.ClientSecret),
		Next:   s.command("skill create"),
	}
	if profile.VendorID == "" {
		done.ReturnURLs = returnURLs(login.VendorID)
	}
	switch {
	case done.Relink:
		done.Next = s.command("skill link --again")
	case s.Stage.SmartHomeSkillID != "" || s.Stage.CustomSkillID != "":
		done.Next = s.command("skill link")
	}
	return done, nil
}

// vendor returns the vendor id to use: the one that the owner named, else the only one.
func (s *Setup) vendor(ctx context.Context, vendors []smapi.Vendor, named string) (string, error) {
	var ids []string
	for _, v := range vendors {
		if v.ID == named {
			return named, nil
		}
		ids = append(ids, v.ID)
	}
	switch {
	case len(ids) == 0:
		return "", errors.New("this Amazon account is not a developer yet, so it can have no skills: sign in once at " + alexa.SkillsPage + " with it, accept the terms, and run this again")
	case named != "":
		return "", fmt.Errorf("the Amazon account in your browser belongs to the vendor %s, not to %s: sign out of Amazon in the browser and log in with the account that your Echo uses, or give the other id with --vendor-id", strings.Join(ids, ", "), named)
	case len(ids) == 1:
		return ids[0], nil
	}
	return "", fmt.Errorf("this Amazon account belongs to several vendors (%s): choose one with --vendor-id", strings.Join(ids, ", "))
}

// returnURLs returns where Alexa's account linking ends, for the security profile.
func returnURLs(vendor string) []string {
	var all []string
	for _, r := range alexa.Regions {
		all = append(all, r.ReturnURL(vendor))
	}
	return all
}

// ShowReturnURLs writes for a person what the security profile must still get.
func (l LoggedIn) ShowReturnURLs(to *ui.Screen) {
	if len(l.ReturnURLs) == 0 {
		return
	}
	to.Printf("Add these to the Allowed Return URLs of the security profile (%s), without which accounts cannot be linked:\n", alexa.SecurityProfilesPage)
	for _, address := range l.ReturnURLs {
		to.Printf("  %s\n", address)
	}
}

// Show writes for a person that the login is stored, and what is still to be done.
func (l LoggedIn) Show(to *ui.Screen) {
	to.Printf("%s as the vendor %s; the login is in %s, version %d, in account %s, %s\n", to.Good("logged in"), l.Vendor, l.Parameter, l.Version, l.Account, l.Region)
	l.ShowReturnURLs(to)
	if l.Relink {
		to.Printf("The client id or secret is another one than before: the skills' account linking must get it.\n")
	}
	to.Printf("Next: %s\n", to.Bold(l.Next))
}
