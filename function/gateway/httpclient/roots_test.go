package httpclient_test

import (
	"crypto/sha256"
	"crypto/x509"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
)

// roots returns the embedded authorities.
func roots(t *testing.T) []*x509.Certificate {
	t.Helper()
	der, err := os.ReadFile("roots.der")
	if err != nil {
		t.Fatal(err)
	}
	all, err := x509.ParseCertificates(der)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// TestRoots checks that the authorities that sign certificates of homes and of Amazon
// are embedded, each an authority and each once.
func TestRoots(t *testing.T) {
	names := map[string]bool{}
	var seen []*x509.Certificate
	for _, c := range roots(t) {
		if !c.IsCA || slices.ContainsFunc(seen, c.Equal) {
			t.Errorf("%s is not an authority, or is there twice", c.Subject)
		}
		seen = append(seen, c)
		names[c.Subject.CommonName] = true
	}
	for _, name := range []string{"ISRG Root X1", "ISRG Root X2", "GTS Root R1", "GTS Root R4", "Amazon Root CA 1", "DigiCert Global Root G2", "USERTrust RSA Certification Authority", "GlobalSign"} {
		if !names[name] {
			t.Errorf("%s is missing", name)
		}
	}
}

// TestRootsList checks that roots.txt lists what roots.der holds.
func TestRootsList(t *testing.T) {
	text, err := os.ReadFile("roots.txt")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for line := range strings.Lines(string(text)) {
		if !strings.HasPrefix(line, "#") {
			got = append(got, strings.TrimSpace(line))
		}
	}
	var want []string
	for _, c := range roots(t) {
		want = append(want, fmt.Sprintf("%x %s %s", sha256.Sum256(c.Raw), c.NotAfter.Format("2006-01-02"), c.Subject))
	}
	if !slices.Equal(got, want) {
		t.Errorf("roots.txt lists %d authorities other than the %d of roots.der: run go generate", len(got), len(want))
	}
}
