package initialization

import (
	"fmt"
	"net/url"
	"strings"
)

// url reads the home's address. A path that hearthgate adds itself is removed with a
// warning; any other is a problem, because Home Assistant has no path in front of its
// own.
func (r *reader) url(name string) string {
	text, path := cutAPIPath(r.text(name, ""))
	if problem := urlProblem(text); problem != "" {
		r.wrong(name, "%s", problem)
		r.hide(name) // it may have a password in it
	} else if path != "" {
		r.warnings = append(r.warnings, fmt.Sprintf("%s ends with %s, which hearthgate adds itself: write %s", name, path, text))
	}
	return text
}

// cutAPIPath returns an address without the path of Home Assistant's API or the slash
// at its end, and what it removed.
func cutAPIPath(text string) (address, path string) {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || !strings.HasSuffix(text, u.Path) {
		return text, ""
	}
	switch strings.ToLower(strings.TrimRight(u.Path, "/")) {
	case "", "/api", "/api/alexa", "/api/alexa/smart_home":
		return strings.TrimSuffix(text, u.Path), u.Path
	}
	return text, ""
}

// urlProblem returns what is wrong with the address of a home, or "". It does not
// quote the address, which may contain secrets, beyond its host.
func urlProblem(text string) string {
	u, err := url.Parse(text)
	switch {
	case text == "":
		return "is missing: set it to the address of Home Assistant, such as https://home.example.org:8123"
	case err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http":
		return "is not an address: expected one such as https://home.example.org:8123"
	case u.User != nil || u.RawQuery != "" || u.Fragment != "":
		return "has more than scheme, host and port: leave user, query and fragment out"
	case u.Path != "":
		return fmt.Sprintf("has a path after the host, where Home Assistant has none: write %s://%s", u.Scheme, u.Host)
	}
	return ""
}
