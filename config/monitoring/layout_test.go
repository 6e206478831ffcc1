package monitoring_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/config/monitoring"
)

// stages reads stages from "name account region choice", one each; "-" is empty.
func stages(texts ...string) (all []config.Stage) {
	for _, text := range texts {
		f := strings.Fields(strings.ReplaceAll(text, "-", ""))
		s := config.NewStage(f[0])
		s.Account, s.Region = strings.TrimPrefix(f[1], "any"), f[2]
		if len(f) > 3 {
			s.Dashboards = f[3]
		}
		all = append(all, s)
	}
	return all
}

// TestLayout lists the dashboards of clones: those of stages, and those of all homes with
// the stages in them.
func TestLayout(t *testing.T) {
	for _, tt := range []struct {
		name      string
		stages    []config.Stage
		own, over string
	}{
		{"one", stages("a any us"), "a", ""},
		{"two", stages("b any us", "a any us"), "a b", "us:a,b"},
		{"two in two regions", stages("a any us", "b any eu"), "a b", ""},
		{"three", stages("a any us", "b any us", "c any us"), "", "us:a,b,c"},
		{"three in two regions", stages("a any us", "b any eu", "c any us"), "", "eu:b us:a,c"},
		{"six in three regions", stages("a any us", "b any eu", "c any us", "d any jp", "e any us", "f any eu"), "", "eu:b,f jp:d us:a,c,e"},
		{"two accounts", stages("a 1 us", "b 2 us", "c 1 us", "d 2 us"), "a c b d", "us:a,c us:b,d"},
		{"one that shares", stages("a any us shared"), "", "us:a"},
		{"one without any", stages("a any us none"), "", ""},
		{"one of three has its own", stages("a any us own", "b any us", "c any us"), "a", "us:a,b,c"},
		{"one of three has none", stages("a any us none", "b any us", "c any us"), "b c", "us:b,c"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l := monitoring.LayoutOf(tt.stages)
			var own, over []string
			for _, s := range l.Own {
				own = append(own, s.Name)
			}
			for _, o := range l.Overviews {
				var names []string
				for _, s := range o.Stages {
					names = append(names, s.Name)
				}
				over = append(over, o.Region+":"+strings.Join(names, ","))
			}
			if got := strings.Join(own, " "); got != tt.own {
				t.Errorf("own: %q, want %q", got, tt.own)
			}
			if got := strings.Join(over, " "); got != tt.over {
				t.Errorf("overviews: %q, want %q", got, tt.over)
			}
			for _, s := range tt.stages {
				want := ""
				if o, ok := l.Overview(s.Name); ok {
					want = "hearthgate-overview-" + o.Region
				}
				if l.HasOwn(s.Name) {
					want = "hearthgate-" + s.Name
				}
				if got := l.Dashboard(s.Name); got != want {
					t.Errorf("%s is on %q, want %q", s.Name, got, want)
				}
			}
		})
	}
}

// TestFreeByDefault checks that no number of homes, in whichever regions, has more than
// the free dashboards where no stage asks for its own.
func TestFreeByDefault(t *testing.T) {
	regions := []string{"us", "eu", "jp"}
	for n := 1; n <= 12; n++ {
		for spread := 1; spread <= 3; spread++ {
			var all []config.Stage
			for i := range n {
				all = append(all, stages(string(rune('a'+i))+" any "+regions[i%spread])...)
			}
			l := monitoring.LayoutOf(all)
			if got := len(l.Own) + len(l.Overviews); got < 1 || got > monitoring.FreeDashboards {
				t.Errorf("%d homes in %d regions have %d dashboards", n, spread, got)
			}
		}
	}
}

// TestReservedName checks that no stage has the name of the stack of all homes.
func TestReservedName(t *testing.T) {
	s := stages("a any us shared")
	o := monitoring.LayoutOf(s).Overviews[0]
	if name := strings.TrimPrefix(o.StackName(), config.StackName("")); config.CheckName(name) == nil {
		t.Errorf("a stage may be called %s", name)
	}
}

// TestPhone checks that no widget is narrower than half a row, that each row is full, and
// that a title is not cut at half a phone's width; and that numbers come before graphs.
func TestPhone(t *testing.T) {
	home := config.NewStage("home")
	home.WeeklyDoctor = true
	relayed := home
	relayed.Connection = config.Relay
	none := func(string) bool { return false }
	for _, d := range []monitoring.Dashboard{
		monitoring.HomeDashboard(home, ""), monitoring.HomeDashboard(config.NewStage("home"), "all"), monitoring.Overview{}.Dashboard(nil),
		monitoring.HomeDashboard(relayed, ""), monitoring.Overview{Stages: []config.Stage{home, relayed}}.Dashboard(none),
	} {
		var kinds []monitoring.Kind
		for _, row := range d.Rows {
			width := 0
			for _, w := range row {
				width += w.Width
				kinds = append(kinds, w.Kind)
				if w.Width < 12 || w.Height < 2 || len(w.Title) > 52 {
					t.Errorf("%s: %q is %d wide and %d high", d.Name, w.Title, w.Width, w.Height)
				}
			}
			if width != 24 {
				t.Errorf("%s: the row of %q is %d wide", d.Name, row[0].Title, width)
			}
		}
		if slices.Index(kinds, monitoring.Numbers) > slices.Index(kinds, monitoring.Graph) || kinds[1] != monitoring.States {
			t.Errorf("%s begins with %v", d.Name, kinds[:6])
		}
	}
}

// TestRunbookAtTheEnd checks which sections a dashboard gets, once each, and that each says
// what it is about.
func TestRunbookAtTheEnd(t *testing.T) {
	d := monitoring.HomeDashboard(config.NewStage("home"), "")
	long := d.WithRunbook(func(name string) string {
		if name == "starts" || name == "cache" {
			return ""
		}
		return "text of " + name + "\n"
	})
	var texts []string
	for _, row := range long.Rows[len(d.Rows):] {
		texts = append(texts, row[0].Text)
	}
	seen := map[string]int{}
	for _, text := range texts {
		title, _, _ := strings.Cut(strings.TrimPrefix(text, "## "), "\n")
		seen[title]++
		if !strings.Contains(text, "\nAbout ") || !strings.HasSuffix(text, "\n\ntext of "+title+"\n") {
			t.Errorf("the section is %q", text)
		}
	}
	for _, name := range []string{"outage", "success", "rollback-failures", "devices", "certificate", "causes", "cost", "cache"} {
		want := 1
		if name == "cache" || strings.HasPrefix(name, "rollback") { // without a text, and only in production
			want = 0
		}
		if seen[name] != want {
			t.Errorf("the section %s is there %d times, want %d", name, seen[name], want)
		}
	}
	if !strings.Contains(texts[0], "[hearthgate-home-outage](https://") {
		t.Errorf("the first section does not link back: %q", texts[0])
	}
	if n := len(d.WithRunbook(func(string) string { return "" }).Rows); n != len(d.Rows) {
		t.Errorf("without texts there are %d rows, want %d", n, len(d.Rows))
	}
}
