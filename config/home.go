package config

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// A Home is one Home Assistant and the way to it.
type Home struct {
	Label string `json:"label,omitempty"` // what is added to the name of a device that another home has too, "by the lake"; default: the name of a further home, and nothing at the first

	Connection Connection `json:"connection,omitempty"` // https or relay; default: https

	URL         string      `json:"homeAssistantUrl,omitempty"` // "https://home.example.com", without a path; default: none, which only a relay accepts
	HomeTimeout float64     `json:"homeAssistantTimeout"`       // of requests to Home Assistant, in seconds; default: 7
	TokenSource TokenSource `json:"tokenSource"`                // default: stored
	VerifySSL   bool        `json:"verifySsl"`                  // false accepts any certificate; default: true
	CA          string      `json:"ca,omitempty"`               // PEM certificates to trust instead of the public ones; default: none

	SecondURL         string   `json:"secondHomeAssistantUrl,omitempty"` // another address of the same Home Assistant, for when the first cannot be reached; default: none
	ClientCertificate bool     `json:"clientCertificate,omitempty"`      // show the client certificate in a SecureString to a proxy that asks for one, such as nginx or Cloudflare; default: false
	PinnedKeys        []string `json:"pinnedKeys,omitempty"`             // base64 of the SHA-256 of the public keys of which the home's certificate must have one; default: any key

	SecretHeaders bool            `json:"secretHeaders,omitempty"` // send the headers in a SecureString, such as those of Cloudflare Access; default: false
	Policy        json.RawMessage `json:"policy,omitempty"`        // list of rules that deny or restrict directives; default: all directives are allowed
	Confirm       []string        `json:"confirm,omitzero"`        // kinds of devices whose state is asked for after a command: lock, garage, cover, alarm, valve; [] for none; default: lock

	ConversationAgent string `json:"conversationAgent,omitempty"` // id of Home Assistant's conversation agent for what is said to the custom skill, "conversation.openai"; default: Home Assistant's default agent
}

// NewHome returns a home with the defaults.
func NewHome() Home { return Home{HomeTimeout: 7, TokenSource: Stored, VerifySSL: true} }

// HasRelay reports whether the home connects to a relay, so that it needs neither an
// address nor a token.
func (h Home) HasRelay() bool { return h.Connection == Relay }

// NeedsToken reports whether the function reads a token of the home's.
func (h Home) NeedsToken() bool { return h.TokenSource == Stored && !h.HasRelay() }

// NeedsHeaders reports whether the function reads secret headers of the home's.
func (h Home) NeedsHeaders() bool { return h.SecretHeaders && !h.HasRelay() }

// NeedsClientCertificate reports whether the function reads a client certificate of the
// home's.
func (h Home) NeedsClientCertificate() bool { return h.ClientCertificate && !h.HasRelay() }

// Homes are homes by their names.
type Homes map[string]Home

// homeSeparator stands between the names of a stage and of one of its homes, where a
// person types both.
const homeSeparator = "/"

// SplitHome returns the stage, and the home, "" for its first one, of "prod" or
// "prod/cabin".
func SplitHome(name string) (stage, home string) {
	stage, home, _ = strings.Cut(name, homeSeparator)
	return stage, home
}

// FirstHome is the name of a stage's first home where each has to have one. No other home
// can have it.
const FirstHome = "first"

// endpointSeparator stands between the name of a further home and the id that a device has
// there. No id of Home Assistant has one.
const endpointSeparator = ":"

// EndpointID returns the id under which Alexa knows a device of a home: its own at the
// first one, "", and else one that begins with the home's name.
func EndpointID(home, id string) string {
	if home == "" {
		return id
	}
	return home + endpointSeparator + id
}

// CutEndpointID returns what [EndpointID] was made of, where known are the names of the
// further homes.
func CutEndpointID(endpoint string, known func(home string) bool) (home, id string) {
	if home, id, found := strings.Cut(endpoint, endpointSeparator); found && known(home) {
		return home, id
	}
	return "", endpoint
}

// At returns the stage with the further home of that name in the place of its first one,
// and no others; "" is the first. ok is false if there is none. What belongs to a home, such
// as its token's parameter, has other names then; what belongs to the stage has the same.
func (s Stage) At(home string) (at Stage, ok bool) {
	at = s
	at.Homes, at.home = nil, home
	if home != "" {
		at.Home, ok = s.Homes[home]
		return at, ok
	}
	return at, true
}

// Each returns the stage once for each of its homes, as [Stage.At] does: the first one
// first, the others by name.
func (s Stage) Each() []Stage {
	first, _ := s.At("")
	all := []Stage{first}
	for _, name := range slices.Sorted(maps.Keys(s.Homes)) {
		if name != "" {
			at, _ := s.At(name)
			all = append(all, at)
		}
	}
	return all
}

