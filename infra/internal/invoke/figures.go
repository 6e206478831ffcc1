package invoke

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// figures returns facts as a person reads them, without those that are zero.
func figures(prefix string, facts map[string]any) []string {
	var texts []string
	for _, name := range slices.Sorted(maps.Keys(facts)) {
		title := prefix + words(name)
		switch v := facts[name].(type) {
		case map[string]any:
			texts = append(texts, figures(title+" ", v)...)
		case bool:
			if v {
				texts = append(texts, title)
			}
		case float64:
			if v != 0 {
				texts = append(texts, figure(title, v))
			}
		case nil:
		default:
			texts = append(texts, title+" "+words(fmt.Sprint(v)))
		}
	}
	return texts
}

// words returns a name such as last_failures as words.
func words(name string) string { return strings.ReplaceAll(name, "_", " ") }

// figure returns a number with its unit, which is the last word of its name.
func figure(title string, v float64) string {
	name, is := strings.CutSuffix(title, " seconds")
	switch {
	case is && v < 1:
		return fmt.Sprintf("%s %.0f ms", name, 1000*v)
	case is:
		return fmt.Sprintf("%s %s", name, time.Duration(v*float64(time.Second)).Round(time.Second))
	case strings.HasSuffix(title, "rate"), strings.HasSuffix(title, "share"):
		return title + " " + percent(v)
	case strings.HasSuffix(title, "bytes") && v >= 1e6:
		return fmt.Sprintf("%s %.1f MB", strings.TrimSuffix(title, " bytes"), v/1e6)
	case strings.HasSuffix(title, "bytes") && v >= 1e3:
		return fmt.Sprintf("%s %.0f kB", strings.TrimSuffix(title, " bytes"), v/1e3)
	}
	return fmt.Sprintf("%s %.4g", title, v)
}

// percent returns a share of 1. Only 0 looks like nothing, and only 1 like all.
func percent(share float64) string {
	switch p := 100 * share; {
	case p > 0 && p < 0.1:
		return "below 0.1 %"
	case p < 100 && p > 99.9:
		return "99.9 %"
	default:
		return fmt.Sprintf("%.3g %%", p)
	}
}
