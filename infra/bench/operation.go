package bench

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// An Operation is a benchmark of a part of the function.
type Operation struct {
	Name   string  `json:"name"` // BenchmarkOperation/good/1000
	Took   Spread  `json:"ns"`
	Allocs int     `json:"allocations"`
	Goal   float64 `json:"goal_ns"` // 0 for none
}

// operationGoals are the goals in nanoseconds, by the beginning of the name.
var operationGoals = map[string]float64{
	"BenchmarkOperation/good": 400, "BenchmarkOperation/failing": 1000, "BenchmarkHit": 80,
}

// benchmarkLine is a line of `go test -bench . -benchmem`.
var benchmarkLine = regexp.MustCompile(`^(Benchmark\S+?)(?:-\d+)?\s+\d+\s+([0-9.]+) ns/op.*?\s(\d+) allocs/op`)

// MeasureOperations runs the benchmarks of the function's packages, each as often as
// asked, in the clone at root. Printed is what `go test` printed, for benchstat.
func MeasureOperations(ctx context.Context, root string, times int) (all []Operation, printed []byte, err error) {
	// All are built first: the first ones would run while others are compiled.
	build := exec.CommandContext(ctx, "go", "test", "-run", "^$", "./...")
	build.Dir = filepath.Join(root, "function")
	if out, err := build.CombinedOutput(); err != nil {
		return nil, nil, fmt.Errorf("the benchmarks of the operations cannot be built: %w\n%s", err, out)
	}
	cmd := exec.CommandContext(ctx, "go", "test", "-run", "^$", "-bench", "^Benchmark(Operation|Hit|Miss|Keep|Keyed|Call|Directive|Concurrent|Service|Do)$",
		"-benchmem", "-count", strconv.Itoa(times), "./...")
	cmd.Dir = filepath.Join(root, "function")
	if printed, err = cmd.Output(); err != nil {
		return nil, nil, fmt.Errorf("the benchmarks of the operations failed: %w\n%s", err, printed)
	}
	return readOperations(string(printed)), printed, nil
}

// readOperations reads what `go test -bench . -benchmem` printed.
func readOperations(text string) (all []Operation) {
	pkg := ""
	for line := range strings.Lines(text) {
		if rest, ok := strings.CutPrefix(line, "pkg: "); ok {
			pkg = filepath.Base(strings.TrimSpace(rest))
			continue
		}
		m := benchmarkLine.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		name := pkg + " " + m[1]
		ns, _ := strconv.ParseFloat(m[2], 64)
		i := slices.IndexFunc(all, func(o Operation) bool { return o.Name == name })
		if i < 0 {
			i, all = len(all), append(all, Operation{Name: name})
			for prefix, goal := range operationGoals {
				if strings.HasPrefix(m[1], prefix) {
					all[i].Goal = goal
				}
			}
		}
		all[i].Took = append(all[i].Took, ns)
		all[i].Allocs, _ = strconv.Atoi(m[3])
	}
	return all
}
