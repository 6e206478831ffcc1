package security

import "strings"

// jsonStarts are beginnings of a JSON object in base64, the first part of a JWT.
var jsonStarts = []string{"eyJ", "eyAi", "ew0K", "ewog", "ewoJ"}

// shape returns the place of a secret that begins in the word from i to end and is
// recognized by its shape; to is 0 without one.
func (s *scanner) shape(i, end int) (from, to int) {
	word := s.text[i:end]
	var next byte
	if end < len(s.text) {
		next = s.text[end]
	}
	switch {
	case next == '.' && len(word) > 8:
		for _, start := range jsonStarts {
			if at := strings.Index(word, start); at >= 0 && len(word)-at > 8 {
				return i + at, s.endOfJWT(end)
			}
		}
	case next == '|' || next == '%' && strings.HasPrefix(s.text[end+1:], "7"): // %7C
		if at := amazon(word); at >= 0 {
			return i + at, s.run(end, " \t\r\n&\"'<>,;")
		}
	case len(word) >= len("bearer") && strings.EqualFold(word[len(word)-len("bearer"):], "bearer"):
		if start := s.behindScheme(end); start > end && !s.proseBehindBearer(end, start) {
			if stop := s.run(start, " \t\r\n\"'<>,;&"); stop > start && s.text[start:stop] != mask {
				return end - len("bearer"), stop
			}
		}
	case len(word) == 20:
		if strings.HasPrefix(word, "AKIA") || strings.HasPrefix(word, "ASIA") || isGrantCode(word) {
			return i, end
		}
	}
	return 0, 0
}

// endOfJWT returns where the parts of a JWT end, the first of which ends at i.
func (s *scanner) endOfJWT(i int) int {
	for i < len(s.text) && (isLetter(s.text[i]) || s.text[i] == '-' || s.text[i] == '.') {
		i++
	}
	for s.text[i-1] == '.' {
		i--
	}
	return i
}

// amazon returns where in a word a token of Login with Amazon begins: with "Atza" in
// front of the "|", "Atzr", "Atc" and the like; -1 if there is none.
func amazon(word string) int {
	at := strings.LastIndex(word, "At")
	if n := len(word) - at - len("At"); at < 0 || n < 1 || n > 3 {
		return -1
	}
	for _, c := range []byte(word[at+len("At"):]) {
		if c < 'a' || c > 'z' {
			return -1
		}
	}
	return at
}

// behindScheme returns where the credentials behind "Bearer" begin.
func (s *scanner) behindScheme(i int) int {
	for i < len(s.text) {
		switch rest := s.text[i:]; {
		case rest[0] == ' ' || rest[0] == '\t' || rest[0] == '+':
			i++
		case strings.HasPrefix(rest, `\t`):
			i += 2
		case strings.HasPrefix(rest, "%20"):
			i += 3
		default:
			return i
		}
	}
	return i
}

// isGrantCode reports whether a word of 20 letters looks like the code that Login
// with Amazon gives for a grant: "ANBzsjhYZmNCTeAszagk".
func isGrantCode(word string) bool {
	return strings.HasPrefix(word, "AN") && !strings.ContainsAny(word, "_-") &&
		strings.ToUpper(word) != word && strings.ToLower(word[2:]) != word[2:]
}

// privateKey hides a private key in PEM that begins at i, and returns where to go on.
func (s *scanner) privateKey(i int) int {
	const label = 40 // at most, as of "EC PRIVATE KEY-----"
	head := s.text[i:min(len(s.text), i+len(pemBegin)+label)]
	if !strings.Contains(head, "PRIVATE KEY-----") {
		return i + len(pemBegin)
	}
	end := s.until(i, pemEnd)
	if end < len(s.text) {
		end += len(pemEnd)
		if stop := s.until(end, "-----"); stop < len(s.text) {
			end = stop + len("-----")
		}
	}
	s.hide(i, end, mask)
	return end
}

// userinfo hides the user and the password of a URL, behind its "://" at i.
func (s *scanner) userinfo(i int) int {
	const long = 512
	for end := i; end < len(s.text) && end < i+long; end++ {
		switch c := s.text[end]; {
		case c == '@':
			s.hide(i, end, mask)
			return end
		case strings.IndexByte("/?#\\\"'<> \t\r\n", c) >= 0:
			return i
		}
	}
	return i
}
