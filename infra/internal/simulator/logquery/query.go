// Package logquery runs queries of CloudWatch Logs Insights over lines of the log, on this
// machine. It knows what the dashboards of this repository use.
package logquery

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A Line is a line of the log in JSON.
type Line struct {
	At   time.Time
	Text []byte
}

// A Result is what a query of the log returns.
type Result struct {
	Columns []string
	Rows    [][]any // of each column a string, a float64 or a time.Time; nil where there is no value
}

// Run runs a query, one command an element, over lines of the log. It knows filter, fields,
// stats, sort and limit. Anything else is an error.
func Run(commands []string, lines []Line) (Result, error) {
	t := &table{}
	for _, l := range lines {
		if r := record(l); r != nil {
			t.rows = append(t.rows, r)
		}
	}
	for _, c := range commands {
		name, rest, _ := strings.Cut(strings.TrimSpace(c), " ")
		run, ok := map[string]func(*table, string) error{"filter": (*table).filter, "fields": (*table).fields, "stats": (*table).stats, "sort": (*table).sort, "limit": (*table).limit}[name]
		if !ok {
			return Result{}, fmt.Errorf("the command %q of a query is not known here", name)
		}
		if err := run(t, rest); err != nil {
			return Result{}, fmt.Errorf("%s: %w", c, err)
		}
	}
	result := Result{Columns: t.columns}
	for _, r := range t.rows {
		var row []any
		for _, c := range t.columns {
			row = append(row, r[c])
		}
		result.Rows = append(result.Rows, row)
	}
	return result, nil
}

// A row has the values of one line, or of one group of lines, by their names.
type row map[string]any

// record returns the fields of a line that are texts, numbers or booleans; nil for one that
// is no object.
func record(l Line) row {
	var fields map[string]any
	if json.Unmarshal(l.Text, &fields) != nil {
		return nil
	}
	r := row{"@timestamp": l.At, "@message": string(l.Text)}
	for name, v := range fields {
		switch v := v.(type) {
		case string, float64:
			r[name] = v
		case bool:
			r[name] = map[bool]float64{false: 0, true: 1}[v]
		}
	}
	return r
}

// A table is the rows at a stage of a query.
type table struct {
	columns []string
	rows    []row
}

func (t *table) filter(text string) error {
	e, err := parseTerm(text)
	if err != nil {
		return err
	}
	t.rows = slices.DeleteFunc(t.rows, func(r row) bool { return !holds(e([]row{r})) })
	return nil
}

func (t *table) fields(text string) error {
	all, err := parseTerms(text)
	for _, f := range all {
		for _, r := range t.rows {
			r[f.name] = f.term([]row{r})
		}
		if !slices.Contains(t.columns, f.name) {
			t.columns = append(t.columns, f.name)
		}
	}
	return err
}

func (t *table) stats(text string) error {
	what, by, _ := strings.Cut(text, " by ")
	aggregates, err := parseTerms(what)
	if err != nil {
		return err
	}
	var keys []named
	if by != "" {
		if keys, err = parseTerms(by); err != nil {
			return err
		}
	}
	groups := map[string][]row{}
	var order []string
	for _, r := range t.rows {
		key := ""
		for _, k := range keys {
			r[k.name] = k.term([]row{r})
			key += fmt.Sprint(r[k.name]) + "\x00"
		}
		if groups[key] == nil {
			order = append(order, key)
		}
		groups[key] = append(groups[key], r)
	}
	t.columns, t.rows = nil, nil
	for _, k := range append(slices.Clone(keys), aggregates...) {
		t.columns = append(t.columns, k.name)
	}
	for _, key := range order {
		r := row{}
		for _, k := range keys {
			r[k.name] = groups[key][0][k.name]
		}
		for _, a := range aggregates {
			r[a.name] = a.term(groups[key])
		}
		t.rows = append(t.rows, r)
	}
	return nil
}

func (t *table) sort(text string) error {
	slices.SortStableFunc(t.rows, func(x, y row) int {
		for key := range strings.SplitSeq(text, ",") {
			name, direction, _ := strings.Cut(strings.TrimSpace(key), " ")
			c := compare(x[name], y[name])
			if direction == "desc" {
				c = -c
			}
			if c != 0 {
				return c
			}
		}
		return 0
	})
	return nil
}

func (t *table) limit(text string) error {
	n, err := strconv.Atoi(strings.TrimSpace(text))
	if err == nil {
		t.rows = t.rows[:min(n, len(t.rows))]
	}
	return err
}

// compare orders values: what is missing first, then times, numbers and texts.
func compare(x, y any) int {
	rank := func(v any) int {
		switch v.(type) {
		case nil:
			return 0
		case time.Time:
			return 1
		case float64:
			return 2
		}
		return 3
	}
	if c := cmp.Compare(rank(x), rank(y)); c != 0 {
		return c
	}
	switch x := x.(type) {
	case time.Time:
		return x.Compare(y.(time.Time))
	case float64:
		return cmp.Compare(x, y.(float64))
	case string:
		return cmp.Compare(x, y.(string))
	}
	return 0
}

// holds reports whether a condition is true.
func holds(v any) bool { return v == 1.0 }
