package config

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/hearthgate/hearthgate/config/alexa"
)

// alexaWaits is how many seconds Alexa waits for a reply.
const alexaWaits = int(alexa.ReplyTimeout / time.Second)

// retentions are the retention periods that CloudWatch offers, in days, up to ten years.
var retentions = []int{1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653}

// Validate returns every problem of the stage, joined, one [FieldError] each; nil if
// the stage can be deployed.
func (s Stage) Validate() error {
	checks := []check{
		{"", checkName(s.Name)},
		{"locale", checkLocale(s.Locale)},
		{"region", checkRegion(s.Region, s.Locale)},
		{"account", checkAccount(s.Account, s.Production)},
		{"awsProfile", checkProfile(s.AWSProfile)},
		{"allowedUsers", checkUsers(s.AllowedUsers)},
		{"conversation", checkConversation(s)},
		{"loginWithAmazonClientId", checkClientID(s.LoginWithAmazonClientID)},
		{"", checkEnvironmentSize(s)},
		{"smartHomeSkillId", checkSkill(s.SmartHomeSkillID)},
		{"customSkillId", checkSkill(s.CustomSkillID)},
		{"memory", within(s.Memory, 128, 10240, "MB")},
		{"timeout", checkTimeout(s.Timeout)},
		{"retentionDays", checkRetention(s.RetentionDays)},
		{"logLevel", oneOf(s.LogLevel, Choices("logLevel")...)},
		{"alarmEmail", checkEmail(s.AlarmEmail)},
		{"alarmTopicArn", checkTopic(s)},
		{"dashboards", checkDashboards(s.Dashboards)},
		{"reservedConcurrency", within(s.ReservedConcurrency, 0, 1000, "executions")},
		{"permissionsBoundary", checkPolicy(s.PermissionsBoundary)},
		{"budget", checkBudget(s.Budget, s.AlarmEmail)},
	}
	checks = slices.Insert(checks, 5, s.Home.checks()...)
	var problems []error
	for _, c := range append(checks, s.checkHomes()...) {
		if c.problem != "" {
			problems = append(problems, &FieldError{s.file(), c.field, c.problem})
		}
	}
	return errors.Join(problems...)
}

// A check is a field, and what is wrong with it; "" if nothing is.
type check struct{ field, problem string }

// CheckName returns what is wrong with the name of a stage; nil if it is valid.
func CheckName(name string) error {
	if problem := checkName(name); problem != "" {
		return fmt.Errorf("the stage %s %s", quote(name), problem)
	}
	return nil
}

func checkName(name string) string {
	for i, r := range name {
		if lower := 'a' <= r && r <= 'z'; !lower && (i == 0 || r != '-' && (r < '0' || r > '9')) {
			return "has a name that AWS does not accept; start with a letter a-z and use only a-z, 0-9 and -"
		}
	}
	if strings.HasPrefix(name, overview) {
		return "has a name that begins with " + overview + ", as those of the dashboards for all homes do; choose another"
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
	return fmt.Sprintf("is %s, but Alexa looks for a skill of the locale %s in %s only, and in any other region it finds no devices and reports no error; write %q or leave it out",
		quote(region), locale, want, want)
}

func checkAccount(account string, production bool) string {
	if account == "" && !production {
		return ""
	}
	if account == "" {
		return "is missing, and a production stage needs it; write the twelve digits of the AWS account"
	}
	if len(account) != 12 || strings.Trim(account, "0123456789") != "" {
		return "is not the id of an AWS account; write its twelve digits"
	}
	return ""
}

func checkTimeout(seconds int) string {
	if seconds < alexaWaits {
		return fmt.Sprintf("is %d s, but Alexa waits %d, so that Lambda would stop the function too early; write %d or more", seconds, alexaWaits, alexaWaits)
	}
	return within(seconds, alexaWaits, 900, "s")
}

// checkEnvironmentSize checks that the function's environment fits into Lambda's 4 KB,
// with the hash of the build that the stack adds.
func checkEnvironmentSize(s Stage) string {
	const most = 4 << 10
	size := len(EnvBuild) + 64
	for name, value := range s.Environment() {
		size += len(name) + len(value)
	}
	if size <= most || checkCA(s.CA, s.VerifySSL) != "" { // which already reports it
		return ""
	}
	return fmt.Sprintf("fills the function's environment with %d bytes, and Lambda has room for %d; shorten ca, policy or allowedUsers", size, most)
}

// checkProfile does not quote the value: it may be a key in the place of a profile.
func checkProfile(name string) string {
	odd := func(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune("[]#;=\"'`\\", r) }
	if len(name) > 64 || strings.ContainsFunc(name, odd) {
		return "is not the name of an AWS profile; write what stands after [profile in ~/.aws/config, such as home-6, or leave it out"
	}
	return ""
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

// checkTopic checks the topic of the alarms.
func checkTopic(s Stage) string {
	if s.AlarmTopicARN == "" {
		return ""
	}
	region, err := Region(s.Locale)
	if err != nil { // which is already reported
		return ""
	}
	part := strings.Split(s.AlarmTopicARN, ":")
	switch {
	case len(part) != 6 || part[0] != "arn" || !strings.HasPrefix(part[1], "aws") || part[2] != "sns" ||
		checkAccount(part[4], true) != "" || !topicName(part[5]):
		return "is not the ARN of an SNS topic; copy it from the console of SNS, as arn:aws:sns:" + region + ":111122223333:name"
	case part[3] != region:
		return fmt.Sprintf("is of a topic in %s, but an alarm can notify a topic in its own region only; use a topic in %s", quote(part[3]), region)
	}
	return ""
}

func checkDashboards(choice string) string {
	if choice == "" {
		return ""
	}
	return oneOf(choice, Choices("dashboards")...)
}

// topicName reports whether s is the name of a topic that CloudWatch can publish to.
func topicName(s string) bool {
	return s != "" && len(s) <= 256 && !strings.ContainsFunc(s, func(r rune) bool {
		return (r|0x20 < 'a' || r|0x20 > 'z') && (r < '0' || r > '9') && r != '-' && r != '_'
	})
}

func checkPolicy(name string) string {
	valid := func(r rune) bool {
		return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || strings.ContainsRune("+=,.@_-/", r)
	}
	if len(name) > 128 || strings.ContainsFunc(name, func(r rune) bool { return !valid(r) }) {
		return "is not the name of a policy; write the name of a policy of the account, without its ARN, or leave it out"
	}
	return ""
}

func checkBudget(usd float64, email string) string {
	switch {
	case usd < 0:
		return fmt.Sprintf("is %v USD; write more than 0, or leave it out", usd)
	case usd > 0 && email == "":
		return "needs an address for the notification; write alarmEmail too"
	}
	return ""
}

func within(n, low, high int, unit string) string {
	if low <= n && n <= high {
		return ""
	}
	return fmt.Sprintf("is %d %s; write %d to %d", n, unit, low, high)
}

// oneOf does not quote the value: it may be a token in the place of its source.
func oneOf(value string, known ...string) string {
	if slices.Contains(known, value) {
		return ""
	}
	return "is none of " + strings.Join(known, ", ") + "; write one of them, or leave it out"
}
