package logquery

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A term returns a value of a group of rows: an aggregate that of all of them, anything else
// that of the first. It is nil where there is none.
type term func(group []row) any

// A named is a term with the name of its column.
type named struct {
	name string
	term term
}

// parseTerms reads a list with commas, each "term" or "term as name".
func parseTerms(text string) (all []named, err error) {
	for _, part := range split(text) {
		part = strings.TrimSpace(part)
		name := part
		if i := strings.LastIndex(part, " as "); i >= 0 {
			part, name = part[:i], strings.TrimSpace(part[i+len(" as "):])
		}
		t, err := parseTerm(part)
		if err != nil {
			return nil, err
		}
		all = append(all, named{name, t})
	}
	return all, nil
}

// split returns what stands between the commas outside of brackets.
func split(text string) (parts []string) {
	depth, from := 0, 0
	for i, c := range text {
		switch {
		case c == '(':
			depth++
		case c == ')':
			depth--
		case c == ',' && depth == 0:
			parts = append(parts, text[from:i])
			from = i + 1
		}
	}
	return append(parts, text[from:])
}

var tokens = regexp.MustCompile(`^\s*(?:"[^"]*"|[0-9.]+[smhd]?|[@A-Za-z_][@A-Za-z0-9_.]*|[<>!]=|[-+*/=<>(),])`)

// A parser reads a term token by token.
type parser struct{ left []string }

func parseTerm(text string) (term, error) {
	p := &parser{}
	for rest := text; strings.TrimSpace(rest) != ""; {
		t := tokens.FindString(rest)
		if t == "" {
			return nil, fmt.Errorf("%q is not understood", rest)
		}
		p.left, rest = append(p.left, strings.TrimSpace(t)), rest[len(t):]
	}
	t, err := p.binary(0)
	if err == nil && len(p.left) > 0 {
		err = fmt.Errorf("%q is left over", strings.Join(p.left, " "))
	}
	return t, err
}

// levels are the operators that bind alike, the weakest first.
var levels = [][]string{{"or"}, {"and"}, {"=", "!=", "<=", ">=", "<", ">"}, {"+", "-"}, {"*", "/"}}

func (p *parser) binary(level int) (term, error) {
	if level == len(levels) {
		return p.unary()
	}
	left, err := p.binary(level + 1)
	for err == nil && len(p.left) > 0 && slices.Contains(levels[level], p.left[0]) {
		var right term
		operator := p.read()
		if right, err = p.binary(level + 1); err == nil {
			left = combine(operator, left, right)
		}
	}
	return left, err
}

func (p *parser) read() (token string) {
	if len(p.left) > 0 {
		token, p.left = p.left[0], p.left[1:]
	}
	return token
}

func (p *parser) unary() (term, error) {
	switch t := p.read(); {
	case t == "(":
		inner, err := p.binary(0)
		if err == nil && p.read() != ")" {
			err = fmt.Errorf("a bracket is not closed")
		}
		return inner, err
	case t == "not":
		inner, err := p.unary()
		return func(g []row) any { return truth(!holds(inner(g))) }, err
	case strings.HasPrefix(t, `"`):
		return func([]row) any { return strings.Trim(t, `"`) }, nil
	case t != "" && (t[0] >= '0' && t[0] <= '9'):
		if v, err := strconv.ParseFloat(t, 64); err == nil {
			return func([]row) any { return v }, nil
		}
		every, err := duration(t)
		return func([]row) any { return every }, err
	case t == "" || !strings.ContainsAny(t[:1], "@_abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"):
		return nil, fmt.Errorf("a value is missing at %q", t)
	case len(p.left) > 0 && p.left[0] == "(":
		return p.call(t)
	default:
		return func(g []row) any { return g[0][t] }, nil
	}
}

// duration reads "5m" or "1d", in nanoseconds.
func duration(t string) (any, error) {
	if days, ok := strings.CutSuffix(t, "d"); ok {
		n, err := strconv.Atoi(days)
		return time.Duration(n) * 24 * time.Hour, err
	}
	return time.ParseDuration(t)
}
