package ui

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"unicode/utf8"
)

// A Table is rows of text in aligned columns, with titles between them. Flush
// writes it.
type Table struct {
	screen *Screen
	indent string
	right  []int // columns that are aligned at the right
	rows   []tableRow
}

type tableRow struct {
	titles []string // lines above the row
	cells  []string
}

// Table returns an empty table whose rows begin with indent. The columns whose
// numbers are given, from 0, are aligned at the right.
func (s *Screen) Table(indent string, right ...int) *Table {
	return &Table{screen: s, indent: indent, right: right}
}

// Title adds a line that has no columns.
func (t *Table) Title(text string) { t.next().titles = append(t.next().titles, oneLine(text)) }

// Row adds a row. Lines after the first of the last cell stand below it.
func (t *Table) Row(cells ...string) {
	first, more, _ := strings.Cut(cells[len(cells)-1], "\n")
	r := t.next()
	for _, cell := range append(append([]string(nil), cells[:len(cells)-1]...), first) {
		r.cells = append(r.cells, oneLine(cell))
	}
	if more != "" {
		t.Row(append(make([]string, len(cells)-1), more)...)
	}
}

// oneLine returns text as it is shown, so that columns have its width, in one line.
func oneLine(text string) string {
	return strings.NewReplacer("\n", `\u000a`, "\t", `\u0009`).Replace(Sanitize(text))
}

// next returns the row that is not complete yet.
func (t *Table) next() *tableRow {
	if n := len(t.rows); n == 0 || t.rows[n-1].cells != nil {
		t.rows = append(t.rows, tableRow{})
	}
	return &t.rows[len(t.rows)-1]
}

// Flush writes the table.
func (t *Table) Flush() {
	for _, column := range t.right {
		t.alignRight(column)
	}
	var out bytes.Buffer
	const padding = 2
	w := tabwriter.NewWriter(&out, 0, 0, padding, ' ', 0)
	for _, r := range t.rows {
		for i, cell := range r.cells {
			if i < len(r.cells)-1 {
				cell = t.screen.even(cell) + "\t"
			}
			fmt.Fprint(w, cell)
		}
		fmt.Fprintln(w)
	}
	w.Flush()
	i := 0
	for line := range strings.Lines(out.String()) {
		for _, title := range t.rows[i].titles {
			t.screen.Printf("%s\n", title)
		}
		if cells := t.rows[i].cells; cells != nil {
			io.WriteString(t.screen.Writer, t.wrap(t.indent+strings.TrimRight(line, " \n"), cells)+"\n")
		}
		i++
	}
}

// wrap returns a line of the table with its last cell below itself where it is longer
// than the terminal. Where its column is too narrow for it, the cell moves to the left.
func (t *Table) wrap(line string, cells []string) string {
	const narrow = 20 // columns that are too few for a text
	last := cells[len(cells)-1]
	indent := columns(line) - columns(last)
	if room := t.screen.width - indent; room >= max(narrow, longest(last)) {
		return t.screen.fill(line, indent)
	}
	indent = len(t.indent) + 4
	if t.screen.width > 0 && strings.Join(cells[:len(cells)-1], "") == "" {
		line = strings.Repeat(" ", indent) + last
	}
	return t.screen.fill(line, indent)
}

// longest returns how many columns the longest word of a text takes.
func longest(text string) int {
	most := 0
	for _, w := range strings.Fields(text) {
		most = max(most, columns(w))
	}
	return most
}

// even returns a cell with as many bytes of style as every other cell has, because
// tabwriter counts them as text.
func (s *Screen) even(cell string) string {
	if !s.coloured || isMark(cell) {
		return cell
	}
	return mark("00") + cell + mark("00")
}

func (t *Table) alignRight(column int) {
	width := 0
	for _, r := range t.rows {
		if column < len(r.cells) {
			width = max(width, utf8.RuneCountInString(r.cells[column]))
		}
	}
	for _, r := range t.rows {
		if column < len(r.cells) {
			r.cells[column] = fmt.Sprintf("%*s", width, r.cells[column])
		}
	}
}
