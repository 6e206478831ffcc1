package config

import (
	"cmp"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"net/netip"
	"net/url"
	"strings"
	"unicode"

	"github.com/hearthgate/hearthgate/config/policy"
)

// maxHomes is how many further homes a stage may have: the function's environment has to
// hold them all, and a discovery waits for all of them.
const maxHomes = 8

// checks returns what is wrong with each field of the home.
func (h Home) checks() []check {
	return []check{
		{"label", checkLabel(h.Label)},
		{"connection", checkConnection(h.Connection)},
		{"homeAssistantUrl", checkAddress(h)},
		{"homeAssistantTimeout", checkHomeTimeout(h.HomeTimeout)},
		{"tokenSource", checkTokenSource(h)},
		{"secondHomeAssistantUrl", checkSecond(h)},
		{"ca", checkCA(h.CA, h.VerifySSL)},
		{"pinnedKeys", checkPins(h)},
		{"policy", checkRules(h.Policy)},
		{"confirm", CheckConfirm(h.Confirm)},
		{"conversationAgent", checkAgent(h.ConversationAgent)},
	}
}

// checkHomes returns what is wrong with the further homes, and with having several.
func (s Stage) checkHomes() (checks []check) {
	if len(s.Homes) == 0 {
		return nil
	}
	add := func(field, problem string) { checks = append(checks, check{field, problem}) }
	if len(s.Homes) > maxHomes {
		add("homes", fmt.Sprintf("has %d homes, and one skill can have %d beside the first; give the others a skill of their own", len(s.Homes), maxHomes))
	}
	if _, unnamed := s.Homes[""]; unnamed {
		add("homes", "has a home whose name is empty; "+homeName)
	}
	addresses := map[string]string{}
	for _, at := range s.Each() {
		field := func(name string) string { return name }
		if at.home != "" {
			field = func(name string) string { return "homes." + at.home + "." + name }
			add("homes."+at.home, checkHomeName(at.home))
			for _, c := range at.checks() {
				add(field(c.field), c.problem)
			}
			if rules, err := policy.Parse(string(at.Policy)); err == nil {
				add(field("policy"), problem(rules.CheckFurther()))
			}
			if at.ConversationAgent != "" {
				add(field("conversationAgent"), "has no effect, as what is said to the custom skill goes to the first home; leave it out")
			}
		}
		if at.TokenSource == Linked {
			add(field("tokenSource"), "is linked, which is the token of one Home Assistant alone, and the stage has several homes; write \"stored\", or leave it out")
		}
		if other, twice := addresses[at.URL]; twice && !at.HasRelay() {
			add(field("homeAssistantUrl"), "is that of "+other+" too; give each home its own address")
		} else if !at.HasRelay() && at.URL != "" {
			addresses[at.URL] = cmp.Or(at.home, "the first home")
		}
	}
	return checks
}

// homeName says how a further home can be called.
const homeName = "start with a letter a-z and use only a-z and 0-9"

// checkHomeName checks the name of a further home, which begins the ids of its devices and
// ends the names of its variables.
func checkHomeName(name string) string {
	for i, r := range name {
		if lower := 'a' <= r && r <= 'z'; !lower && (i == 0 || r < '0' || r > '9') {
			return "has a name that cannot stand before a device's id; " + homeName
		}
	}
	if name == FirstHome {
		return "has the name of the first home; choose another"
	}
	if len(name) > 16 {
		return "has a name of more than 16 characters; write a shorter one"
	}
	return ""
}

func checkLabel(label string) string {
	const most = 40
	if len(label) <= most && !strings.ContainsFunc(label, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return ""
	}
	return fmt.Sprintf("is not a word that a person can say behind a device's name; write at most %d bytes, such as \"by the lake\"", most)
}

func checkConnection(c Connection) string {
	if c == "" {
		return ""
	}
	return oneOf(string(c), Choices("connection")...)
}

// checkAddress accepts a relay without an address. One that is there is kept for the way
// back to https, and so it must be right.
func checkAddress(h Home) string {
	if h.HasRelay() && h.URL == "" {
		return ""
	}
	return checkURL(h.URL)
}

// checkSecond accepts another address than the first.
func checkSecond(h Home) string {
	switch {
	case h.SecondURL == "":
		return ""
	case h.SecondURL == h.URL:
		return "is that of homeAssistantUrl too; write another address of the same Home Assistant, or leave it out"
	}
	return checkURL(h.SecondURL)
}

// checkPins checks that the keys can be those of certificates.
func checkPins(h Home) string {
	for _, pin := range h.PinnedKeys {
		if b, err := base64.StdEncoding.DecodeString(pin); err != nil || len(b) != sha256.Size {
			return fmt.Sprintf("has %s, which is not the SHA-256 of a key in base64, of 44 characters; `hearthgate pin` shows those of your home", quote(pin))
		}
	}
	if h.PinnedKeys != nil && len(h.PinnedKeys) == 0 {
		return "has no key; write those that `hearthgate pin` shows, or leave it out"
	}
	return ""
}

func checkTokenSource(h Home) string {
	if h.HasRelay() && h.TokenSource == Linked {
		return "is linked, which needs a home that Amazon's servers can reach, and with connection relay nothing from outside reaches it; write \"stored\", or leave it out"
	}
	return oneOf(string(h.TokenSource), Choices("tokenSource")...)
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
