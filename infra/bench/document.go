package bench

import (
	"fmt"
	"os"
	"strings"
)

// Raw is where the output of the benchmarks is kept for benchstat, below the root of the
// clone, and RawNow that of the last run.
const (
	Raw    = "function/docs/benchmarks.txt"
	RawNow = ".build/benchmarks.txt"
)

// Document is where [Report.Write] writes, below the root of the clone.
const Document = "function/docs/benchmarks.md"

// The part of the document that is measured stands between these lines.
const (
	measuredFrom = "<!-- measured: `make bench ARGS=-write` writes from here -->\n"
	measuredTo   = "<!-- to here -->\n"
)

// Write replaces the measured part of a document by the report.
func (r *Report) Write(file string) error {
	b, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	before, rest, ok := strings.Cut(string(b), measuredFrom)
	_, after, closed := strings.Cut(rest, measuredTo)
	if !ok || !closed {
		return fmt.Errorf("%s has no lines %q and %q: put them where the figures belong", file, measuredFrom, measuredTo)
	}
	return os.WriteFile(file, []byte(before+measuredFrom+r.Markdown()+measuredTo+after), 0o644)
}

// Markdown returns the report as the document has it.
func (r *Report) Markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, "\nMeasured on %s at commit %s on %s, with a load of %s when it began: %d starts of each\nprogram, in turn. Median, and p10 to p90. Times need a quiet machine, a load below 0.5; counts do not.\n\n", r.Date, r.Version, r.Machine, r.Load, r.Starts)
	for _, line := range r.table() {
		b.WriteString(row(line))
	}
	b.WriteString("\n| goal | measured | at most | |\n|---|---|---|---|\n")
	for _, g := range r.Goals() {
		b.WriteString(row(g.cells()))
	}
	fmt.Fprintf(&b, "\n%s\n\n", farTitle)
	for _, line := range tableOf(r.Far) {
		b.WriteString(row(line))
	}
	for _, s := range r.Skipped {
		fmt.Fprintf(&b, "\nNot measured: %s.\n", s)
	}
	if r.Picture != nil {
		b.WriteString("\n```\n")
		r.Picture.Show(&b)
		b.WriteString("```\n")
	}
	if len(r.Builds) > 0 {
		b.WriteString("\n| target | | s | s of CPU |\n|---|---|---|---|\n")
		for _, m := range r.Builds {
			b.WriteString(row([]string{"make " + m.Target, m.When, fmt.Sprintf("%.1f", m.Wall), fmt.Sprintf("%.1f", m.CPU)}))
		}
	}
	if len(r.Operations) > 0 {
		b.WriteString("\n| benchmark | ns | allocations |\n|---|---|---|\n")
		for _, o := range r.Operations {
			b.WriteString(row([]string{o.Name, show(o.Took, "%.0f"), fmt.Sprint(o.Allocs)}))
		}
	}
	return b.String() + "\n"
}

func row(cells []string) string { return "| " + strings.Join(cells, " | ") + " |\n" }
