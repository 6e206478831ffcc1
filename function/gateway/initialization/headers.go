package initialization

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/function/core"
)

// headers reads the secret headers for the home: a JSON object, and the legacy
// variables of Cloudflare Access. No problem quotes a value.
func (r *reader) headers() map[string]core.Secret {
	const name = config.EnvHeaders
	var pairs map[string]string
	if text := r.secret(name).Reveal(); text != "" && json.Unmarshal([]byte(text), &pairs) != nil {
		r.wrong(name, `is not a JSON object of strings: expected {"Name": "value"}`)
		return nil
	}
	headers := map[string]core.Secret{}
	for key, value := range pairs {
		if canonical, ok := r.header(name, key, value); ok {
			headers[canonical] = core.Secret(value)
		}
	}
	if r.home == "" {
		r.addAccessHeaders(headers)
	}
	if len(headers) == 0 {
		return nil
	}
	return headers
}

// header returns the canonical name of a header that may be sent to the home; ok is
// false if it may not.
func (r *reader) header(variable, name, value string) (canonical string, ok bool) {
	const (
		nameRunes = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"
		reserved  = " Accept-Encoding Authorization Connection Content-Length Content-Type Host Transfer-Encoding "
	)
	canonical = http.CanonicalHeaderKey(name)
	switch {
	case name == "" || strings.ContainsFunc(name, func(c rune) bool { return !strings.ContainsRune(nameRunes, c) }):
		r.wrong(variable, "has a header whose name is not valid in HTTP: use letters, digits and -")
	case strings.Contains(reserved, " "+canonical+" "):
		r.wrong(variable, "has %s, which the function sends itself: leave it out", canonical)
	case strings.TrimSpace(value) == "" || strings.ContainsFunc(value, func(c rune) bool { return c < ' ' || c > '~' }):
		r.wrong(variable, "has a value of %s that is not valid in HTTP: copy it again", canonical)
	default:
		return canonical, true
	}
	return canonical, false
}

// accessVariables are the legacy variables of Cloudflare Access with their headers. A
// value that begins with a slash is the name of a parameter.
var accessVariables = []struct{ variable, header string }{
	{cfClientID, "Cf-Access-Client-Id"},
	{cfClientSecret, "Cf-Access-Client-Secret"},
}

// addAccessHeaders adds the headers of the legacy variables of Cloudflare Access, which
// needs both. One that is there already must have the same value.
func (r *reader) addAccessHeaders(headers map[string]core.Secret) {
	values := map[string]string{}
	for _, a := range accessVariables {
		value := strings.TrimSpace(r.env.getenv(a.variable))
		if isParameterName(value) {
			value = strings.TrimSpace(r.parameters[a.variable])
		}
		if value != "" {
			values[a.variable] = value
		}
	}
	if len(values) == 0 {
		return
	}
	for _, a := range accessVariables {
		value, ok := values[a.variable]
		if !ok {
			r.wrong(a.variable, "is missing: Cloudflare Access needs both %s and %s; set it too, or store both headers with `hearthgate headers`", cfClientID, cfClientSecret)
			return
		}
		if other, ok := headers[a.header]; ok && other.Reveal() != value {
			r.problems = append(r.problems, contradiction(a.variable, config.EnvHeaders))
		} else if _, ok := r.header(a.variable, a.header, value); ok {
			headers[a.header] = core.Secret(value)
		}
	}
	r.sources[config.EnvHeaders] = source{accessSource(r.sources[config.EnvHeaders]), core.Secret(values[cfClientSecret]).String()}
}

// accessSource returns where the headers came from, given where those of today did.
func accessSource(today source) string {
	from := fmt.Sprintf("environment, by %s and %s", cfClientID, cfClientSecret)
	if today.from == "default" {
		return from
	}
	return today.from + "; " + from
}

func isParameterName(value string) bool { return strings.HasPrefix(value, "/") }
