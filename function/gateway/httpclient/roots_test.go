package httpclient_test

import (
	"crypto/x509"
	"encoding/pem"
	"os"
	"slices"
	"testing"
)

// roots returns the embedded authorities.
func roots(t *testing.T) (all []*x509.Certificate) {
	t.Helper()
	text, err := os.ReadFile("roots.pem")
	if err != nil {
		t.Fatal(err)
	}
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, c)
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

// BenchmarkRoots parses the embedded authorities and the system's.
func BenchmarkRoots(b *testing.B) {
	for name, file := range map[string]string{"program": "roots.pem", "system": "/etc/ssl/certs/ca-certificates.crt"} {
		b.Run(name, func(b *testing.B) {
			text, err := os.ReadFile(file)
			if err != nil {
				b.Skip(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				x509.NewCertPool().AppendCertsFromPEM(text)
			}
		})
	}
}
