package security

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/hearthgate/hearthgate/function/core"
)

// An ErrorInput is the input of [SafeError].
type ErrorInput struct {
	Text string `json:"text,omitempty" doc:"message of the error"`
	Kind string `json:"kind,omitempty" doc:"kind of failure, such as invalid; default: internal"`
}

// Check rejects an unknown kind, and an empty input.
func (in ErrorInput) Check() error {
	if _, ok := kindNamed(in.Kind); !ok {
		return fmt.Errorf("field kind is %.40q, an unknown kind of failure", in.Kind)
	}
	if in.Kind == "" && in.Text == "" {
		return errors.New("field text is missing, and so is kind: give one of them")
	}
	return nil
}

// kindNamed returns the kind of that name; internal for no name.
func kindNamed(name string) (core.Kind, bool) {
	if name == "" {
		return core.Internal, true
	}
	kinds := core.Kinds()
	i := slices.IndexFunc(kinds, func(k core.Kind) bool { return k.String() == name })
	return kinds[max(i, 0)], i >= 0
}

// A PublicError is the part of an error that may be shown outside.
type PublicError struct {
	Message string `json:"message" doc:"without secrets, addresses, paths and ids; an internal error is only mentioned"`
	Kind    string `json:"kind"`
	Hidden  int    `json:"hidden" doc:"number of parts of the text that were replaced"`
}

func (a *Authorizer) safeError(ctx context.Context, in ErrorInput) (PublicError, error) {
	kind, _ := kindNamed(in.Kind)
	e := PublicError{Kind: kind.String()}
	if kind == core.Internal || in.Text == "" {
		e.Message = "something went wrong: " + e.Kind
		if id := core.CorrelationID(ctx); id != "" {
			e.Message += "; the log has more under " + id
		}
		if in.Text != "" {
			e.Hidden = 1
		}
		return e, nil
	}
	text, found := a.opts.Redactor.Redact(in.Text)
	e.Hidden = found
	words := strings.Fields(text)
	for i, word := range words {
		bare := strings.Trim(word, `"'()[]{}<>,;.:!?`+"`")
		if strings.Contains(bare, "]:") {
			bare = "[" + bare // an IPv6 address with a port
		}
		if replacement := private(bare); replacement != "" && bare != "secret" {
			words[i] = strings.Replace(word, bare, replacement, 1)
			e.Hidden++
		}
	}
	e.Message = cut(strings.Join(words, " "))
	return e, nil
}

// private returns the replacement of a word that identifies the home or the account;
// "" for any other word.
func private(word string) string {
	host, _, _ := strings.Cut(word, ":")
	_, notAddress := netip.ParseAddr(word)
	_, notPort := netip.ParseAddrPort(word)
	switch {
	case strings.Contains(word, "://"), notAddress == nil, notPort == nil, isHost(host):
		return "[address]"
	case strings.Contains(word, "@"):
		return "[address]"
	case strings.HasPrefix(word, "arn:"), strings.HasPrefix(word, "amzn1."), isAccount(word):
		return "[id]"
	case strings.HasPrefix(word, "/") && len(word) > 1, strings.Contains(word, `:\`):
		return "[path]"
	}
	return ""
}

// isHost reports whether word looks like a host name: lower-case labels separated by
// dots.
func isHost(word string) bool {
	last := word[strings.LastIndexByte(word, '.')+1:]
	if len(last) == len(word) || len(last) < 2 || strings.Contains(word, "..") {
		return false
	}
	return !strings.ContainsFunc(word, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-' && r != '.'
	}) && strings.IndexFunc(last, func(r rune) bool { return r >= 'a' && r <= 'z' }) >= 0
}

// isAccount reports whether word looks like an AWS account number.
func isAccount(word string) bool {
	return len(word) == 12 && strings.Trim(word, "0123456789") == ""
}

// cut truncates a text to the length that is shown.
func cut(text string) string {
	const most = 300
	if len(text) <= most {
		return text
	}
	text = text[:most]
	for !utf8.ValidString(text) {
		text = text[:len(text)-1]
	}
	return text + "..."
}
