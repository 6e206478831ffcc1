// Package glob matches texts with the patterns that a person types.
package glob

// Match reports whether the whole of text matches pattern: * stands for any number of
// elements, ? for one. Its time grows at most with the product of their lengths.
func Match[E byte | rune](pattern, text []E) bool {
	p, t, star, from := 0, 0, -1, 0
	for t < len(text) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, from = p, t
			p++
		case p < len(pattern) && (pattern[p] == '?' || pattern[p] == text[t]):
			p++
			t++
		case star >= 0:
			from++
			p, t = star+1, from
		default:
			return false
		}
	}
	for p < len(pattern) && pattern[p] == '*' {
		p++
	}
	return p == len(pattern)
}
