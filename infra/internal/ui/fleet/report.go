package fleet

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/hearthgate/hearthgate/infra/internal/ui"
)

// A Report has the results of all homes, the worst first.
type Report[T Home] []Result[T]

// Code returns the exit code of the first home whose code is not 0, which is the worst;
// 0 if there is none.
func (r Report[T]) Code() int {
	for _, result := range r {
		if code := result.Summary().Code; code != 0 {
			return code
		}
	}
	return 0
}

// MarshalJSON returns a list with an object a home. It has the result, or the error.
func (r Report[T]) MarshalJSON() ([]byte, error) {
	type home struct {
		Stage   string `json:"stage"`
		Level   Level  `json:"level"`
		Summary string `json:"summary"`
		Code    int    `json:"exit_code"`
		Result  any    `json:"result"`
		Error   string `json:"error,omitempty"`
	}
	homes := []home{}
	for _, result := range r {
		s := result.Summary()
		h := home{Stage: result.Stage, Level: s.Level, Summary: s.Text, Code: s.Code}
		switch {
		case result.Err != nil:
			h.Error = result.Err.Error()
		case !result.Skipped:
			h.Result = result.Value
		}
		homes = append(homes, h)
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(homes)
	return b.Bytes(), err
}

// Show writes a line a home for a person.
func (r Report[T]) Show(to *ui.Screen) {
	marks := map[Level]string{Well: to.Good("+"), Notice: to.Bold("!"), Unknown: to.Bold("?"), Trouble: to.Bad("-")}
	t, counts := to.Table(""), map[Level]int{}
	for _, result := range r {
		s := result.Summary()
		counts[s.Level]++
		t.Row(marks[s.Level]+" "+result.Stage, s.Text)
	}
	t.Flush()
	var parts []string
	for _, c := range []struct {
		level Level
		text  string
	}{{Trouble, "in trouble"}, {Unknown, "not known"}, {Notice, "to look at"}, {Well, "well"}} {
		if n := counts[c.level]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, c.text))
		}
	}
	to.Printf("\n%s\n", to.Bold(Count(len(r))+": "+cmp.Or(strings.Join(parts, ", "), "none")+"."))
}

// Count returns a number of homes in words.
func Count(n int) string {
	if n == 1 {
		return "1 home"
	}
	return fmt.Sprintf("%d homes", n)
}
