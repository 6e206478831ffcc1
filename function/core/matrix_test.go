package core_test

import (
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/function/core"
)

// table is the matrix as the design has it: who, on the left, may use whom.
const table = `
                CAC SIN SEC LOG MET HTT UTI INI LAM CIR
cache            -   x   x   x   x   .   x   x   .   .
singleton        x   -   x   x   x   .   x   x   .   .
security         x   x   -   x   x   .   x   .   .   .
logging          x   x   x   -   x   .   x   .   .   .
metrics          x   x   x   x   -   .   x   .   .   .
http_client      x   x   x   x   x   -   x   .   .   .
utility          x   x   x   x   x   .   -   .   .   .
initialization   x   x   x   x   x   .   x   -   .   .
lambda           x   x   x   x   x   .   x   x   -   .
circuit_breaker  x   x   .   x   x   .   x   .   .   -
`

func TestMatrix(t *testing.T) {
	rows := strings.Split(strings.TrimSpace(table), "\n")[1:]
	if len(rows) != core.NumGateways {
		t.Fatalf("the table has %d rows, want %d", len(rows), core.NumGateways)
	}
	ticked := 0
	for i, row := range rows {
		user, cells := core.Gateway(i), strings.Fields(row)
		if cells[0] != user.String() {
			t.Fatalf("row %d is %s, want %s", i, cells[0], user)
		}
		for j, cell := range cells[1:] {
			used := core.Gateway(j)
			if got, want := user.Uses().Has(used), cell == "x"; got != want {
				t.Errorf("%s uses %s: got %t, want %t", user, used, got, want)
			}
			if (cell == "-") != (i == j) {
				t.Errorf("the table has %q at %s, %s", cell, user, used)
			}
			if cell == "x" {
				ticked++
			}
		}
	}
	if ticked != 56 {
		t.Errorf("%d cells are ticked, want 56", ticked)
	}
}
