package cost

import (
	"time"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/config/monitoring"
	"github.com/hearthgate/hearthgate/infra/internal/awsaccount"
)

// A Report is what the homes of one account cost in a month.
type Report struct {
	Account  string `json:"account"`
	Month    string `json:"month"`     // "2026-11"
	PricesOf string `json:"prices_of"` // day of the list prices
	Region   string `json:"prices_in"`

	Lines  []Line `json:"lines"`
	Stages []Home `json:"stages"` // that are deployed

	SoFar     float64 `json:"so_far_usd"`               // beyond what is free
	AtEnd     float64 `json:"projected_usd"`            // of the whole month
	ListAtEnd float64 `json:"projected_usd_at_list"`    // if nothing were free, as where other programs use it up
	Look      Look    `json:"a_look_at_the_dashboards"` // is not in the sums: no one knows how often

	Plan       *awsaccount.Plan       `json:"plan,omitempty"`       // absent if AWS did not say
	Allowances []awsaccount.Allowance `json:"allowances,omitempty"` // of the account, as AWS counts them
	Warnings   []string               `json:"warnings"`
}

// A Line is an item of the report.
type Line struct {
	Item  Item    `json:"item"`
	SoFar float64 `json:"so_far"`
	AtEnd float64 `json:"projected"` // of the whole month
	Free  float64 `json:"free"`
	USD   float64 `json:"projected_usd"` // beyond what is free
}

// A Home is a stage in the report.
type Home struct {
	Stage string  `json:"stage"`
	USD   float64 `json:"projected_usd_at_list"` // if nothing were free
	Used  Amounts `json:"so_far"`
}

// A Look is what it costs to open every dashboard once: its tables read the log.
type Look struct {
	GB  float64 `json:"gb"`
	USD float64 `json:"usd"`
}

// A Used is what one stage used so far this month.
type Used struct {
	Stage config.Stage
	So    Amounts
}

// MonthStart returns when the month of now began.
func MonthStart(now time.Time) time.Time {
	now = now.UTC()
	return time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, time.UTC)
}

// Of returns the report of the stages of an account, all of which are deployed.
func Of(account string, homes []Used, layout monitoring.Layout, now time.Time) Report {
	start := MonthStart(now)
	share := now.Sub(start).Hours() / start.AddDate(0, 1, 0).Sub(start).Hours()
	r := Report{Account: account, Month: start.Format("2006-01"), PricesOf: PricesOf, Region: PriceRegion, Stages: []Home{}, Warnings: []string{}}
	soFar, atEnd := Amounts{}, Amounts{}
	var stages []config.Stage
	for _, h := range homes {
		stages = append(stages, h.Stage)
		whole := projected(h.So, share)
		soFar.add(h.So)
		atEnd.add(whole)
		whole.add(Fixed(h.Stage, layout))
		r.Stages = append(r.Stages, Home{h.Stage.Name, sum(whole.ListCost()), h.So})
	}
	fixed := FixedOf(stages, layout)
	atEnd.add(fixed)
	costs := atEnd.Cost()
	for _, p := range Prices {
		line := Line{p.Item, soFar[p.Item], atEnd[p.Item], p.Free, costs[p.Item]}
		if _, ok := fixed[p.Item]; ok {
			line.SoFar = fixed[p.Item]
		}
		if line.AtEnd > 0 || p.Item == Requests {
			r.Lines = append(r.Lines, line)
		}
	}
	r.AtEnd, r.ListAtEnd = sum(costs), sum(atEnd.ListCost())
	r.SoFar = sum(soFar.Cost()) + share*sum(fixed.Cost())
	r.Look = look(homes, layout, now.Sub(start))
	return r
}

// projected returns what is used in a whole month, of what was in a share of it. What is
// stored does not grow with the days.
func projected(so Amounts, share float64) Amounts {
	all := Amounts{}
	for item, amount := range so {
		if all[item] = amount; item != LogStorage {
			all[item] = amount / share
		}
	}
	return all
}

// look returns what a look at each stage's own dashboard costs. A dashboard of all homes
// reads no log.
func look(homes []Used, layout monitoring.Layout, passed time.Duration) Look {
	gb := Amounts{}
	for _, h := range homes {
		if layout.HasOwn(h.Stage.Name) {
			d := monitoring.HomeDashboard(h.Stage, "")
			gb[LogScans] += h.So[LogIntake] * float64(d.Span) / float64(max(passed, d.Span)) * float64(d.Queries())
		}
	}
	return Look{gb[LogScans], sum(gb.ListCost())}
}
