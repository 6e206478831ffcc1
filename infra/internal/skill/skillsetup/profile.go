package skillsetup

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/hearthgate/hearthgate/config/alexa"
	"github.com/hearthgate/hearthgate/infra/internal/setup"
	"github.com/hearthgate/hearthgate/infra/internal/skill/smapi"
)

// profile returns the security profile and the vendor id: what was given, else what the
// owner types. What was stored before is the default.
func (s *Setup) profile(ctx context.Context, o LoginOptions, before smapi.Login) (smapi.Login, error) {
	l := smapi.Login{VendorID: o.VendorID, ClientID: o.ClientID, ClientSecret: o.ClientSecret}
	interview := &setup.Interview{Out: s.Out, Prompt: s.Prompt, Draft: s.Draft}
	ask := func(field *string, check func(string) error, question, help, fallback, flag string) (err error) {
		if *field == "" && s.interactive() {
			q := setup.Question{Field: flag, Flag: flag, Text: question, Help: []string{help}}
			*field, err = interview.AskOther(ctx, q, fallback, check)
			return err
		}
		*field = cmp.Or(*field, fallback)
		if err := check(*field); err != nil {
			return fmt.Errorf("%w (--%s)", err, flag)
		}
		return nil
	}
	if err := ask(&l.VendorID, checkVendor, "Your vendor id", alexa.VendorPage+" shows it; empty: it is found out, and some return URLs are to be added afterwards", before.VendorID, "vendor-id"); err != nil {
		return l, err
	}
	if before.ClientID == "" && s.interactive() {
		s.explain(l.VendorID, returnURL(o.Port))
	}
	if err := ask(&l.ClientID, checkClient, "Client id of the security profile", "On its page under Web Settings, amzn1.application-oa2-client....", before.ClientID, "client-id"); err != nil {
		return l, err
	}
	if l.ClientSecret == "" && before.ClientID == l.ClientID {
		l.ClientSecret = before.ClientSecret
	}
	if l.ClientSecret == "" && s.interactive() {
		return l, s.askSecret(ctx, &l.ClientSecret)
	}
	l.ClientSecret = strings.TrimSpace(l.ClientSecret)
	return l, checkSecret(l.ClientSecret)
}

// askSecret asks for the client secret until it can be one.
func (s *Setup) askSecret(ctx context.Context, secret *string) error {
	for {
		text, err := s.Prompt.Hidden(ctx, "Client secret")
		if err != nil {
			return err
		}
		*secret = strings.TrimSpace(text)
		problem := checkSecret(*secret)
		if problem == nil {
			return nil
		}
		s.Out.Printf("  %s\n", s.Out.Bad(problem.Error()))
	}
}

// explain writes what to type into the one page that remains.
func (s *Setup) explain(vendor, back string) {
	to := s.Out
	to.Printf("\n%s\n", to.Bold("One page is left to you: a security profile of Login with Amazon"))
	to.Printf("Open this page with the Amazon account that your Echo uses, and create a new security profile:\n%s\n", alexa.SecurityProfilesPage)
	t := to.Table("  ")
	t.Row("Security Profile Name", "hearthgate "+s.Stage.Name)
	t.Row("Security Profile Description", "my Home Assistant")
	t.Row("Consent Privacy Notice URL", s.Stage.URL)
	t.Row("", to.Dim("any page of yours: only you see it"))
	t.Flush()
	to.Printf("Save it. Then at its gear, Web Settings, Edit, Allowed Return URLs:\n  %s\n", back)
	if vendor != "" {
		for _, address := range returnURLs(vendor) {
			to.Printf("  %s\n", address)
		}
	}
	to.Printf("Save it again. Show Secret shows the client secret.\n\n")
}

var (
	vendorID = regexp.MustCompile(`^[A-Z0-9]{6,32}$`)
	clientID = regexp.MustCompile(`^amzn1\.application-oa2-client\.[0-9a-f]{16,64}$`)
)

func checkVendor(text string) error {
	if text == "" || vendorID.MatchString(text) {
		return nil
	}
	return errors.New("this is not a vendor id: it has capital letters and digits only, such as M2AB3CDEF4GH5; leave it empty if you do not find it")
}

func checkClient(text string) error {
	switch {
	case clientID.MatchString(text):
		return nil
	case text == "":
		return errors.New("the client id of the security profile is missing: copy it from its page under Web Settings")
	case strings.HasPrefix(text, "amzn1.application."):
		return errors.New("this is the App ID of the security profile: copy the Client ID beside it (amzn1.application-oa2-client...)")
	}
	return errors.New("this is not a client id: copy that of the security profile (amzn1.application-oa2-client...)")
}

func checkSecret(text string) error {
	switch {
	case text == "":
		return errors.New("the client secret of the security profile is missing: Show Secret on its page shows it; without a terminal it is read from standard input")
	case strings.ContainsAny(text, " \t\r\n") || len(text) > 512:
		return errors.New("the client secret has blanks or line breaks in it, or is too long: copy it again, all of it and nothing else")
	}
	return nil
}
