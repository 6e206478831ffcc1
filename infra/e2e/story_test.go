package e2e_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/infra/internal/localrun/homestate"
	"github.com/hearthgate/hearthgate/infra/internal/simulator"
	"github.com/hearthgate/hearthgate/infra/internal/ui"
	"github.com/hearthgate/hearthgate/infra/testkit/realhome"
)

// TestStories tells the stories of the documents in a real Home Assistant, as `hearthgate
// simulator --script` does; the one with many devices in a home of its own.
func TestStories(t *testing.T) {
	h := home(t)
	files, err := filepath.Glob(filepath.Join(root(t), "infra/docs/stories/*.txt"))
	if err != nil {
		t.Fatal(err)
	}
	const least = 12
	told := 0
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		story, err := simulator.ParseStory(byID(text))
		if err != nil {
			t.Fatal(err)
		}
		told++
		t.Run(filepath.Base(file), func(t *testing.T) {
			h := h
			if story.Devices != 0 {
				h = ownHome(t, realhome.Options{Lamps: story.Devices})
			}
			s, err := simulator.Open(t.Context(), simulator.Options{Binary: binary(t), Home: homestate.Home{URL: h.URL, Token: h.Token}})
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			var shown bytes.Buffer
			unmet, err := (&simulator.Console{Session: s, Out: ui.Paint(&shown, false)}).Tell(t.Context(), story)
			if err != nil {
				t.Fatal(err)
			}
			for _, u := range unmet {
				t.Errorf("%s\n%s", u, shown.String())
			}
		})
	}
	if told < least {
		t.Errorf("%d stories were told, want %d and more", told, least)
	}
}

// byID returns a story in which the front door is named by its id: this home has two of
// that name, of which Alexa asks which one is meant.
func byID(text []byte) []byte {
	var lines []string
	for line := range strings.Lines(string(text)) {
		if !strings.HasPrefix(line, "expect says") {
			line = strings.NewReplacer("front door", "lock.front_door", "Front Door", "lock.front_door").Replace(line)
		}
		lines = append(lines, line)
	}
	return []byte(strings.Join(lines, ""))
}
