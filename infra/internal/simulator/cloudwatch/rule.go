package cloudwatch

import (
	"fmt"
	"strings"
)

// A rule is the rule of a composite alarm: ALARM, OK and INSUFFICIENT_DATA of an alarm,
// TRUE, FALSE, AND, OR, NOT and parentheses.
type rule struct {
	eval     func(of func(string) State) bool
	children []string
}

// holds reports whether the rule holds for the states of its children.
func (r *rule) holds(of func(string) State) bool { return r.eval(of) }

// names returns the names of the alarms in it.
func (r *rule) names() []string { return r.children }

// A Rule tells whether a composite alarm is on, by the states of its children, which are
// given by their names.
func Rule(text string) (holds func(of func(name string) State) bool, children []string, err error) {
	r, err := parseRule(text)
	if err != nil {
		return nil, nil, err
	}
	return r.holds, r.children, nil
}

type clause = func(of func(string) State) bool

type ruleParser struct {
	*scanner
	children []string
}

func parseRule(text string) (*rule, error) {
	s, err := scan(text, ruleTokens)
	if err != nil {
		return nil, err
	}
	p := &ruleParser{scanner: s}
	eval, err := p.or()
	if err == nil && p.next() != "" {
		err = fmt.Errorf("%q: %q is left over", text, p.next())
	}
	if err != nil {
		return nil, err
	}
	return &rule{eval, p.children}, nil
}

func (p *ruleParser) or() (clause, error) {
	left, err := p.and()
	for err == nil {
		if _, ok := p.accept("OR"); !ok {
			return left, nil
		}
		var right clause
		right, err = p.and()
		x := left
		left = func(of func(string) State) bool { return x(of) || right(of) }
	}
	return nil, err
}

func (p *ruleParser) and() (clause, error) {
	left, err := p.not()
	for err == nil {
		if _, ok := p.accept("AND"); !ok {
			return left, nil
		}
		var right clause
		right, err = p.not()
		x := left
		left = func(of func(string) State) bool { return x(of) && right(of) }
	}
	return nil, err
}

func (p *ruleParser) not() (clause, error) {
	if _, ok := p.accept("NOT"); ok {
		inner, err := p.not()
		return func(of func(string) State) bool { return !inner(of) }, err
	}
	return p.operand()
}

func (p *ruleParser) operand() (clause, error) {
	switch t := p.read(); t {
	case "(":
		inner, err := p.or()
		if err == nil {
			err = p.expect(")")
		}
		return inner, err
	case "TRUE", "FALSE":
		return func(func(string) State) bool { return t == "TRUE" }, nil
	case "ALARM", "OK", "INSUFFICIENT_DATA":
		if err := p.expect("("); err != nil {
			return nil, err
		}
		name := nameOf(strings.Trim(p.read(), `"`))
		p.children = append(p.children, name)
		return func(of func(string) State) bool { return of(name) == State(t) }, p.expect(")")
	default:
		return nil, fmt.Errorf("%q: %q is not known here", p.text, t)
	}
}
