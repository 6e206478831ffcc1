package config

import (
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strings"
)

// AlexaDeadline is how many seconds Alexa waits for an answer.
const AlexaDeadline = 8

// retentions are the days for which CloudWatch offers to keep a log, up to three
// years.
var retentions = []int{1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096}

// Validate returns every problem of the stage, joined, one [FieldError] each; nil
// if it can be deployed.
func (s Stage) Validate() error {
	checks := []struct{ field, problem string }{
		{"", checkName(s.Name)},
		{"locale", checkLocale(s.Locale)},
		{"region", checkRegion(s.Region, s.Locale)},
		{"account", checkAccount(s.Account, s.Production)},
		{"homeAssistantUrl", checkURL(s.URL)},
		{"homeAssistantTimeout", checkHomeTimeout(s.HomeTimeout)},
		{"tokenSource", oneOf(string(s.TokenSource), string(Stored), string(Linked))},
		{"ca", checkCA(s.CA, s.VerifySSL)},
		{"allowedUsers", checkUsers(s.AllowedUsers)},
		{"policy", checkRules(s.Policy)},
		{"", checkRoom(s)},
		{"smartHomeSkillId", checkSkill(s.SmartHomeSkillID)},
		{"customSkillId", checkSkill(s.CustomSkillID)},
		{"memory", within(s.Memory, 128, 10240, "MB")},
		{"timeout", checkTimeout(s.Timeout)},
		{"retentionDays", checkRetention(s.RetentionDays)},
		{"logLevel", oneOf(s.LogLevel, "debug", "info", "warn", "error")},
		{"alarmEmail", checkEmail(s.AlarmEmail)},
		{"reservedConcurrency", within(s.ReservedConcurrency, 0, 1000, "executions")},
		{"permissionsBoundary", checkPolicy(s.PermissionsBoundary)},
		{"budget", checkBudget(s.Budget, s.AlarmEmail)},
	}
	file := s.File
	if file == "" {
		file = s.Name
	}
	var problems []error
	for _, c := range checks {
		if c.problem != "" {
			problems = append(problems, &FieldError{file, c.field, c.problem})
		}
	}
	return errors.Join(problems...)
}

// CheckName returns what is wrong with a name for a stage; nil if it can be one.
func CheckName(name string) error {
	if problem := checkName(name); problem != "" {
		return fmt.Errorf("the stage %s %s", quote(name), problem)
	}
	return nil
}

func checkName(name string) string {
	for i, r := range name {
		if lower := 'a' <= r && r <= 'z'; !lower && (i == 0 || r != '-' && (r < '0' || r > '9')) {
			return "has a name that AWS would not take; use a letter a-z first, then a-z, 0-9 and -"
		}
	}
	if name == "" || len(name) > 20 {
		return "needs a name of 1 to 20 characters"
	}
	return ""
}

func checkLocale(locale string) string {
	if locale == "" {
		return "is missing; write the locale of the owner's Amazon account, one of " + strings.Join(Locales(), ", ")
	}
	if _, err := Region(locale); err != nil {
		return "is wrong: " + err.Error()
	}
	return ""
}

func checkRegion(region, locale string) string {
	want, err := Region(locale)
	if err != nil || region == want || region == "" {
		return ""
	}
	return fmt.Sprintf("is %s, but Alexa looks for a skill of the locale %s in %s only: elsewhere the skill would find no devices and give no error; write %q or leave it out",
		quote(region), locale, want, want)
}

func checkAccount(account string, production bool) string {
	if account == "" && !production {
		return ""
	}
	if account == "" {
		return "is missing, and a production stage says where it goes; write the twelve digits of the AWS account"
	}
	if len(account) != 12 || strings.Trim(account, "0123456789") != "" {
		return "is not an AWS account; write its twelve digits"
	}
	return ""
}

// checkURL never quotes the URL: a user's name and password may be in it.
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
		return "is http, over which the token would travel in clear; " + example
	case u.Scheme != "https":
		return "is not a web address; " + example
	case u.User != nil:
		return "holds a user's name or a password, and the file is no place for secrets; " + example
	case u.Path != "" || u.RawQuery != "" || u.ForceQuery || u.Fragment != "" || strings.HasSuffix(raw, "#"):
		return "goes on after the host, and Home Assistant's paths are added by hearthgate; " + example
	case len(raw) > 2048:
		return "is longer than any host name; " + example
	case private(u.Hostname()):
		return "is an address inside the home, which AWS cannot reach; write the address under which Home Assistant is seen from outside"
	}
	return ""
}

// private tells whether a host cannot be reached from the internet, as far as its
// name shows it.
func private(host string) bool {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	if ip, err := netip.ParseAddr(host); err == nil {
		shared := netip.MustParsePrefix("100.64.0.0/10") // behind the provider's NAT, or of a VPN
		return ip.IsPrivate() || ip.IsLoopback() || ip.IsLinkLocalUnicast() || ip.IsUnspecified() || shared.Contains(ip)
	}
	return host == "localhost" || strings.HasSuffix(host, ".local") || strings.HasSuffix(host, ".lan") ||
		strings.HasSuffix(host, ".home.arpa") || !strings.Contains(host, ".")
}

