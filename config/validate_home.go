package config

import (
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"net/netip"
	"net/url"
	"strings"
)

func checkConnection(c Connection) string {
	if c == "" {
		return ""
	}
	return oneOf(string(c), Choices("connection")...)
}

// checkAddress accepts a relay without an address. One that is there is kept for the way
// back to https, and so it must be right.
func checkAddress(s Stage) string {
	if s.HasRelay() && s.URL == "" {
		return ""
	}
	return checkURL(s.URL)
}

func checkTokenSource(s Stage) string {
	if s.HasRelay() && s.TokenSource == Linked {
		return "is linked, which needs a home that Amazon's servers can reach, and with connection relay nothing from outside reaches it; write \"stored\", or leave it out"
	}
	return oneOf(string(s.TokenSource), Choices("tokenSource")...)
}

// checkURL never quotes the URL: it may contain a user name and a password.
func checkURL(raw string) string {
	const example = "write it as https://home.example.com"
	if raw == "" {
		return "is missing; " + example
	}
	u, err := url.Parse(raw)
	switch {
	case err != nil || u.Hostname() == "":
		return "is not a URL; " + example
	case u.Scheme == "http":
		return "is http, which sends the token in clear text; " + example
	case u.Scheme != "https":
		return "is not a web address; " + example
	case u.User != nil:
		return "contains a user name or a password, and the file must not contain secrets; " + example
	case u.Path != "" || u.RawQuery != "" || u.ForceQuery || u.Fragment != "" || strings.HasSuffix(raw, "#"):
		return "goes on after the host, but hearthgate adds Home Assistant's paths itself; " + example
	case len(raw) > 2048:
		return "is longer than a host name can be; " + example
	case private(u.Hostname()):
		return "is an address inside the home, which AWS cannot reach; write the address at which Home Assistant can be reached from outside"
	}
	return ""
}

// private reports whether the name or address of a host shows that it cannot be
// reached from the internet.
func private(host string) bool {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	if ip, err := netip.ParseAddr(host); err == nil {
		shared := netip.MustParsePrefix("100.64.0.0/10") // carrier-grade NAT, or a VPN
		return ip.IsPrivate() || ip.IsLoopback() || ip.IsLinkLocalUnicast() || ip.IsUnspecified() || shared.Contains(ip)
	}
	return host == "localhost" || strings.HasSuffix(host, ".local") || strings.HasSuffix(host, ".lan") ||
		strings.HasSuffix(host, ".home.arpa") || !strings.Contains(host, ".")
}

func checkHomeTimeout(seconds float64) string {
	if seconds > 0 && seconds < float64(alexaWaits) {
		return ""
	}
	return fmt.Sprintf("is %v s; write more than 0 and less than %d, because Alexa waits %d", seconds, alexaWaits, alexaWaits)
}

// checkCA checks that text is certificates that fit into the function's environment,
// which has 4 KB in all.
func checkCA(text string, verify bool) string {
	const most = 3 << 10
	if text == "" {
		return ""
	}
	switch {
	case !verify:
		return "has no effect while verifySsl is false, which accepts any certificate; leave verifySsl out"
	case strings.Contains(text, "PRIVATE KEY"):
		return "contains a private key, which must never leave the server; remove it and keep the certificate"
	case len(text) > most:
		return fmt.Sprintf("is longer than %d bytes, more than the function's environment has room for; keep only the certificate that signed Home Assistant's", most)
	}
	rest := []byte(text)
	for {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		if _, err := x509.ParseCertificate(block.Bytes); err != nil {
			return "contains a certificate that cannot be read; copy it again, with \\n at the end of each line"
		}
		if len(strings.TrimSpace(string(rest))) == 0 {
			return ""
		}
	}
	return "is not a PEM certificate; write -----BEGIN CERTIFICATE----- and what follows, with \\n at the end of each line"
}
