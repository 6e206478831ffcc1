package security

import (
	"bytes"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/hearthgate/hearthgate/function/core"
)

// A Redactor replaces secrets in texts: those that [Redact] finds, and the literal
// values that it knows. The zero value knows none. It is safe for concurrent use.
type Redactor struct {
	literals atomic.Pointer[literals]
	count    atomic.Int64 // secrets replaced
}

// SetLiterals sets the secret values in effect, such as the stored token and the
// secret headers. A value of less than 8 bytes is ignored: it could be part of any
// text.
func (r *Redactor) SetLiterals(values []core.Secret) {
	l := newLiterals(values)
	r.literals.Store(&l)
}

// Redact returns text with every secret replaced by "[secret]", and how many there
// were. See the function [Redact] for what is found. A literal value is found wherever
// it occurs, also as JSON and URLs escape it.
func (r *Redactor) Redact(text string) (clean string, secrets int) {
	var known literals
	if l := r.literals.Load(); l != nil {
		known = *l
	}
	clean, secrets = redact(text, 0, known)
	r.count.Add(int64(secrets))
	return clean, secrets
}

// literals are spellings of the secret values in effect, the longest first.
type literals []string

func newLiterals(values []core.Secret) (all literals) {
	const shortest = 8 // bytes
	for _, value := range values {
		if text := value.Reveal(); len(text) >= shortest && text != mask {
			all = append(all, spellings(text)...)
		}
	}
	slices.SortFunc(all, func(a, b string) int {
		if len(a) != len(b) {
			return len(b) - len(a)
		}
		return strings.Compare(a, b)
	})
	return slices.Compact(all)
}

// spellings returns text and its escaped forms.
func spellings(text string) []string {
	all := []string{text}
	for _, html := range []bool{false, true} {
		quoted := inJSON(text, html)
		all = append(all, quoted, inJSON(quoted, html))
	}
	for _, escaped := range []string{url.QueryEscape(text), url.PathEscape(text)} {
		all = append(all, escaped, lowerEscapes(escaped))
	}
	return all
}

// inJSON returns text as the content of a JSON string.
func inJSON(text string, escapeHTML bool) string {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(escapeHTML)
	_ = enc.Encode(text) // a string into memory: cannot fail
	return b.String()[1 : b.Len()-2]
}

// lowerEscapes returns text with %2F written as %2f.
func lowerEscapes(text string) string {
	b := []byte(text)
	for i := 0; i+2 < len(b); i++ {
		if b[i] == '%' {
			b[i+1], b[i+2] = lower(b[i+1]), lower(b[i+2])
			i += 2
		}
	}
	return string(b)
}

// replace returns text without the literals, and how many there were.
func (l literals) replace(text string) (clean string, found int) {
	for _, literal := range l {
		if n := strings.Count(text, literal); n > 0 {
			text = strings.ReplaceAll(text, literal, mask)
			found += n
		}
	}
	return text, found
}
