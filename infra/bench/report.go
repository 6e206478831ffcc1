package bench

import (
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
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
	Starts  int      `json:"starts"`  // of each program under each condition
	Rows    []Row    `json:"rows"`    // one a program
	Skipped []string `json:"skipped"` // what could not be measured, and why
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
	r := &Report{Machine: fmt.Sprintf("%s/%s, %d cores, %s", runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), runtime.Version()), Starts: starts}
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
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// figures are the columns of the table.
var figures = []struct {
	title string
	of    func(Row) Spread
	goal  map[string]float64 // at most so many times the program of that name
}{
	{"init, ms", func(r Row) Spread { return r.Init }, nil},
	{"cold, ms", func(r Row) Spread { return r.Cold }, map[string]float64{"floor": 1.3}},
	{"cold at 128 MB, ms", func(r Row) Spread { return r.Slow }, map[string]float64{"floor": 1.3}},
	{"warm, ms", func(r Row) Spread { return r.Warm }, nil},
	{"warm at 128 MB, ms", func(r Row) Spread { return r.Warm7 }, map[string]float64{"hello": 1.5}},
	{"peak memory, MB", func(r Row) Spread { return r.PeakMB }, map[string]float64{"hello": 1.3}},
}

// Show writes the report as tables: medians with the tenth and the ninetieth
// percentile, then the function compared with the others.
func (r *Report) Show(w io.Writer) error {
	fmt.Fprintf(w, "%s; %d starts of each, in turn; median (p10 - p90)\n\n", r.Machine, r.Starts)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprint(t, "\tbinary, MB")
	for _, f := range figures {
		fmt.Fprint(t, "\t", f.title)
	}
	fmt.Fprintln(t)
	for _, row := range r.Rows {
		fmt.Fprintf(t, "%s\t%.1f", row.Name, float64(row.Size)/1e6)
		for _, f := range figures {
			fmt.Fprint(t, "\t", show(f.of(row), "%.1f"))
		}
		fmt.Fprintln(t)
	}
	function := r.Rows[len(r.Rows)-1]
	for _, other := range r.Rows[:len(r.Rows)-1] {
		fmt.Fprintf(t, "function / %s\t%.1f", other.Name, float64(function.Size)/float64(other.Size))
		for _, f := range figures {
			ratio := show(f.of(function).over(f.of(other)), "%.2f")
			if goal, ok := f.goal[other.Name]; ok {
				ratio += fmt.Sprintf(" goal %.1f", goal)
			}
			fmt.Fprint(t, "\t", ratio)
		}
		fmt.Fprintln(t)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	for _, s := range r.Skipped {
		fmt.Fprintln(w, "skipped:", s)
	}
	return nil
}

func show(s Spread, format string) string {
	if len(s) == 0 {
		return "-"
	}
	return fmt.Sprintf(format+" ("+format+" - "+format+")", s.Quantile(.5), s.Quantile(.1), s.Quantile(.9))
}
