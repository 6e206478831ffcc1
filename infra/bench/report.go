package bench

import (
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

// A condition is how the programs ran.
type condition int

const (
	fullSpeed condition = iota
	underQuota
)

func (c condition) String() string {
	return [...]string{"at full speed", "at 7 % of a core after the start, as with 128 MB"}[c]
}

// A Report is what was measured.
type Report struct {
	Machine string   `json:"machine"`
	Version string   `json:"version"` // of the clone
	Date    string   `json:"date"`
	Load    string   `json:"load"`    // what else ran when it began: processes that wanted a core, in the last minute
	Starts  int      `json:"starts"`  // of each program under each condition
	Rows    []Row    `json:"rows"`    // one a program
	Far     []Row    `json:"far"`     // of the function alone, with a home that is far away: over https, and over a relay
	Skipped []string `json:"skipped"` // what could not be measured, and why
	Picture *Picture `json:"picture"`

	Operations []Operation `json:"operations"`     // nil if they were not measured
	Deployed   int64       `json:"deployed_bytes"` // of the binary for arm64
	Builds     Builds      `json:"builds"`         // nil if they were not measured
}

// A Row is one program's figures.
type Row struct {
	Name   string `json:"name"`
	Size   int64  `json:"size_bytes"` // of the binary
	Init   Spread `json:"init_ms"`    // from exec until it asks for the first event, at full speed
	Cold   Spread `json:"cold_ms"`    // from exec to the first reply, at full speed
	Slow   Spread `json:"cold_128_ms"`
	Warm   Spread `json:"warm_ms"` // the median of a process's later events
	Warm7  Spread `json:"warm_128_ms"`
	PeakMB Spread `json:"peak_mb"`
	CPU    Spread `json:"cpu_ms"` // from exec to the first reply
	Faults Spread `json:"faults"` // likewise
}

// A Spread is a sample of a figure, one value a process.
type Spread []float64

// Quantile returns the value below which the share q of the sample lies.
func (s Spread) Quantile(q float64) float64 {
	if len(s) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(s))
	return sorted[int(q*float64(len(sorted)-1)+0.5)]
}

// over returns the quotients of s and t, turn by turn.
func (s Spread) over(t Spread) Spread {
	var ratios Spread
	for i := range min(len(s), len(t)) {
		ratios = append(ratios, s[i]/t[i])
	}
	return ratios
}

func newReport(programs []Program, starts int) *Report {
	r := &Report{Machine: fmt.Sprintf("%s/%s, %d cores, %s", runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), runtime.Version()), Date: time.Now().Format(time.DateOnly), Load: load(), Starts: starts}
	for _, p := range programs {
		row := Row{Name: p.Name}
		if info, err := os.Stat(p.file); err == nil {
			row.Size = info.Size()
		}
		r.Rows = append(r.Rows, row)
	}
	return r
}

func (r *Row) add(c condition, m measurement) {
	warm := make(Spread, len(m.warm))
	for i, d := range m.warm {
		warm[i] = ms(d)
	}
	if c == underQuota {
		r.Slow, r.Warm7 = append(r.Slow, ms(m.cold)), append(r.Warm7, warm.Quantile(.5))
		return
	}
	r.Init, r.Cold = append(r.Init, ms(m.init)), append(r.Cold, ms(m.cold))
	r.Warm = append(r.Warm, warm.Quantile(.5))
	r.PeakMB = append(r.PeakMB, float64(m.peak)/1e6)
	r.CPU, r.Faults = append(r.CPU, ms(m.cpu)), append(r.Faults, float64(m.faults))
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// figures are the columns of the table.
var figures = []struct {
	title, format string
	of            func(Row) Spread
}{
	{"init, ms", "%.1f", func(r Row) Spread { return r.Init }},
	{"cold, ms", "%.1f", func(r Row) Spread { return r.Cold }},
	{"cold at 128 MB, ms", "%.1f", func(r Row) Spread { return r.Slow }},
	{"warm, ms", "%.2f", func(r Row) Spread { return r.Warm }},
	{"warm at 128 MB, ms", "%.2f", func(r Row) Spread { return r.Warm7 }},
	{"CPU to the first reply, ms", "%.1f", func(r Row) Spread { return r.CPU }},
	{"page faults to the first reply", "%.0f", func(r Row) Spread { return r.Faults }},
	{"peak memory, MB", "%.1f", func(r Row) Spread { return r.PeakMB }},
}

// Show writes the report for people: medians with the tenth and the ninetieth percentile.
func (r *Report) Show(w io.Writer) error {
	fmt.Fprintf(w, "%s, %s, load %s, commit %s; %d starts of each, in turn; median (p10 - p90)\n\n", r.Date, r.Machine, r.Load, r.Version, r.Starts)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for i, line := range r.table() {
		if i != 1 { // the line below the head
			fmt.Fprintln(t, strings.Join(line, "\t"))
		}
	}
	fmt.Fprintln(t)
	for _, g := range r.Goals() {
		fmt.Fprintln(t, strings.Join(g.cells(), "\t"))
	}
	fmt.Fprintf(t, "\n%s\n", farTitle)
	for i, line := range tableOf(r.Far) {
		if i != 1 {
			fmt.Fprintln(t, strings.Join(line, "\t"))
		}
	}
	if err := t.Flush(); err != nil {
		return err
	}
	for _, s := range r.Skipped {
		fmt.Fprintln(w, "skipped:", s)
	}
	if r.Picture != nil {
		fmt.Fprintln(w)
		r.Picture.Show(w)
	}
	return nil
}

// farTitle is the heading of the figures with a home that is far away.
var farTitle = fmt.Sprintf("The function with a home %v away, and parameter store and broker %v.", 2*toHome, 2*inAWS)

// table returns the figures of all programs as cells, a program a column.
func (r *Report) table() [][]string {
	lines := tableOf(r.Rows)
	size := []string{"binary, MB"}
	for _, row := range r.Rows {
		size = append(size, fmt.Sprintf("%.1f", float64(row.Size)/1e6))
	}
	return slices.Insert(lines, 2, size)
}

// tableOf returns the figures of rows that were measured, a row a column.
func tableOf(rows []Row) [][]string {
	head, rule := []string{""}, []string{"---"}
	for _, row := range rows {
		head, rule = append(head, row.Name), append(rule, "---")
	}
	lines := [][]string{head, rule}
	for _, f := range figures {
		line, measured := []string{f.title}, false
		for _, row := range rows {
			line, measured = append(line, show(f.of(row), f.format)), measured || len(f.of(row)) > 0
		}
		if measured {
			lines = append(lines, line)
		}
	}
	return lines
}

func show(s Spread, format string) string {
	if len(s) == 0 {
		return "-"
	}
	return fmt.Sprintf(format+" ("+format+" - "+format+")", s.Quantile(.5), s.Quantile(.1), s.Quantile(.9))
}
