package fakeaws

import (
	"encoding/json"
	"fmt"
	"path"
	"regexp"
	"strconv"
	"strings"
)

// filterTokens are the tokens of a filter pattern on fields of JSON.
var filterTokens = regexp.MustCompile(`\s+|\$\.\w+|"[^"]*"|IS|TRUE|FALSE|-?\d+(?:\.\d+)?|!=|[<>]=?|=|&&|\|\||[(){}*]`)

// filter returns what a filter pattern of CloudWatch Logs matches. It knows the patterns
// that hearthgate uses: any of some texts, each written ?"text", and fields of a line of
// JSON, such as { ($.outcome = "failed") || ($.Success = 0) }. Everything else is an
// error.
func filter(pattern string) (func(line string) bool, error) {
	switch {
	case pattern == "":
		return func(string) bool { return true }, nil
	case strings.HasPrefix(pattern, `?"`):
		return anyText(pattern), nil
	}
	p := &filterParser{}
	at := 0
	for _, m := range filterTokens.FindAllStringIndex(pattern, -1) {
		if m[0] != at {
			break
		}
		at = m[1]
		if t := pattern[m[0]:m[1]]; strings.TrimSpace(t) != "" {
			p.left = append(p.left, t)
		}
	}
	if at != len(pattern) {
		return nil, fmt.Errorf("%q is not known here", pattern[at:])
	}
	p.expect("{")
	holds := p.or()
	p.expect("}")
	if p.err == nil && len(p.left) > 0 {
		p.err = fmt.Errorf("%q is left over", p.left[0])
	}
	return func(line string) bool {
		var fields map[string]any
		return json.Unmarshal([]byte(line), &fields) == nil && holds(fields)
	}, p.err
}

func anyText(pattern string) func(string) bool {
	return func(line string) bool {
		for term := range strings.SplitSeq(pattern, `?"`) {
			if text, _, ok := strings.Cut(term, `"`); ok && strings.Contains(line, text) {
				return true
			}
		}
		return false
	}
}

type condition = func(fields map[string]any) bool

// A filterParser reads the tokens of a pattern; the first error stays.
type filterParser struct {
	left []string
	err  error
}

func (p *filterParser) read() string {
	if len(p.left) == 0 {
		return ""
	}
	t := p.left[0]
	p.left = p.left[1:]
	return t
}

func (p *filterParser) accept(token string) bool {
	if len(p.left) == 0 || p.left[0] != token {
		return false
	}
	p.left = p.left[1:]
	return true
}

func (p *filterParser) expect(token string) {
	if got := p.read(); got != token && p.err == nil {
		p.err = fmt.Errorf("found %q, expected %q", got, token)
	}
}

func (p *filterParser) or() condition {
	left := p.and()
	for p.accept("||") {
		x, y := left, p.and()
		left = func(f map[string]any) bool { return x(f) || y(f) }
	}
	return left
}

func (p *filterParser) and() condition {
	left := p.operand()
	for p.accept("&&") {
		x, y := left, p.operand()
		left = func(f map[string]any) bool { return x(f) && y(f) }
	}
	return left
}

func (p *filterParser) operand() condition {
	if p.accept("(") {
		inner := p.or()
		p.expect(")")
		return inner
	}
	field, operator, value := p.read(), p.read(), p.read()
	if operator == "IS" && (value == "TRUE" || value == "FALSE") {
		operator, value = "=", strings.ToLower(value)
	}
	if compare := comparisons[operator]; compare != nil {
		limit, err := strconv.ParseFloat(value, 64)
		if err != nil && p.err == nil {
			p.err = fmt.Errorf("%q is not a number", value)
		}
		return func(f map[string]any) bool {
			got, ok := f[strings.TrimPrefix(field, "$.")].(float64)
			return ok && compare(got, limit)
		}
	}
	if !strings.HasPrefix(field, "$.") || operator != "=" && operator != "!=" || value == "" {
		if p.err == nil {
			p.err = fmt.Errorf("%q is no condition", strings.TrimSpace(field+" "+operator+" "+value))
		}
		return func(map[string]any) bool { return false }
	}
	name := strings.TrimPrefix(field, "$.")
	return func(f map[string]any) bool {
		got, there := f[name]
		return there && equal(got, value) == (operator == "=")
	}
}

var comparisons = map[string]func(got, limit float64) bool{
	">":  func(got, limit float64) bool { return got > limit },
	">=": func(got, limit float64) bool { return got >= limit },
	"<":  func(got, limit float64) bool { return got < limit },
	"<=": func(got, limit float64) bool { return got <= limit },
}

// equal reports whether the value of a field is the one of a pattern, in which * stands
// for any text.
func equal(got any, wanted string) bool {
	if text, quoted := strings.CutPrefix(wanted, `"`); quoted {
		s, ok := got.(string)
		match, _ := path.Match(strings.TrimSuffix(text, `"`), s)
		return ok && match
	}
	return wanted == "*" || fmt.Sprint(got) == wanted
}
