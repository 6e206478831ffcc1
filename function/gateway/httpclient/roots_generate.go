//go:build ignore

// Command roots_generate writes roots.der, and roots.txt, which lists what it holds: of the certificate authorities that this
// machine's ca-certificates package trusts (Mozilla's list), the few that sign most
// of the web's certificates, and every one that homes are known to have.
package main

import (
	"bytes"
	"crypto/sha256"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"log"
	"os"
	"slices"
)

const source = "/etc/ssl/certs/ca-certificates.crt"

// names are the common names of the authorities, or the organizational units of
// those that have none.
var names = []string{
	"ISRG Root X1", "ISRG Root X2", // Let's Encrypt
	"GTS Root R1", "GTS Root R2", "GTS Root R3", "GTS Root R4", // Google Trust Services, and Cloudflare
	"GlobalSign", "GlobalSign Root CA", "GlobalSign Root R46", "GlobalSign Root E46",
	"DigiCert Global Root CA", "DigiCert Global Root G2", "DigiCert Global Root G3", "DigiCert High Assurance EV Root CA",
	"DigiCert TLS RSA4096 Root G5", "DigiCert TLS ECC P384 Root G5",
	"USERTrust RSA Certification Authority", "USERTrust ECC Certification Authority", // Sectigo, ZeroSSL
	"Sectigo Public Server Authentication Root R46", "Sectigo Public Server Authentication Root E46",
	"COMODO RSA Certification Authority", "COMODO ECC Certification Authority",
	"SSL.com Root Certification Authority RSA", "SSL.com Root Certification Authority ECC",
	"Amazon Root CA 1", "Amazon Root CA 2", "Amazon Root CA 3", "Amazon Root CA 4", "Starfield Services Root Certificate Authority - G2",
}

func main() {
	log.SetFlags(0)
	text, err := os.ReadFile(source)
	if err != nil {
		log.Fatalf("%v: install the package ca-certificates", err)
	}
	var der, list bytes.Buffer
	fmt.Fprintf(&list, "# Certificate authorities, from Mozilla's list as the package ca-certificates has it.\n# Written by roots_generate.go; run go generate to bring it up to date.\n")
	found := map[string]bool{}
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil || !slices.Contains(names, c.Subject.CommonName) {
			continue
		}
		found[c.Subject.CommonName] = true
		fmt.Fprintf(&list, "%x %s %s\n", sha256.Sum256(c.Raw), c.NotAfter.Format("2006-01-02"), c.Subject)
		der.Write(c.Raw)
	}
	for _, name := range names {
		if !found[name] {
			log.Printf("%s is not in %s", name, source)
		}
	}
	for file, b := range map[string][]byte{"roots.der": der.Bytes(), "roots.txt": list.Bytes()} {
		if err := os.WriteFile(file, b, 0o644); err != nil {
			log.Fatal(err)
		}
	}
}