func checkHomeTimeout(seconds float64) string {
	if seconds > 0 && seconds < AlexaDeadline {
		return ""
	}
	return fmt.Sprintf("is %v s; write more than 0 and less than %d, for Alexa itself waits %d", seconds, AlexaDeadline, AlexaDeadline)
}

func checkTimeout(seconds int) string {
	if seconds < AlexaDeadline {
		return fmt.Sprintf("is %d s, but Alexa waits %d and the function would be stopped before; write %d or more", seconds, AlexaDeadline, AlexaDeadline)
	}
	return within(seconds, AlexaDeadline, 900, "s")
}

// checkCA asks for certificates that Lambda can hand to the function: all its
// environment variables together may have 4 KB.
func checkCA(text string, verify bool) string {
	const most = 3 << 10
	if text == "" {
		return ""
	}
	switch {
	case !verify:
		return "is there while verifySsl is false, which would accept any certificate; leave verifySsl out"
	case strings.Contains(text, "PRIVATE KEY"):
		return "holds a private key, which belongs nowhere but on the server; remove it, keep the certificate"
	case len(text) > most:
		return fmt.Sprintf("is longer than %d bytes, more than the function's environment has room for; keep the one certificate that signed Home Assistant's", most)
	}
	rest := []byte(text)
	for {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		if _, err := x509.ParseCertificate(block.Bytes); err != nil {
			return "holds a certificate that cannot be read; copy it again, with \\n for each line's end"
		}
		if len(strings.TrimSpace(string(rest))) == 0 {
			return ""
		}
	}
	return "is not a PEM certificate; write -----BEGIN CERTIFICATE----- and what follows, with \\n for each line's end"
}

func checkUsers(ids []string) string {
	const prefix = "amzn1.account."
	for _, id := range ids {
		if rest, ok := strings.CutPrefix(id, prefix); !ok || rest == "" || strings.ContainsFunc(rest, func(r rune) bool {
			return (r < 'A' || r > 'Z') && (r < '0' || r > '9')
		}) {
			return "holds " + quote(id) + ", which is not the id of a Login with Amazon user; write " + prefix + " and the capitals and digits that Amazon shows for the profile"
		}
	}
	return ""
}

// checkRules looks at the shape only: what a rule means is the function's to say.
func checkRules(list json.RawMessage) string {
	if list == nil {
		return ""
	}
	var rules []map[string]any
	if json.Unmarshal(list, &rules) != nil || len(rules) == 0 {
		return "is not a list of rules; write [{...}], or leave it out"
	}
	return ""
}

// checkRoom asks for no more than Lambda takes: all variables together 4 KB, of
// which the stack itself adds the build's hash.
func checkRoom(s Stage) string {
	const most = 4 << 10
	size := len(EnvBuild) + 64
	for name, value := range s.Environment() {
		size += len(name) + len(value)
	}
	if size <= most || checkCA(s.CA, s.VerifySSL) != "" { // which says it already
		return ""
	}
	return fmt.Sprintf("fills the function's environment with %d bytes, and Lambda has room for %d; shorten ca, policy or allowedUsers", size, most)
}

func checkSkill(id string) string {
	const prefix, form = "amzn1.ask.skill.", "00000000-0000-0000-0000-000000000000"
	if id == "" {
		return ""
	}
	rest, ok := strings.CutPrefix(id, prefix)
	shape := strings.Map(func(r rune) rune {
		if '0' <= r && r <= '9' || 'a' <= r && r <= 'f' {
			return '0'
		}
		return r
	}, rest)
	if !ok || shape != form {
		return "is not a skill id; copy it from the Alexa developer console, " + prefix + " and 36 characters, or leave it empty"
	}
	return ""
}

func checkRetention(days int) string {
	if slices.Contains(retentions, days) {
		return ""
	}
	return fmt.Sprintf("is %d days, which CloudWatch does not offer; write one of %v", days, retentions)
}

func checkEmail(address string) string {
	if address == "" {
		return ""
	}
	user, host, ok := strings.Cut(address, "@")
	if !ok || user == "" || !strings.Contains(strings.Trim(host, "."), ".") || strings.ContainsAny(host, "@") || strings.ContainsAny(address, " \t\r\n<>,;\"") {
		return "is not one e-mail address; write it as owner@example.com, or leave it empty"
	}
	return ""
}

func checkPolicy(name string) string {
	known := func(r rune) bool {
		return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || strings.ContainsRune("+=,.@_-/", r)
	}
	if len(name) > 128 || strings.ContainsFunc(name, func(r rune) bool { return !known(r) }) {
		return "is not the name of a policy; write the name of one in the account, without its ARN, or leave it out"
	}
	return ""
}

func checkBudget(usd float64, email string) string {
	switch {
	case usd < 0:
		return fmt.Sprintf("is %v USD; write more than 0, or leave it out", usd)
	case usd > 0 && email == "":
		return "needs somebody to tell; write alarmEmail too"
	}
	return ""
}

func within(n, low, high int, unit string) string {
	if low <= n && n <= high {
		return ""
	}
	return fmt.Sprintf("is %d %s; write %d to %d", n, unit, low, high)
}

// oneOf does not quote the value: a token may stand where its source should.
func oneOf(value string, known ...string) string {
	if slices.Contains(known, value) {
		return ""
	}
	return "is none of " + strings.Join(known, ", ") + "; write one of them, or leave it out"
}
