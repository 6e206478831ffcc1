package logquery

import (
	"fmt"
	"math"
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

// call reads the arguments of a function.
func (p *parser) call(name string) (term, error) {
	p.read() // the bracket
	var args []term
	for len(p.left) > 0 && p.left[0] != ")" {
		if p.left[0] == "*" { // of count(*)
			p.read()
			continue
		}
		arg, err := p.binary(0)
		if err != nil {
			return nil, err
		}
		if args = append(args, arg); len(p.left) > 0 && p.left[0] == "," {
			p.read()
		}
	}
	if p.read() != ")" {
		return nil, fmt.Errorf("the arguments of %s have no end", name)
	}
	f, ok := functions[name]
	if !ok || len(args) < f.least {
		return nil, fmt.Errorf("the function %s with %d arguments is not known here", name, len(args))
	}
	return func(g []row) any { return f.of(g, args) }, nil
}

var functions = map[string]struct {
	least int // arguments
	of    func(g []row, args []term) any
}{
	"ispresent": {1, func(g []row, args []term) any { return truth(args[0](g) != nil) }},
	"coalesce": {1, func(g []row, args []term) any {
		for _, a := range args {
			if v := a(g); v != nil {
				return v
			}
		}
		return nil
	}},
	"bin": {1, func(g []row, args []term) any {
		at, ok1 := g[0]["@timestamp"].(time.Time)
		every, ok2 := args[0](g).(time.Duration)
		if !ok1 || !ok2 {
			return nil
		}
		return at.Truncate(every)
	}},
	"count": {0, func(g []row, _ []term) any { return float64(len(g)) }},
	"sum": {1, func(g []row, args []term) any {
		total := 0.0
		for _, v := range numbers(g, args[0]) {
			total += v
		}
		return total
	}},
	"avg": {1, func(g []row, args []term) any {
		all, total := numbers(g, args[0]), 0.0
		for _, v := range all {
			total += v
		}
		return orNone(total/float64(len(all)), len(all))
	}},
	"max": {1, func(g []row, args []term) any {
		all := numbers(g, args[0])
		return orNone(slices.Max(append(all, math.Inf(-1))), len(all))
	}},
	"pct": {2, func(g []row, args []term) any {
		all := numbers(g, args[0])
		share, ok := args[1](g).(float64)
		if len(all) == 0 || !ok {
			return nil
		}
		slices.Sort(all)
		return all[max(0, int(math.Ceil(share/100*float64(len(all))))-1)]
	}},
	"latest": {1, func(g []row, args []term) (v any) {
		var at time.Time
		for _, r := range g {
			if t, _ := r["@timestamp"].(time.Time); !t.Before(at) {
				if found := args[0]([]row{r}); found != nil {
					at, v = t, found
				}
			}
		}
		return v
	}},
}

// numbers returns the numbers that a term has in the rows of a group.
func numbers(g []row, t term) (all []float64) {
	for i := range g {
		if v, ok := t(g[i : i+1]).(float64); ok {
			all = append(all, v)
		}
	}
	return all
}

func orNone(v float64, n int) any {
	if n == 0 {
		return nil
	}
	return v
}

// combine returns the result of an operator. Arithmetic without one of its operands has
// none.
func combine(operator string, left, right term) term {
	return func(g []row) any {
		a, b := left(g), right(g)
		switch operator {
		case "or":
			return truth(holds(a) || holds(b))
		case "and":
			return truth(holds(a) && holds(b))
		case "=", "!=":
			return truth((a != nil && b != nil && compare(a, b) == 0) == (operator == "="))
		}
		x, ok1 := a.(float64)
		y, ok2 := b.(float64)
		if !ok1 || !ok2 {
			return nil
		}
		switch operator {
		case "+":
			return x + y
		case "-":
			return x - y
		case "*":
			return x * y
		case "/":
			return orNone(x/y, map[bool]int{true: 1}[y != 0])
		case "<":
			return truth(x < y)
		case "<=":
			return truth(x <= y)
		case ">":
			return truth(x > y)
		}
		return truth(x >= y)
	}
}

func truth(b bool) any {
	if b {
		return 1.0
	}
	return 0.0
}
