package core_test

import (
	"slices"
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

// TestMatrixAtItsEdges has what no table shows: who is used by no one, and that no
// gateway uses itself.
func TestMatrixAtItsEdges(t *testing.T) {
	var used core.Set
	for g := range core.Gateway(core.NumGateways) {
		if g.Uses().Has(g) {
			t.Errorf("%s uses itself", g)
		}
		for u := range g.Uses().All() {
			used.Add(u)
		}
	}
	for _, tt := range []struct {
		g    core.Gateway
		used bool
	}{
		{core.Cache, true}, {core.Singleton, true}, {core.Security, true}, {core.Logging, true}, {core.Metrics, true},
		{core.HTTPClient, false}, {core.Utility, true}, {core.Initialization, true}, {core.Lambda, false}, {core.CircuitBreaker, false},
	} {
		if got := used.Has(tt.g); got != tt.used {
			t.Errorf("some gateway uses %s: %t, want %t", tt.g, got, tt.used)
		}
	}
	if got := used.Len(); got != 7 {
		t.Errorf("%d gateways serve the others, want 7", got)
	}
}

func TestSet(t *testing.T) {
	all := make([]core.Gateway, core.NumGateways)
	for i := range all {
		all[i] = core.Gateway(i)
	}
	for _, tt := range []struct {
		name string
		of   []core.Gateway
		want []core.Gateway // in the order of the matrix
	}{
		{"empty", nil, nil},
		{"the first", []core.Gateway{core.Cache}, []core.Gateway{core.Cache}},
		{"the last", []core.Gateway{core.CircuitBreaker}, []core.Gateway{core.CircuitBreaker}},
		{"in another order", []core.Gateway{core.Lambda, core.Cache, core.Utility}, []core.Gateway{core.Cache, core.Utility, core.Lambda}},
		{"one twice", []core.Gateway{core.Logging, core.Logging}, []core.Gateway{core.Logging}},
		{"all", all, all},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := core.SetOf(tt.of...)
			if got := slices.Collect(s.All()); !slices.Equal(got, tt.want) || s.Len() != len(tt.want) {
				t.Errorf("the set holds %v, %d of them; want %v", got, s.Len(), tt.want)
			}
			for _, g := range all {
				if got, want := s.Has(g), slices.Contains(tt.want, g); got != want {
					t.Errorf("it has %s: %t, want %t", g, got, want)
				}
			}
		})
	}
	yielded := 0
	core.SetOf(all...).All()(func(core.Gateway) bool { yielded++; return yielded < 2 })
	if yielded != 2 {
		t.Errorf("%d gateways are yielded to a caller who stops at the second", yielded)
	}
}

func TestGatewayNames(t *testing.T) {
	for _, tt := range []struct {
		g    core.Gateway
		want string
	}{
		{core.Cache, "cache"}, {core.HTTPClient, "http_client"}, {core.CircuitBreaker, "circuit_breaker"},
		{core.NumGateways, "gateway(10)"}, {255, "gateway(255)"},
	} {
		if got := tt.g.String(); got != tt.want {
			t.Errorf("gateway %d is called %s, want %s", uint8(tt.g), got, tt.want)
		}
	}
}
