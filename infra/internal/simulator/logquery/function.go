package logquery

import (
	"fmt"
	"math"
	"slices"
	"time"
)

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
