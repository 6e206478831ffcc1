package security

import (
	"slices"
	"sync"
	"sync/atomic"

	"github.com/hearthgate/hearthgate/function/core"
)

// A Redactor replaces secrets in texts: those that [Redact] finds, and the literal
// values that it knows. The zero value knows none. It is safe for concurrent use.
type Redactor struct {
	literals atomic.Pointer[literals]
	count    atomic.Int64 // secrets replaced

	mu   sync.Mutex
	held map[*literals]struct{} // guarded by mu; of the requests that are being answered
}

// SetLiterals sets the secret values in effect, such as the stored token and the
// secret headers. A value of less than 8 bytes is ignored: it could be part of any
// text.
func (r *Redactor) SetLiterals(values []core.Secret) {
	l := newLiterals(values)
	r.literals.Store(&l)
}

// Hold adds a secret value of one request, such as the token of a linked account, until
// release is called. A value of less than 8 bytes is ignored.
func (r *Redactor) Hold(value core.Secret) (release func()) {
	l := newLiterals([]core.Secret{value})
	if len(l) == 0 {
		return func() {}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.held == nil {
		r.held = map[*literals]struct{}{}
	}
	r.held[&l] = struct{}{}
	return func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		delete(r.held, &l)
	}
}

// known returns the literals in effect, the longest first.
func (r *Redactor) known() (known literals) {
	if l := r.literals.Load(); l != nil {
		known = *l
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.held) == 0 {
		return known
	}
	known = slices.Clone(known)
	for l := range r.held {
		known = append(known, *l...)
	}
	return known.sorted()
}

// Redact returns text with every secret replaced by "[secret]", and how many there
// were. See the function [Redact] for what is found. A literal value is found wherever
// it occurs, also as JSON and URLs escape it, in base64 and in hexadecimal digits.
func (r *Redactor) Redact(text string) (clean string, secrets int) {
	clean, secrets = redact(text, 0, r.known())
	r.count.Add(int64(secrets))
	return clean, secrets
}