// HomeName returns the name of the home that is in the place of the first one; "" if that
// is there itself.
func (s Stage) HomeName() string { return s.home }

// FullName returns the stage's name, and behind it that of the home in the place of its
// first one, as a person types both: "prod", "prod/cabin".
func (s Stage) FullName() string { return FullName(s.Name, s.home) }

// FullName returns the names of a stage and one of its homes, "" for the first, as a person
// types both: "prod", "prod/cabin".
func FullName(stage, home string) string {
	if home == "" {
		return stage
	}
	return stage + homeSeparator + home
}

// Path returns the path of a field of the home in the stage's file: "ca", "homes.cabin.ca".
func (s Stage) Path(field string) string {
	if s.home == "" {
		return field
	}
	return homesPrefix + s.home + "." + field
}

// RelayName returns the name under which the home is known to a relay. No stage has one
// like that of a further home.
func (s Stage) RelayName() string { return RelayName(s.Name, s.home) }

// RelayName returns the name under which a home of a stage is known to a relay; "" is its
// first one.
func RelayName(stage, home string) string {
	if home == "" {
		return stage
	}
	return stage + "_" + home
}

// AnyRelay reports whether any of the stage's homes has a relay.
func (s Stage) AnyRelay() bool {
	return slices.ContainsFunc(s.Each(), func(at Stage) bool { return at.HasRelay() })
}

// homePrefix returns the path of the parameters of the home.
func (s Stage) homePrefix() string {
	if s.home == "" {
		return ParameterPrefix(s.Name)
	}
	return ParameterPrefix(s.Name) + HomesPath + s.home
}

// TokenParameterName returns the name of the SecureString with the token for Home
// Assistant.
func (s Stage) TokenParameterName() string { return s.homePrefix() + TokenParameter }

// HeadersParameterName returns the name of the SecureString with the secret headers
// for Home Assistant.
func (s Stage) HeadersParameterName() string { return s.homePrefix() + HeadersParameter }

// PauseParameterName returns the name of the String with the [Pauses] of the stage's homes.
func (s Stage) PauseParameterName() string { return ParameterPrefix(s.Name) + PauseParameter }

// ClientCertificateParameterName returns the name of the SecureString with the client
// certificate for Home Assistant and its key.
func (s Stage) ClientCertificateParameterName() string {
	return s.homePrefix() + ClientCertificateParameter
}

// A StoredSecret is a secret of a home, which a command stores.
type StoredSecret struct {
	Command   string // without "hearthgate": "token"
	Parameter string // the name of the SecureString
}

// StoredSecrets returns the secrets that the function needs for the home.
func (s Stage) StoredSecrets() (all []StoredSecret) {
	for _, one := range []struct {
		needed bool
		StoredSecret
	}{
		{s.NeedsToken(), StoredSecret{"token", s.TokenParameterName()}},
		{s.NeedsHeaders(), StoredSecret{"headers", s.HeadersParameterName()}},
		{s.NeedsClientCertificate(), StoredSecret{"certificate", s.ClientCertificateParameterName()}},
	} {
		if one.needed {
			all = append(all, one.StoredSecret)
		}
	}
	return all
}

// SecretParameters returns the names, below the stage's prefix, of every SecureString that a
// command stores for the stage and its homes: what an export holds beside the stage's file.
func (s Stage) SecretParameters() (names []string) {
	for _, at := range s.Each() {
		of := strings.TrimPrefix(at.homePrefix(), ParameterPrefix(s.Name))
		names = append(names, of+TokenParameter, of+HeadersParameter, of+ClientCertificateParameter)
	}
	return append(names, LoginParameter)
}

// MarshalJSON returns the homes by name, each with the fields that do not have their
// default.
func (all Homes) MarshalJSON() ([]byte, error) {
	texts := map[string]json.RawMessage{}
	for name, h := range all {
		texts[name] = h.text()
	}
	return json.Marshal(texts)
}

// text returns the fields that do not have their default as a JSON object.
func (h Home) text() []byte {
	b := []byte{'{'}
	plain := NewHome()
	fields, defaults := fieldsOf(&h), fieldsOf(&plain)
	for _, name := range namesOf[Home]() {
		value := encode(fields[name])
		if bytes.Equal(value, encode(defaults[name])) {
			continue
		}
		if len(b) > 1 {
			b = append(b, ',')
		}
		b = append(append(append(b, '"'), name...), `":`...)
		b = append(b, value...)
	}
	return append(b, '}')
}
