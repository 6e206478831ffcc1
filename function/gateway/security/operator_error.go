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
	Text string `json:"text,omitempty" doc:"what the error says"`
	Kind string `json:"kind,omitempty" doc:"the kind of failure, such as invalid; default: internal"`
}

// Check refuses a kind that there is not.
func (in ErrorInput) Check() error {
	if _, ok := kindNamed(in.Kind); !ok {
		return fmt.Errorf("field kind is %.40q, which is no kind of failure", in.Kind)
	}
	if in.Kind == "" && in.Text == "" {
		return errors.New("field text is missing, and so is kind; one of them is wanted")
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

// A PublicError is what may be shown outside of an error.
type PublicError struct {
	Message string `json:"message" doc:"without secrets, addresses, paths and ids; of an internal error nothing but that there was one"`
	Kind    string `json:"kind"`
	Hidden  int    `json:"hidden" doc:"how many pieces of the text were taken out"`
}

func (a *Authorizer) safeError(ctx context.Context, in ErrorInput) (PublicError, error) {
	kind, _ := kindNamed(in.Kind)
	e := PublicError{Kind: kind.String()}
	if kind == core.Internal || in.Text == "" {
		e.Message = "something went wrong: " + e.Kind
		if id := core.CorrelationID(ctx); id != "" {
			e.Message += "; the log says more of it under " + id
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
			bare = "[" + bare // an address of IPv6 and a port
		}
		if stands := private(bare); stands != "" && bare != "secret" {
			words[i] = strings.Replace(word, bare, stands, 1)
			e.Hidden++
		}
	}
	e.Message = cut(strings.Join(words, " "))
	return e, nil
}

// private returns what stands for a word that tells of the home or the account; ""
// for one that does not.
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

// isHost reports whether word looks like the name of a host: labels in small
// letters, with dots between them.
func isHost(word string) bool {
	last := word[strings.LastIndexByte(word, '.')+1:]
	if len(last) == len(word) || len(last) < 2 || strings.Contains(word, "..") {
		return false
	}
	return !strings.ContainsFunc(word, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-' && r != '.'
	}) && strings.IndexFunc(last, func(r rune) bool { return r >= 'a' && r <= 'z' }) >= 0
}

// isAccount reports whether word is the number of an AWS account.
func isAccount(word string) bool {
	return len(word) == 12 && strings.Trim(word, "0123456789") == ""
}

// cut returns as much of a text as is shown.
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
