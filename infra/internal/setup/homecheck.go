package setup

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/hearthgate/hearthgate/infra/internal/localrun/homeclient"
)

// A Home is a Home Assistant as a stage describes it.
type Home struct {
	URL      string
	Insecure bool   // accept any certificate
	CA       string // PEM certificates to trust instead of the public ones; default: those

	Headers     map[string]string // sent with every request; default: none
	Certificate *tls.Certificate  // shown to a server that asks for one; default: none
}

// ErrLogin is in the error of a home that has a login in front of it, which a service
// passes with secret headers.
var ErrLogin = errors.New("asks for a login first")

// ErrCertificate is in the error of a home that asks for a client certificate, and does not
// accept what it is shown.
var ErrCertificate = errors.New("asks for a client certificate, and does not accept what it is shown")

// wantsCertificate reports whether nginx, or a proxy made of it, answers so.
func wantsCertificate(body string) bool {
	return strings.Contains(body, "No required SSL certificate was sent") || strings.Contains(body, "The SSL certificate error")
}

// Reach checks that a Home Assistant with a Smart Home endpoint answers. It sends no
// token, and nothing that Home Assistant would count as a failed login and ban this
// machine's address for.
func (h Home) Reach(ctx context.Context) error {
	status, body, err := h.get(ctx, "/api/alexa/smart_home", "")
	switch {
	case err != nil:
		return err
	case status == http.StatusFound || status == http.StatusForbidden && strings.Contains(body, "Cloudflare Access"):
		return fmt.Errorf("%s %w (%d), as Cloudflare Access does: store the headers of a service token with `hearthgate headers`", h.URL, ErrLogin, status)
	case status == http.StatusBadRequest && wantsCertificate(body):
		return fmt.Errorf("%s %w (400): store it with `hearthgate certificate`", h.URL, ErrCertificate)
	case status == http.StatusNotFound:
		return fmt.Errorf("%s has no Smart Home endpoint (404): if it is Home Assistant, add `alexa:` and below it `smart_home:` to its configuration.yaml and restart it, or wait if it is still starting", h.URL)
	case status != http.StatusMethodNotAllowed:
		return fmt.Errorf("%s answers %d to GET /api/alexa/smart_home, and Home Assistant answers 405: check the address, and what is in front of Home Assistant", h.URL, status)
	}
	return nil
}

// Accepts checks that the home accepts a token.
func (h Home) Accepts(ctx context.Context, token string) error {
	status, body, err := h.get(ctx, "/api/", token)
	switch {
	case err != nil:
		return err
	case status == http.StatusUnauthorized:
		return fmt.Errorf("Home Assistant rejected the token (401): create a new long-lived token at the end of your profile, below Security, and copy all of it")
	case status == http.StatusForbidden:
		return fmt.Errorf("%s rejected this machine (403): Home Assistant has banned its address after wrong tokens, or something in front of Home Assistant did; remove the address from ip_bans.yaml and restart Home Assistant", h.URL)
	case status != http.StatusOK || !strings.Contains(body, "API running"):
		return fmt.Errorf("%s answers %d to GET /api/, and a Home Assistant that accepts the token answers 200: check the address", h.URL, status)
	}
	return nil
}

func (h Home) get(ctx context.Context, path, token string) (int, string, error) {
	const atMost = 15 * time.Second
	ctx, cancel := context.WithTimeout(ctx, atMost)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, h.URL+path, nil)
	if err != nil {
		return 0, "", fmt.Errorf("%s is not a web address: write it as https://home.example.com", h.URL)
	}
	for name, value := range h.Headers {
		r.Header.Set(name, value)
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	client, err := homeclient.New(h.CA, h.Insecure, h.Certificate)
	if err != nil {
		return 0, "", fmt.Errorf("ca %w", err)
	}
	defer client.CloseIdleConnections()
	res, err := client.Do(r)
	if explained := explain(err); errors.Is(explained, ErrCertificate) {
		return 0, "", fmt.Errorf("%s %w: store the right one with `hearthgate certificate`", h.URL, ErrCertificate)
	} else if err != nil {
		return 0, "", fmt.Errorf("%s does not answer: %w", h.URL, explained)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(io.LimitReader(res.Body, 64<<10))
	return res.StatusCode, string(b), err
}

// explain returns an error of the network for a person.
func explain(err error) error {
	if err == nil {
		return nil
	}
	if dns, ok := errors.AsType[*net.DNSError](err); ok {
		return fmt.Errorf("the name %s has no address (%s); check its spelling and the DNS entry", dns.Name, dns.Err)
	}
	if e, ok := errors.AsType[x509.HostnameError](err); ok {
		return fmt.Errorf("its certificate is for another name (%w); get a certificate for the name in the address", e)
	}
	if e, ok := errors.AsType[x509.UnknownAuthorityError](err); ok {
		return fmt.Errorf("its certificate is signed by an unknown authority, or an intermediate certificate is missing (%w); use the full chain (fullchain.pem), or put the signing certificate into the stage's ca", e)
	}
	if e, ok := errors.AsType[x509.CertificateInvalidError](err); ok {
		return fmt.Errorf("its certificate is not valid (%w); renew it", e)
	}
	for _, alert := range []string{"certificate required", "bad certificate", "unknown certificate"} {
		if strings.Contains(err.Error(), "remote error: tls: "+alert) {
			return ErrCertificate
		}
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return errors.New("no answer in 15 seconds; check that the port is forwarded and open from the internet")
	}
	for {
		next := errors.Unwrap(err)
		if next == nil {
			return fmt.Errorf("%w; check that it runs and is reachable from the internet", err)
		}
		err = next
	}
}
