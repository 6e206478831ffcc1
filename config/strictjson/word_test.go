package strictjson_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/hearthgate/hearthgate/config/strictjson"
)

// TestWord reads many texts at once, so that they take each other's places.
func TestWord(t *testing.T) {
	long := strings.Repeat("x", 200)
	texts := []string{"", "a", long, `\u00e9\n`, "light.kitchen", "\xe2\x82\xac", `\ud800`}
	for i := range 500 {
		texts = append(texts, fmt.Sprint("light.lamp_", i))
	}
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 20 {
				for _, text := range texts {
					quoted := []byte(`"` + text + `"`)
					want, _ := strictjson.String(quoted)
					if got, err := strictjson.Word(quoted); got != want || err != nil {
						t.Errorf("got %q, %v; want %q", got, err, want)
					}
				}
			}
		})
	}
	all.Wait()
	for _, other := range []string{"null", "1", `"a`, `{}`} {
		want, wantErr := strictjson.String([]byte(other))
		if got, err := strictjson.Word([]byte(other)); got != want || fmt.Sprint(err) != fmt.Sprint(wantErr) {
			t.Errorf("Word(%s) = %q, %v; String has %q, %v", other, got, err, want, wantErr)
		}
	}
}

// TestWordKeeps counts the memory of a word that comes again, and of one that is changed
// after it was read.
func TestWordKeeps(t *testing.T) {
	name := []byte(`"Alexa.PowerController"`)
	if n := testing.AllocsPerRun(100, func() { _, _ = strictjson.Word(name) }); n != 0 {
		t.Errorf("a word that comes again takes %v allocations", n)
	}
	first, _ := strictjson.Word(name)
	copy(name, `"Alexa.BrightController`)
	second, _ := strictjson.Word(name)
	if first != "Alexa.PowerController" || second != "Alexa.BrightController"[:len(second)] {
		t.Errorf("got %q and %q", first, second)
	}
}
