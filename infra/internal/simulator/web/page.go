package web

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"html/template"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/hearthgate/hearthgate/infra/docs"
	"github.com/hearthgate/hearthgate/infra/internal/simulator"
	"github.com/hearthgate/hearthgate/infra/internal/ui"
)

// How much of a text from elsewhere is shown, in characters.
const (
	longName = 80
	longText = 1000
)

// shown returns text from elsewhere without what could change the page's own text: marks of
// direction and control characters are escapes, and what is long is cut.
func shown(text string, most int) string {
	text = ui.Sanitize(text)
	if r := []rune(text); len(r) > most {
		return string(r[:most-1]) + "…"
	}
	return text
}

var templates = template.Must(template.New("").Funcs(template.FuncMap{
	"name":     func(s string) string { return shown(s, longName) },
	"text":     func(s string) string { return shown(s, longText) },
	"ms":       func(f float64) string { return fmt.Sprintf("%.1f ms", f) },
	"json":     indented,
	"hops":     hops,
	"split":    split,
	"moved":    moved,
	"drawings": drawings,
	"number":   number,
	"column":   func(name string) string { return strings.TrimPrefix(strings.ReplaceAll(name, "_", " "), "@") },
	"cell":     cell,
	"section":  section,
}).ParseFS(assets, "assets/*.html"))

// indented returns JSON as a person reads it.
func indented(raw json.RawMessage) string {
	var out bytes.Buffer
	if json.Indent(&out, raw, "", "  ") != nil {
		return ui.Sanitize(string(raw))
	}
	return ui.Sanitize(out.String())
}

// moved returns a state, and the one before if it was another.
func moved(before, after string) string {
	if before != after && before != "" {
		after = before + " → " + after
	}
	return shown(after, longText)
}

// A view is what a template shows.
type view struct {
	Session *simulator.Session
	Rooms   []room
	Turns   []simulator.Turn
	Turn    simulator.Turn // of turn.html
	Faults  []fault
	Broken  string // what is broken, in a line

	Monitoring simulator.Monitoring
	Homes      *homesView // nil without deployed homes

	Section, Runbook string // of runbook.html
}

// cell returns a value of a table.
func cell(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case float64:
		return number(v)
	case time.Time:
		return v.Format("15:04")
	case string:
		return shown(v, longName)
	}
	return shown(fmt.Sprint(v), longName)
}

// section returns the name of the section of the runbook about an alarm; "" if there is
// none.
func section(alarm string) string {
	if docs.Section(alarm) == "" {
		return ""
	}
	return alarm
}

// A room is some devices of the home.
type room struct {
	Name    string
	Devices []simulator.Device
}

// A fault is a switch.
type fault struct {
	Name, Title, Much string
	On                bool
}

// view returns what there is to be shown now.
func (s *Server) view() view {
	return view{
		Session: s.session, Turns: s.session.Turns(), Rooms: rooms(s.session.Devices()),
		Faults: faults(s.session), Broken: s.session.Faults().String(),
	}
}

// rooms returns the devices by their rooms, in order; those without one come last.
func rooms(devices []simulator.Device) []room {
	var all []room
	for _, d := range devices {
		i := slices.IndexFunc(all, func(r room) bool { return r.Name == d.Room })
		if i < 0 {
			i = len(all)
			all = append(all, room{Name: d.Room})
		}
		all[i].Devices = append(all[i].Devices, d)
	}
	const last = "\U0010ffff"
	slices.SortFunc(all, func(a, b room) int { return cmp.Compare(cmp.Or(a.Name, last), cmp.Or(b.Name, last)) })
	return all
}

// faults returns the switches; none for a deployed function.
func faults(s *simulator.Session) []fault {
	if s.Deployed() {
		return nil
	}
	f := s.Faults()
	return []fault{
		{"network", "Network is down", "", f.Network},
		{"slow", "Answers take 6 s longer", "6s", f.Slow > 0},
		{"token", "Token is rejected", "", f.Token},
		{"ban", "Address is banned", "", f.Ban},
		{"restart", "Home Assistant restarts", "", f.Restarting},
	}
}

func (s *Server) page(w http.ResponseWriter, _ *http.Request) {
	v := s.view()
	v.Monitoring, v.Homes = s.monitoring(), s.fleet.view()
	s.render(w, "page.html", v)
}

// monitoring returns the alarms and graphs as they are now.
func (s *Server) monitoring() simulator.Monitoring {
	m, err := s.session.Monitoring(time.Now())
	if err != nil {
		return simulator.Monitoring{} // a test evaluates every description
	}
	return m
}

// part shows a part of the page again.
func (s *Server) part(w http.ResponseWriter, r *http.Request) {
	part, v := r.PathValue("part"), s.view()
	switch part {
	case "devices", "faults":
	case "homes":
		v.Homes = s.fleet.view()
	case "monitoring":
		v.Monitoring = s.monitoring()
	case "conversation":
		seen, _ := strconv.Atoi(r.URL.Query().Get("after")) // default: none
		v.Turns = v.Turns[min(max(seen, 0), len(v.Turns)):]
	default:
		http.NotFound(w, r)
		return
	}
	s.render(w, part+".html", v)
}

// turn shows everything about one turn.
func (s *Server) turn(w http.ResponseWriter, r *http.Request) {
	v := s.view()
	n, err := strconv.Atoi(r.PathValue("n"))
	if err != nil || n < 1 || n > len(v.Turns) {
		http.NotFound(w, r)
		return
	}
	v.Turn = v.Turns[n-1]
	s.render(w, "turn.html", v)
}

// render writes a template whole, or an error.
func (s *Server) render(w http.ResponseWriter, name string, v view) {
	var out bytes.Buffer
	if err := templates.ExecuteTemplate(&out, name, v); err != nil {
		http.Error(w, "The page cannot be shown: "+err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Write(out.Bytes())
}
