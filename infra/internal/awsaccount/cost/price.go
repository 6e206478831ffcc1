// Package cost is what the homes of an AWS account cost in a month: what they have, what
// they used, and AWS's list prices.
package cost

import (
	"fmt"
	"strings"
)

// PricesOf is the day on which the prices were compared last, and PriceRegion the region. Other regions differ by
// a few percent.
const (
	PricesOf    = "2026-11-26"
	PriceRegion = "us-east-1"
)

// An Item is something that AWS charges for.
type Item string

// The items: what a stage has, whether it is used or not, and what it uses.
const (
	CompositeAlarms Item = "composite_alarms"
	AlarmMetrics    Item = "alarm_metrics"
	CustomMetrics   Item = "custom_metrics"
	Dashboards      Item = "dashboards"

	Requests    Item = "requests"
	Computing   Item = "gb_seconds"
	LogIntake   Item = "log_gb"
	LogStorage  Item = "log_storage_gb"
	LogScans    Item = "log_scan_gb"
	TableReads  Item = "table_reads"
	TableWrites Item = "table_writes"
	Traces      Item = "traces"
	Mails       Item = "mails"
	Decryptions Item = "decryptions"

	RelayMinutes  Item = "relay_minutes"
	RelayMessages Item = "relay_messages"
)

// A Price is AWS's list price of an item.
type Price struct {
	Item Item
	Name string // for a person
	Unit string // of the amounts; "" for pieces

	USD float64 // for Per of them
	Per float64

	Free   float64 // in a month, for the whole account; items with one Shared have it together
	Shared string  // default: the item has it alone
	Source string
}

const (
	lambdaPage     = "https://aws.amazon.com/lambda/pricing/"
	cloudwatchPage = "https://aws.amazon.com/cloudwatch/pricing/"
	iotPage        = "https://aws.amazon.com/iot-core/pricing/"
)

// Prices are the list prices, those of what a stage has first. They are for arm64, and for
// the first tier of what becomes cheaper with more.
var Prices = []Price{
	{CompositeAlarms, "alarms over other alarms", "", 0.50, 1, 0, "", cloudwatchPage},
	{AlarmMetrics, "metrics that alarms read", "", 0.10, 1, 10, "", cloudwatchPage},
	{CustomMetrics, "custom metrics", "", 0.30, 1, 10, "", cloudwatchPage},
	{Dashboards, "dashboards", "", 3.00, 1, 3, "", cloudwatchPage},

	{Requests, "invocations", "", 0.20, 1e6, 1e6, "", lambdaPage},
	{Computing, "computing", "GB-s", 0.0000133334, 1, 400e3, "", lambdaPage},
	{LogIntake, "log, written", "GB", 0.50, 1, 5, "log", cloudwatchPage},
	{LogStorage, "log, kept", "GB", 0.03, 1, 5, "log", cloudwatchPage},
	{LogScans, "log, read by queries", "GB", 0.005, 1, 5, "log", cloudwatchPage},
	{TableReads, "cache table, reads", "", 0.125, 1e6, 0, "", "https://aws.amazon.com/dynamodb/pricing/on-demand/"},
	{TableWrites, "cache table, writes", "", 0.625, 1e6, 0, "", "https://aws.amazon.com/dynamodb/pricing/on-demand/"},
	{Traces, "traces of X-Ray", "", 5.00, 1e6, 100e3, "", "https://aws.amazon.com/xray/pricing/"},
	{Mails, "mails of alarms", "", 2.00, 100e3, 1000, "", "https://aws.amazon.com/sns/pricing/"},
	{Decryptions, "decryptions of secrets", "", 0.03, 10e3, 20e3, "", "https://aws.amazon.com/kms/pricing/"},
	{RelayMinutes, "relay, minutes connected", "", 0.08, 1e6, 0, "", iotPage},
	{RelayMessages, "relay, messages", "", 1.00, 1e6, 0, "", iotPage},
}

// Amounts are how much there is of each item.
type Amounts map[Item]float64

// add adds amounts to a.
func (a Amounts) add(b Amounts) {
	for item, amount := range b {
		a[item] += amount
	}
}

// Cost returns what each item costs, in USD, beyond what is free.
func (a Amounts) Cost() map[Item]float64 { return a.cost(true) }

// ListCost returns what each item costs without anything that is free.
func (a Amounts) ListCost() map[Item]float64 { return a.cost(false) }

func (a Amounts) cost(free bool) map[Item]float64 {
	cost, left := map[Item]float64{}, map[string]float64{}
	for _, p := range Prices {
		key := p.Shared
		if key == "" {
			key = string(p.Item)
		}
		if _, ok := left[key]; !ok && free {
			left[key] = p.Free
		}
		used := min(a[p.Item], left[key])
		left[key] -= used
		cost[p.Item] = (a[p.Item] - used) * p.USD / p.Per
	}
	return cost
}

func sum(costs map[Item]float64) (usd float64) {
	for _, p := range Prices { // in one order, so that rounding is the same each time
		usd += costs[p.Item]
	}
	return usd
}

// PriceTable returns the prices as a table in Markdown.
func PriceTable() string {
	var b strings.Builder
	fmt.Fprintf(&b, "| list price, %s, %s | USD | free each month |\n|---|---|---|\n", PriceRegion, PricesOf)
	for _, p := range Prices {
		per, free := "a "+p.Unit, plain(p.Free)+" "+p.Unit
		switch {
		case p.Unit == "" && p.Per == 1:
			per = "each, a month"
		case p.Unit == "":
			per = "for " + plain(p.Per)
		case p.Item == LogStorage:
			per += ", a month"
		}
		if p.Free == 0 {
			free = "none"
		}
		if p.Shared != "" && p.Item != LogIntake {
			free = "with the log above"
		}
		fmt.Fprintf(&b, "| [%s](%s) | %s %s | %s |\n", p.Name, p.Source, dollars(p.USD), per, strings.TrimSpace(free))
	}
	return b.String()
}

func dollars(usd float64) string {
	if usd < 0.001 {
		return fmt.Sprintf("%.10f", usd)
	}
	return strings.TrimSuffix(fmt.Sprintf("%.3f", usd), "0")
}

// plain returns a whole number with commas: "400,000".
func plain(n float64) string {
	digits := fmt.Sprintf("%.0f", n)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}
