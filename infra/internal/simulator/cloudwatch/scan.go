package cloudwatch

import (
	"fmt"
	"regexp"
	"strings"
)

// ruleTokens are the tokens of an alarm rule. A quoted text is one, and so is an ARN.
var ruleTokens = regexp.MustCompile(`\s+|"[^"]*"|[A-Za-z][A-Za-z0-9_:./-]*|[()]`)

// mathTokens are the tokens of metric math, in which - is an operator.
var mathTokens = regexp.MustCompile(`\s+|[A-Za-z][A-Za-z0-9_]*|\d+(?:\.\d+)?|[<>=!]=|&&|\|\||[-+*/<>(),]`)

// A scanner reads the tokens of a text one by one.
type scanner struct {
	text string
	left []string
}

// scan splits a text into tokens. Anything else in it is an error.
func scan(text string, by *regexp.Regexp) (*scanner, error) {
	s := &scanner{text: text}
	at := 0
	for _, m := range by.FindAllStringIndex(text, -1) {
		if m[0] != at {
			break
		}
		at = m[1]
		if t := text[m[0]:m[1]]; strings.TrimSpace(t) != "" {
			s.left = append(s.left, t)
		}
	}
	if at != len(text) {
		return nil, fmt.Errorf("%q is not understood from %q", text, text[at:])
	}
	return s, nil
}

// next returns the next token without reading it, "" at the end.
func (s *scanner) next() string {
	if len(s.left) == 0 {
		return ""
	}
	return s.left[0]
}

// read reads the next token.
func (s *scanner) read() string {
	t := s.next()
	if t != "" {
		s.left = s.left[1:]
	}
	return t
}

// accept reads the next token if it is one of these.
func (s *scanner) accept(wanted ...string) (string, bool) {
	for _, w := range wanted {
		if s.next() == w {
			return s.read(), true
		}
	}
	return "", false
}

// expect reads a token, which must be this one.
func (s *scanner) expect(wanted string) error {
	if got := s.read(); got != wanted {
		return fmt.Errorf("%q: found %q, expected %q", s.text, got, wanted)
	}
	return nil
}
