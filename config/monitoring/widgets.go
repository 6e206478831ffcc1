package monitoring

import "strings"

func text(markdown string) Widget {
	return Widget{Kind: Text, Text: markdown, Width: full, Height: height(markdown)}
}

// numbers returns series as numbers over the last day, whatever the dashboard shows.
func numbers(title, section string, of ...Series) Widget {
	return Widget{Kind: Numbers, Title: title, Section: section, Left: of, Since: day, Width: half, Height: 4}
}

// graph returns a graph from 0 upward, half a row wide.
func graph(title, section string, limits ...Limit) Widget {
	return Widget{Kind: Graph, Title: title, Section: section, Limits: limits, Width: half, Height: 7}
}

func (w Widget) with(left ...Series) Widget {
	w.Left = left
	return w
}

// upTo returns a graph whose axis ends at top, so that 99 % does not look like a failure.
func upTo(top float64, w Widget, left ...Series) Widget {
	w.Top, w.Left = top, left
	return w
}

// right returns a graph with series that have an axis of their own.
func right(w Widget, right []Series, left ...Series) Widget {
	return beside(w.with(left...), right...)
}

// beside returns a graph with more series, which have an axis of their own.
func beside(w Widget, right ...Series) Widget {
	w.Right = right
	return w
}

func stack(title, section string, left ...Series) Widget {
	w := graph(title, section).with(left...)
	w.Kind = Stack
	return w
}

func table(title, section string, width, height int, query ...string) Widget {
	return Widget{Kind: Table, Title: title, Section: section, Query: query, Width: width, Height: height}
}

func logGraph(title, section string, query ...string) Widget {
	return Widget{Kind: LogGraph, Title: title, Section: section, Query: query, Width: half, Height: 7}
}

func logStack(title, section string, query ...string) Widget {
	w := logGraph(title, section, query...)
	w.Kind = LogStack
	return w
}

// durations are the limits of how long a directive may take.
func durations() []Limit {
	return []Limit{{slow, "Amazon warns if p90 is above"}, {timesOut, "Alexa times out"}}
}

// QueryText returns a query of Logs Insights as one text.
func (w Widget) QueryText() string { return strings.Join(w.Query, "\n| ") }
