package cost

import (
	"fmt"

	"github.com/hearthgate/hearthgate/infra/internal/ui"
)

// Show writes the report for a person.
func (r Report) Show(to *ui.Screen) {
	to.Printf("%s\n", to.Bold(fmt.Sprintf("Account %s, %s: $%.2f by the end of the month", r.Account, r.Month, r.AtEnd)))
	to.Printf("  so far $%.2f; if nothing were free, $%.2f\n", r.SoFar, r.ListAtEnd)
	t := to.Table("  ", 1, 2, 3, 4)
	t.Row("", "so far", "month", "free", "USD")
	for _, line := range r.Lines {
		p := priceOf(line.Item)
		t.Row(p.Name, p.amount(line.SoFar), p.amount(line.AtEnd), p.free(), fmt.Sprintf("%.2f", line.USD))
	}
	t.Flush()
	if r.Look.GB > 0 {
		to.Printf("  To open the dashboards once reads %.1f MB of logs: $%.5f.\n", r.Look.GB*1000, r.Look.USD)
	}
	if len(r.Stages) > 1 {
		to.Printf("%s\n", to.Bold("By home, if nothing were free"))
		t := to.Table("  ", 1)
		for _, h := range r.Stages {
			t.Row(h.Stage, fmt.Sprintf("%.2f", h.USD))
		}
		t.Flush()
	}
	r.showAllowances(to)
	for _, warning := range r.Warnings {
		to.Printf("%s %s\n", to.Bold("!"), warning)
	}
	to.Printf("%s\n", to.Dim(fmt.Sprintf("AWS's list prices in %s of %s; other regions differ by a few percent. Parameters, rules, roles, deployments and the budget cost nothing.", r.Region, r.PricesOf)))
}

// showAllowances writes what AWS says of the whole account.
func (r Report) showAllowances(to *ui.Screen) {
	if len(r.Allowances) == 0 {
		return
	}
	to.Printf("%s\n", to.Bold("What the whole account has used of what is free, as AWS counts it"))
	t := to.Table("  ", 2, 3, 4)
	t.Row("", "", "used", "month", "free")
	for _, a := range r.Allowances {
		n := func(v float64) string { return fmt.Sprintf("%.4g %s", v, a.Unit) }
		t.Row(a.Service, a.Type, n(a.Used), n(a.Forecast), n(a.Limit))
	}
	t.Flush()
}

func priceOf(item Item) Price {
	for _, p := range Prices {
		if p.Item == item {
			return p
		}
	}
	return Price{}
}

// amount returns an amount for a person.
func (p Price) amount(n float64) string {
	switch {
	case p.Unit == "GB" && n < 1:
		return fmt.Sprintf("%.1f MB", n*1000)
	case p.Unit != "":
		return fmt.Sprintf("%.1f %s", n, p.Unit)
	}
	return plain(n)
}

// free returns what is free for a person.
func (p Price) free() string {
	switch {
	case p.Free == 0:
		return "-"
	case p.Unit != "":
		return plain(p.Free) + " " + p.Unit
	}
	return plain(p.Free)
}

// A List has the reports of several accounts.
type List []Report

// Show writes each report.
func (l List) Show(to *ui.Screen) {
	for i, r := range l {
		if i > 0 {
			to.Printf("\n")
		}
		r.Show(to)
	}
}
