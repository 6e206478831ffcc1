package policy

import "strings"

// Near returns the one of some names that text is most likely a misspelling of: the
// first with the fewest letters to change, at most a third of them; "" without one.
func Near(text string, names []string) string {
	best, least := "", 0
	for _, name := range names {
		d := distance(strings.ToLower(text), strings.ToLower(name))
		if 3*d <= max(len(name), 4) && (best == "" || d < least) {
			best, least = name, d
		}
	}
	return best
}

// distance returns how many bytes have to be inserted, removed or replaced to make b
// of a.
func distance(a, b string) int {
	const longest = 256 // of what can be near anything
	if len(a) > longest {
		return len(a)
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		corner := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := corner
			if a[i] != b[j] {
				cost = 1 + min(corner, row[j], row[j+1])
			}
			corner, row[j+1] = row[j+1], cost
		}
	}
	return row[len(b)]
}
