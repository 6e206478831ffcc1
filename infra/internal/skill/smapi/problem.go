package smapi

import (
	"cmp"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
)

// A problem is what Amazon says of a request that it rejects, and of a change that it
// could not make.
type problem struct {
	Code       string    `json:"code"`
	Message    string    `json:"message"`
	Violations []problem `json:"violations"`
	Within     *problem  `json:"error"` // some answers have it all in an object
	Details    struct {
		Original instance `json:"originalInstance"`
		Expected instance `json:"expectedInstance"`
		Conflict instance `json:"conflictingInstance"`
	} `json:"validationDetails"`
}

// An instance is a value that Amazon checked.
type instance struct {
	Path string `json:"propertyPath"`
}

// text returns what Amazon says, in one line.
func (p problem) text() string {
	if p.Within != nil {
		return p.Within.text()
	}
	said := []string{}
	if p.Message != "" {
		said = append(said, p.Message)
	}
	for _, v := range p.Violations {
		if t := v.text(); t != "" {
			said = append(said, t)
		}
	}
	if len(said) == 0 && p.Code != "" {
		said = append(said, p.Code)
	}
	return strings.Join(strings.Fields(strings.Join(said, "; ")), " ")
}

// path finds a path that Amazon writes into a sentence.
var path = regexp.MustCompile(`\$\.([A-Za-z0-9_.\-\[\]]*[A-Za-z0-9_\]])`)

// field returns the path of the value that is wrong, "" if none is named.
func (p problem) field() string {
	if p.Within != nil {
		return p.Within.field()
	}
	named := cmp.Or(p.Details.Original.Path, p.Details.Conflict.Path, p.Details.Expected.Path)
	if m := path.FindStringSubmatch(p.Message); named == "" && m != nil {
		named = m[1]
	}
	for i := 0; named == "" && i < len(p.Violations); i++ {
		named = p.Violations[i].field()
	}
	return strings.TrimPrefix(named, "$.")
}

// invalid returns the error of a value that Amazon rejects.
func (c *Client) invalid(doing, field, said string) error {
	what := "Amazon rejects " + cmp.Or(field, "the request") + " while " + doing
	if said != "" {
		what += ": " + strings.TrimRight(said, ".")
	}
	return &Error{Code: Invalid, Field: field, Err: fmt.Errorf("%s; %s", what, c.mend(field, said))}
}

// mend returns what to do about a value that Amazon rejects.
func (c *Client) mend(field, said string) string {
	both := field + " " + said
	switch {
	case strings.Contains(both, "endpoint") || strings.Contains(said, "trigger"):
		return "the function must exist in the skill's region and this skill must be allowed to invoke it: run `" + c.command("deploy") + "`, then this again"
	case strings.HasSuffix(field, ".name"):
		return "give another name with --name"
	case strings.Contains(field, "invocationName"):
		return "give another invocation name with --invocation"
	case strings.Contains(field, "clientId") || strings.Contains(field, "clientSecret"):
		return "copy the client id and the secret again with `" + c.command("skill login") + "`"
	case strings.Contains(field, "authorizationUrl") || strings.Contains(field, "accessTokenUrl") || strings.Contains(field, "domains"):
		return "Home Assistant's address in the stage must be https on port 443 with a public certificate: change it with `" + c.command("init") + "`"
	}
	return "hearthgate makes this value, so please report it; until then `" + c.command("skill fields") + "` shows what to type into the console"
}

// secrets returns the texts that must not appear in an error.
func (c *Client) secrets(body any, access string) []string {
	login := c.Login()
	all := []string{access}
	if l, ok := body.(linkingRequest); ok && len(l.Request.ClientSecret) > 0 {
		all = append(all, l.Request.ClientSecret)
	}
	for _, secret := range []string{login.ClientSecret, login.RefreshToken} {
		if secret != "" {
			all = append(all, secret)
		}
	}
	return all
}

// problems returns the text and the field of the errors of a change.
func problems(raw []json.RawMessage) (said, field string) {
	p := problem{}
	for _, r := range raw {
		var v problem
		if json.Unmarshal(r, &v) == nil {
			p.Violations = append(p.Violations, v)
		}
	}
	return p.text(), p.field()
}
