package homeassistant_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/function/access/accesstest"
	"github.com/hearthgate/hearthgate/function/alexa"
)

func parse(t *testing.T, event string) alexa.Directive {
	t.Helper()
	d, err := directiveOf(event)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// device returns an endpoint of that id, changed by pairs of what stands in it and
// what is to stand there.
func device(id string, changes ...string) string {
	text := fmt.Sprintf(`{"endpointId":%q,"friendlyName":"A name","description":"A light","manufacturerName":"Home Assistant","displayCategories":["LIGHT"],"capabilities":[{"type":"AlexaInterface","interface":"Alexa","version":"3"}]}`, id)
	return strings.NewReplacer(changes...).Replace(text)
}

// TestGuard has one endpoint break each limit, and one that just keeps it.
func TestGuard(t *testing.T) {
	long := strings.Repeat("ü", 128)
	for _, tt := range []struct {
		name, endpoint string
		dropped        bool
	}{
		{"nothing", device("light#b"), false},
		{"id of every character", device("aZ09_-=#;:?@& "), false},
		{"id of 256", device(strings.Repeat("x", 256)), false},
		{"id of 257", device(strings.Repeat("x", 257)), true},
		{"no id", device(""), true},
		{"id with another character", device("light#ü"), true},
		{"id with a dot", device("light.b"), true},
		{"name of 128", device("light#b", "A name", long), false},
		{"name of 129", device("light#b", "A name", long+"x"), true},
		{"description of 128", device("light#b", "A light", long), false},
		{"description of 129", device("light#b", "A light", long+"x"), true},
		{"manufacturer of 129", device("light#b", "Home Assistant", long+"x"), true},
		{"no capability", device("light#b", `{"type":"AlexaInterface","interface":"Alexa","version":"3"}`, ""), true},
		{"100 capabilities", device("light#b", `"capabilities":[`, `"capabilities":[`+strings.Repeat("{},", 99)), false},
		{"101 capabilities", device("light#b", `"capabilities":[`, `"capabilities":[`+strings.Repeat("{},", 100)), true},
		{"the id of another", device("light#a"), true},
		{"a number", `7`, true},
		{"null", `null`, true},
		{"an id of another type", device("light#b", `"light#b"`, `7`), true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h := newHome(t)
			body := found(device("light#a") + "," + tt.endpoint)
			h.responds(200, "application/json", body)
			got, err := h.send(directive("Discover", "x"))
			if err != nil {
				t.Fatal(err)
			}
			want := 2
			if tt.dropped {
				want = 1
			}
			if all := ids(t, got); len(all) != want || all[0] != "light#a" || (string(got) == body) == tt.dropped {
				t.Errorf("%d endpoints, want %d: %.300s", len(all), want, got)
			}
			if n := h.numbers.Value(config.EndpointsDropped.Name).Sum; int(n) != 2-want {
				t.Errorf("EndpointsDropped is %v, want %d", n, 2-want)
			}
		})
	}
}

// crowd returns n endpoints in an order that differs from call to call, and their ids
// in the order of the ids.
func crowd(n int) (endpoints []string, sorted []string) {
	for i := range n {
		id := fmt.Sprintf("light#%04d", i)
		sorted = append(sorted, id)
		endpoints = append(endpoints, device(id))
	}
	rand.Shuffle(n, func(i, j int) { endpoints[i], endpoints[j] = endpoints[j], endpoints[i] })
	return endpoints, sorted
}

// TestTooMany has a home with 490 good endpoints and ten broken ones, in another order
// each time: Alexa is left with 300, always the same.
func TestTooMany(t *testing.T) {
	h := newHome(t)
	for range 3 {
		all, sorted := crowd(490)
		for i := range 10 {
			all = slices.Insert(all, i*30, device(fmt.Sprintf("light#broken%d", i), "A name", ""))
		}
		h.responds(200, "application/json", found(strings.Join(all, ",")))
		got, err := h.send(directive("Discover", "x"))
		if err != nil || !slices.Equal(ids(t, got), sorted[:300]) {
			t.Fatalf("%v, or not the first 300 by their ids: %v", err, ids(t, got))
		}
	}
	if n := h.numbers.Value(config.EndpointsDropped.Name); n.Sum/float64(n.Count) != 200 {
		t.Errorf("EndpointsDropped is %v of %d discoveries, want 200 each", n.Sum, n.Count)
	}
}

// TestKnownStay adds endpoints that sort before all others to a home with too many:
// what Alexa knows it keeps, and only what is free is filled.
func TestKnownStay(t *testing.T) {
	h := newHome(t)
	all, sorted := crowd(310)
	h.responds(200, "application/json", found(strings.Join(all, ",")))
	_, _ = h.send(directive("Discover", "x"))

	added := []string{device("a#1"), device("a#2"), device("a#3")}
	left := slices.DeleteFunc(slices.Clone(all), func(e string) bool { return strings.Contains(e, `"light#0000"`) })
	h.responds(200, "application/json", found(strings.Join(append(added, left...), ",")))
	got, err := h.send(directive("Discover", "x"))
	want := append([]string{"a#1"}, sorted[1:300]...)
	if err != nil || !slices.Equal(ids(t, got), want) {
		t.Errorf("%v, or not those that Alexa knows: %v", err, ids(t, got))
	}
}

func BenchmarkDiscovery(b *testing.B) {
	for _, n := range []int{100, 300, 500} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			h := newHome(&testing.T{})
			all, _ := crowd(n)
			h.responds(200, "application/json", found(strings.Join(all, ",")))
			e, err := directiveOf(directive("Discover", "x"))
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				var reply json.RawMessage
				if reply, err = h.Forward(b.Context(), accesstest.Permit(), e); err != nil || len(reply) == 0 {
					b.Fatal(err)
				}
			}
		})
	}
}
