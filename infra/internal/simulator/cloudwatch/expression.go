package cloudwatch

import (
	"fmt"
	"slices"
	"strconv"
)

// An expression is a metric math expression: numbers, ids of metrics, + - * /,
// comparisons, AND, OR, IF with two or three arguments, and FILL of a metric with a
// number. A condition is 1 or 0.
type expression struct {
	eval func(period) (v float64, ok bool)
	ids  []string
}

// A period holds the values of the metrics in one period, and which metrics have any
// value in the evaluation range.
type period struct {
	values map[string]float64
	exists map[string]bool
}

// value returns the value in one period; ok is false if there is none, because a metric
// in it has none, a division is by zero, or IF has nothing to return.
func (e *expression) value(values map[string]float64, exists map[string]bool) (v float64, ok bool) {
	return e.eval(period{values, exists})
}

// names returns the ids of the metrics in it.
func (e *expression) names() []string { return e.ids }

type term = func(period) (float64, bool)

// A mathParser reads an expression.
type mathParser struct {
	*scanner
	ids []string
}

func parseExpression(text string) (*expression, error) {
	s, err := scan(text, mathTokens)
	if err != nil {
		return nil, err
	}
	p := &mathParser{scanner: s}
	eval, err := p.binary(0)
	if err == nil && p.next() != "" {
		err = fmt.Errorf("%q: %q is left over", text, p.next())
	}
	if err != nil {
		return nil, err
	}
	return &expression{eval, p.ids}, nil
}

// levels are the operators that bind alike, the weakest first.
var levels = [][]string{
	{"OR", "||"}, {"AND", "&&"}, {"==", "!=", "<=", ">=", "<", ">"}, {"+", "-"}, {"*", "/"},
}

// binary reads a term of the operators of a level and of those that bind more.
func (p *mathParser) binary(level int) (term, error) {
	if level == len(levels) {
		return p.unary()
	}
	left, err := p.binary(level + 1)
	for err == nil {
		operator, ok := p.accept(levels[level]...)
		if !ok {
			return left, nil
		}
		var right term
		right, err = p.binary(level + 1)
		left = combine(operator, left, right)
	}
	return nil, err
}

func (p *mathParser) unary() (term, error) {
	t := p.read()
	switch {
	case t == "(":
		inner, err := p.binary(0)
		if err == nil {
			err = p.expect(")")
		}
		return inner, err
	case t == "IF" || t == "FILL":
		return p.call(t)
	case t != "" && t[0] >= 'a' && t[0] <= 'z':
		p.ids = append(p.ids, t)
		return func(in period) (float64, bool) { v, ok := in.values[t]; return v, ok }, nil
	}
	v, err := strconv.ParseFloat(t, 64)
	if err != nil {
		return nil, fmt.Errorf("%q: %q is neither a number nor a metric nor a function that is known here", p.text, t)
	}
	return func(period) (float64, bool) { return v, true }, nil
}

// call reads the arguments of a function.
func (p *mathParser) call(function string) (term, error) {
	if err := p.expect("("); err != nil {
		return nil, err
	}
	first := p.next()
	var args []term
	for {
		arg, err := p.binary(0)
		if err != nil {
			return nil, err
		}
		args = append(args, arg)
		if _, more := p.accept(","); !more {
			break
		}
	}
	if err := p.expect(")"); err != nil {
		return nil, err
	}
	switch {
	case function == "IF" && (len(args) == 2 || len(args) == 3):
		return choose(args), nil
	case function == "FILL" && len(args) == 2 && slices.Contains(p.ids, first):
		return fill(first, args), nil
	}
	return nil, fmt.Errorf("%q: %s has %d arguments that are not known here", p.text, function, len(args))
}

// choose returns what IF does.
func choose(args []term) term {
	return func(in period) (float64, bool) {
		condition, ok := args[0](in)
		switch {
		case !ok:
			return 0, false
		case condition != 0:
			return args[1](in)
		case len(args) == 3:
			return args[2](in)
		}
		return 0, false
	}
}

// fill returns what FILL does. A metric without any value is not relied upon to be filled.
func fill(id string, args []term) term {
	return func(in period) (float64, bool) {
		if v, ok := args[0](in); ok {
			return v, true
		}
		v, ok := args[1](in)
		return v, ok && in.exists[id]
	}
}

// combine returns the result of an operator. Without one of its operands it has none.
func combine(operator string, left, right term) term {
	return func(in period) (float64, bool) {
		x, ok1 := left(in)
		y, ok2 := right(in)
		if !ok1 || !ok2 || operator == "/" && y == 0 {
			return 0, false
		}
		switch operator {
		case "+":
			return x + y, true
		case "-":
			return x - y, true
		case "*":
			return x * y, true
		case "/":
			return x / y, true
		}
		return map[bool]float64{true: 1}[compare(operator, x, y)], true
	}
}

func compare(operator string, x, y float64) bool {
	switch operator {
	case "OR", "||":
		return x != 0 || y != 0
	case "AND", "&&":
		return x != 0 && y != 0
	case "==":
		return x == y
	case "!=":
		return x != y
	case "<=":
		return x <= y
	case ">=":
		return x >= y
	case "<":
		return x < y
	}
	return x > y
}
