package initialization

import (
	"errors"

	"github.com/hearthgate/hearthgate/config"
)

// further returns the settings with the further home of that name, given those of the
// first. A home of which something is missing or wrong has a problem, and a warning says
// so: it is no reason to stop the others.
func (r *reader) further(name string, s Settings) *Settings {
	own := &reader{env: r.env, early: r.early, home: name, parameters: r.parameters, sources: r.sources}
	s.Home, s.Homes = name, nil
	own.readHome(&s)
	if s.TokenSource == config.Linked {
		own.wrong(config.EnvTokenSource, "is %q, which is the token of one Home Assistant alone: with several homes each needs its own", s.TokenSource)
	}
	if parameter := r.env.getenv(own.variable(config.EnvHeadersParam)); parameter != "" && s.Headers == nil && !r.early {
		own.wrong(config.EnvHeaders, "is missing: put the headers into the parameter that %s names with `hearthgate headers`", config.EnvHeadersParam)
	}
	if parameter := r.env.getenv(own.variable(config.EnvClientCertificateParam)); parameter != "" && s.Certificate == "" && !r.early {
		own.wrong(config.EnvClientCertificate, "is missing: put certificate and key into the parameter that %s names with `hearthgate certificate`", config.EnvClientCertificateParam)
	}
	own.hideMisplaced(&s)
	r.warnings = append(r.warnings, own.warnings...)
	if s.Problem = errors.Join(own.problems...); s.Problem != nil {
		r.warnings = append(r.warnings, "the home "+name+" is not asked: "+s.Problem.Error())
	}
	return &s
}

// homeParameters adds the parameters with the secrets of the further homes to names.
func (e *environment) homeParameters(add func(parameter, variable string)) {
	for _, home := range split(e.get(config.EnvHomes)) {
		get := func(name string) string { return e.get(config.HomeVariable(name, home)) }
		if get(config.EnvConnection) == string(config.Relay) {
			continue
		}
		add(get(config.EnvTokenParameter), config.HomeVariable(config.EnvToken, home))
		add(get(config.EnvHeadersParam), config.HomeVariable(config.EnvHeaders, home))
		add(get(config.EnvClientCertificateParam), config.HomeVariable(config.EnvClientCertificate, home))
	}
}
