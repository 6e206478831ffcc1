package pairing

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/config/relay"
	"github.com/hearthgate/hearthgate/infra/internal/awsaccount"
	"github.com/hearthgate/hearthgate/infra/internal/ui"
)

// A Desk pairs the home of one stage.
type Desk struct {
	Stage   config.Stage
	Account *awsaccount.Account // of the stage
}

// A Paired is a certificate that was made for a home.
type Paired struct {
	Stage       string   `json:"stage"`
	Certificate string   `json:"certificate"`      // its id
	Line        string   `json:"line"`             // for Home Assistant
	Before      []string `json:"before,omitempty"` // ids of the certificates that the home had before, which are still valid
	Done        bool     `json:"done"`             // Home Assistant has the line already

	title string // of the entry that Home Assistant made
}

// Policy returns the name of the policy of the home's certificates.
func (d Desk) Policy() string { return relay.HomeClient(d.Stage.RelayName()) }

// Check returns why the stage's home cannot be paired yet, nil if it can.
func (d Desk) Check() error {
	if d.Stage.HasRelay() {
		return nil
	}
	return fmt.Errorf("%s has no relay: `hearthgate config set %s relay --stage %s` and `hearthgate deploy --stage %[3]s` change that", d.Stage.FullName(), d.Stage.Path("connection"), d.Stage.Name)
}

// Pair makes a certificate for the line that Home Assistant shows.
func (d Desk) Pair(ctx context.Context, line string) (Paired, error) {
	request, err := Request(line)
	if err != nil {
		return Paired{}, err
	}
	before, err := d.Certificates(ctx)
	if err != nil {
		return Paired{}, err
	}
	endpoint, err := d.Account.RelayEndpoint(ctx)
	if err != nil {
		return Paired{}, err
	}
	c, err := d.Account.CreateCertificate(ctx, request, d.Policy())
	if err != nil {
		return Paired{}, err
	}
	p := Paired{Stage: d.Stage.FullName(), Certificate: c.ID}
	for _, old := range before {
		p.Before = append(p.Before, old.ID)
	}
	p.Line, err = Line(relay.Pairing{Stage: d.Stage.RelayName(), Endpoint: endpoint, Certificate: c.PEM, Authority: Authority})
	return p, err
}

// Certificates returns the certificates with which homes may connect as the stage's.
func (d Desk) Certificates(ctx context.Context) ([]awsaccount.Certificate, error) {
	all, err := d.Account.Certificates(ctx, d.Policy())
	if awsaccount.CodeOf(err) == awsaccount.NotFound {
		return nil, fmt.Errorf("the relay of %s is not deployed yet: run `hearthgate deploy --stage %[1]s` first", d.Stage.Name)
	}
	return all, err
}

// Revoke ends certificates, given by their ids or by how these begin.
func (d Desk) Revoke(ctx context.Context, ids ...string) (r Revoked, err error) {
	all, err := d.Certificates(ctx)
	if err != nil {
		return r, err
	}
	r.Stage = d.Stage.FullName()
	for _, id := range ids {
		c, err := find(all, id)
		if err != nil {
			return r, err
		}
		if err := d.Account.EndCertificate(ctx, c, d.Policy()); err != nil {
			return r, err
		}
		r.Revoked = append(r.Revoked, c.ID)
	}
	for _, c := range all {
		if !slices.Contains(r.Revoked, c.ID) {
			r.Left = append(r.Left, c.ID)
		}
	}
	return r, nil
}

func find(all []awsaccount.Certificate, id string) (found awsaccount.Certificate, err error) {
	const least = 6 // characters, so that none is ended by a slip
	n := 0
	for _, c := range all {
		if len(id) >= least && strings.HasPrefix(c.ID, id) {
			found, n = c, n+1
		}
	}
	switch {
	case len(id) < least:
		return found, fmt.Errorf("%q is too short for the id of a certificate: write its first %d characters or more, as `hearthgate pair --list` shows it", id, least)
	case n == 0:
		return found, fmt.Errorf("no certificate of the stage begins with %q: `hearthgate pair --list` shows those that there are", id)
	case n > 1:
		return found, fmt.Errorf("%d certificates begin with %q: write more of the id", n, id)
	}
	return found, nil
}

// ErrUnpaired is the error of a home that is to be renewed and has no certificate.
var ErrUnpaired = errors.New("the home has no certificate to renew: run `hearthgate pair` without --renew")

// A Revoked is what is left after certificates were ended.
type Revoked struct {
	Stage   string   `json:"stage"`
	Revoked []string `json:"revoked"`
	Left    []string `json:"left,omitempty"` // that are still valid
}

// Show writes for a person what was ended.
func (r Revoked) Show(to *ui.Screen) {
	for _, id := range r.Revoked {
		to.Printf("%s %s; AWS ends its connection within minutes\n", to.Good("revoked"), Short(id))
	}
	if len(r.Left) == 0 {
		to.Printf("No home can connect to %s now: `hearthgate pair --stage %[1]s` pairs one\n", r.Stage)
	}
}

// Short returns the first characters of a certificate's id, which name it.
func Short(id string) string { return id[:min(len(id), 12)] }

// Show writes for a person what to paste, or that it was done.
func (p Paired) Show(to *ui.Screen) {
	if p.Done {
		to.Printf("%s Home Assistant with %s; it connects now\n", to.Good("paired"), p.title)
	} else {
		to.Printf("%s Paste this line into Home Assistant. It is one line, and nothing in it is secret:\n\n", to.Good("certificate made."))
		to.Verbatim([]byte(p.Line))
		to.Printf("\n")
	}
	for _, id := range p.Before {
		to.Printf("The certificate before, %s, is still valid: `hearthgate pair --stage %s --revoke %[1]s` ends it\n", Short(id), p.Stage)
	}
	to.Printf("Next: %s\n", to.Bold("hearthgate doctor --stage "+p.Stage))
}

// A List is the certificates of a stage.
type List struct {
	Stage        string                   `json:"stage"`
	Certificates []awsaccount.Certificate `json:"certificates"`
}

// Show writes the list for a person.
func (l List) Show(to *ui.Screen) {
	if len(l.Certificates) == 0 {
		to.Printf("no home is paired with %s: `hearthgate pair --stage %[1]s` pairs one\n", l.Stage)
		return
	}
	t := to.Table("")
	t.Row(to.Dim("certificate"), to.Dim("created"), to.Dim("valid until"), to.Dim("active"))
	for _, c := range l.Certificates {
		active := "yes"
		if !c.Active {
			active = to.Bad("no")
		}
		t.Row(Short(c.ID), c.Created.Local().Format("2006-01-02 15:04"), c.Expires.Local().Format("2006-01-02"), active)
	}
	t.Flush()
	to.Printf("AWS does not say when a certificate was used last: `hearthgate doctor --stage %s` shows whether the home is connected.\n", l.Stage)
}
