package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/hearthgate/hearthgate/infra/internal/localrun"
)

// A Picture is a start of the function, section by section. The sections follow each
// other, except that those with a dash run side by side within the one before them. The
// start is traced, which makes it a little slower.
type Picture struct {
	Sections []Section `json:"sections"`
	CPU      Spread    `json:"cpu_ms"`   // from exec until the first event was asked for
	Faults   Spread    `json:"faults"`   // likewise
	Packages int       `json:"packages"` // that initialize something before main
	Allocs   int       `json:"allocations"`
}

// A Section is one section of a start.
type Section struct {
	Name string `json:"name"`
	Took Spread `json:"ms"`
}

// pictureStarts is how many starts are traced.
const pictureStarts = 10

// picture traces starts of the function.
func (b *bench) picture(ctx context.Context, p Program) (*Picture, error) {
	pic := new(Picture)
	for range pictureStarts {
		if err := b.trace(ctx, p, pic); err != nil {
			return nil, err
		}
	}
	return pic, nil
}

func (b *bench) trace(ctx context.Context, p Program, pic *Picture) error {
	f, err := b.start(ctx, p, "GODEBUG=inittrace=1")
	if err != nil {
		return err
	}
	defer f.Close()
	pic.CPU, pic.Faults = append(pic.CPU, ms(cpu(f.Pid()))), append(pic.Faults, float64(faults(f.Pid())))
	first, err := f.Invoke(ctx, b.event)
	if err != nil {
		return err
	}
	start, err := startOf(ctx, f)
	if err != nil {
		return err
	}
	initialized := pic.packages(f.Lines())
	took := start.Took * 1000
	pic.add("exec, the runtime, and asking for the first event", ms(first.Init)-initialized-took)
	pic.add("package initialization", initialized)
	pic.add("wiring and stages", took)
	for _, s := range start.Stages {
		pic.add("- "+s.Name, s.Took*1000)
	}
	pic.add("the first directive", ms(first.Duration))
	return nil
}

// add adds a value to the section of that name.
func (p *Picture) add(name string, v float64) {
	i := slices.IndexFunc(p.Sections, func(s Section) bool { return s.Name == name })
	if i < 0 {
		i, p.Sections = len(p.Sections), append(p.Sections, Section{Name: name})
	}
	p.Sections[i].Took = append(p.Sections[i].Took, v)
}

// initLine is what GODEBUG=inittrace=1 writes for each package.
var initLine = regexp.MustCompile(`^init \S+ @([0-9.]+) ms, ([0-9.]+) ms clock, \d+ bytes, (\d+) allocs`)

// packages notes what the runtime said of the packages, and returns when the last of
// them was initialized, in milliseconds.
func (p *Picture) packages(lines []string) (end float64) {
	p.Packages, p.Allocs = 0, 0
	for _, line := range lines {
		m := initLine.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		at, _ := strconv.ParseFloat(m[1], 64)
		took, _ := strconv.ParseFloat(m[2], 64)
		n, _ := strconv.Atoi(m[3])
		p.Packages, p.Allocs, end = p.Packages+1, p.Allocs+n, max(end, at+took)
	}
	return end
}

// start is what the function says of its start.
type start struct {
	Took   float64 `json:"took_seconds"`
	Stages []struct {
		Name string  `json:"name"`
		Took float64 `json:"took_seconds"`
	} `json:"stages"`
}

func startOf(ctx context.Context, f *localrun.Function) (start, error) {
	v, err := f.Invoke(ctx, []byte(`{"operation":"metrics.cold_start"}`))
	if err != nil {
		return start{}, err
	}
	var reply struct{ Data start }
	if err := json.Unmarshal(v.Payload, &reply); err != nil || reply.Data.Took == 0 {
		return start{}, fmt.Errorf("metrics.cold_start answers %.300s", v.Payload)
	}
	return reply.Data, nil
}

// Show draws the sections as bars of the time that they take.
func (p *Picture) Show(w io.Writer) {
	fmt.Fprintf(w, "A start, ms: CPU %s, page faults %s, %d packages with %d allocations before main\n\n",
		show(p.CPU, "%.1f"), show(p.Faults, "%.0f"), p.Packages, p.Allocs)
	var whole float64
	for _, s := range p.Sections {
		if !strings.HasPrefix(s.Name, "-") {
			whole += s.Took.Quantile(.5)
		}
	}
	at, from := 0., 0.
	for _, s := range p.Sections {
		took := s.Took.Quantile(.5)
		if strings.HasPrefix(s.Name, "-") {
			fmt.Fprint(w, bar(s.Name, took, from, whole))
			continue
		}
		from = at
		fmt.Fprint(w, bar(s.Name, took, at, whole))
		at += took
	}
}

func bar(name string, took, from, whole float64) string {
	const width = 40
	column := func(at float64) int { return int(at/whole*width + .5) }
	return fmt.Sprintf("%-50s %5.1f  %s%s\n", name, took, strings.Repeat(" ", column(from)), strings.Repeat("#", max(1, column(from+took)-column(from))))
}
