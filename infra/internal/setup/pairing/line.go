// Package pairing gives a home the certificate with which it connects to a relay. The key
// stays in the house: a line with a signing request comes out of it, and a line with the
// certificate goes in.
package pairing

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/x509"
	_ "embed"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"

	"github.com/hearthgate/hearthgate/config/relay"
)

// Authority is the certificate, in PEM, of Amazon Root CA 1, which signs the certificates
// of AWS IoT Core.
//
//go:embed amazon-root-ca-1.pem
var Authority string

// maxLine is far more than a line of either kind needs.
const maxLine = 16 << 10

// Request reads the line that Home Assistant shows, and returns its certificate signing
// request in PEM. Nothing else is signed: the key must be on P-256, and the request signed
// with it.
func Request(line string) (string, error) {
	const again = "; copy the whole line that begins with " + relay.SigningRequestPrefix + " from Home Assistant again"
	line = strings.Join(strings.Fields(line), "") // a terminal may have wrapped it
	encoded, ok := strings.CutPrefix(line, relay.SigningRequestPrefix)
	switch {
	case line == "":
		return "", errors.New("no line was given: in Home Assistant open Settings, Devices & services, add hearthgate, and copy the line that it shows")
	case strings.HasPrefix(line, relay.PairingPrefix):
		return "", errors.New("this is the line for Home Assistant, and the one from there is wanted" + again)
	case !ok || len(line) > maxLine:
		return "", errors.New("this is not the line from Home Assistant" + again)
	}
	der, err := base64.RawURLEncoding.DecodeString(encoded)
	if err != nil {
		return "", errors.New("a part of the line is missing or was changed" + again)
	}
	request, err := x509.ParseCertificateRequest(der)
	if err != nil || request.CheckSignature() != nil {
		return "", errors.New("the line has no certificate signing request that is signed by its own key: a part of it is missing or was changed" + again)
	}
	key, ok := request.PublicKey.(*ecdsa.PublicKey)
	if !ok || key.Curve != elliptic.P256() {
		return "", errors.New("the key of the request is not on the curve P-256, which the integration uses: update the integration in Home Assistant" + again)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE REQUEST", Bytes: der})), nil
}

// Line returns the line that is pasted into Home Assistant.
func Line(p relay.Pairing) (string, error) {
	b, err := json.Marshal(p)
	if err != nil {
		return "", fmt.Errorf("the line for Home Assistant cannot be written: %w", err)
	}
	return relay.PairingPrefix + base64.RawURLEncoding.EncodeToString(b), nil
}
