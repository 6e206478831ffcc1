package logging

import (
	"log/slog"
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/function/core"
)

// TestDraftKeepsNothing looks at what a line leaves to the next: no attribute, and no
// reference to what an attribute was.
func TestDraftKeepsNothing(t *testing.T) {
	l := New(Options{})
	ctx, _ := core.NewRun(t.Context(), "id")
	for _, n := range []int{1, 100} {
		d := l.draft(ctx)
		for range n {
			d.add(slog.String("name", strings.Repeat("x", 10)))
		}
		d.item(ctx, slog.LevelInfo, "message")
		d.release()
		if len(d.attrs) != 0 {
			t.Errorf("%d attributes are left", len(d.attrs))
		}
		for i, a := range d.attrs[:cap(d.attrs)] {
			if !a.Equal(slog.Attr{}) {
				t.Errorf("the attribute %d is left: %v", i, a)
			}
		}
	}
}
