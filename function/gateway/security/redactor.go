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

	mu     sync.Mutex
	held   map[*literals]int // guarded by mu; of the requests that are being answered, and of how many
	recent core.Secret       // guarded by mu; the value that was held last: the next request brings it again
	of     *literals         // guarded by mu; of recent

	merged   literals     // guarded by mu; those of mergedOf
	mergedOf [2]*literals // guarded by mu; literals, and of
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
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.of == nil || value != r.recent {
		l := newLiterals([]core.Secret{value})
		r.recent, r.of = value, &l
	}
	l := r.of
	if len(*l) == 0 {
		return func() {}
	}
	if r.held == nil {
		r.held = map[*literals]int{}
	}
	r.held[l]++
	return func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		if r.held[l]--; r.held[l] == 0 {
			delete(r.held, l)
		}
	}
}

// known returns the literals in effect, the longest first. They are put together once
// for requests with the same secrets.
func (r *Redactor) known() literals {
	r.mu.Lock()
	defer r.mu.Unlock()
	lasting := r.literals.Load()
	if len(r.held) == 0 {
		if lasting == nil {
			return nil
		}
		return *lasting
	}
	if _, ok := r.held[r.of]; ok && len(r.held) == 1 {
		if r.merged == nil || r.mergedOf != [2]*literals{lasting, r.of} {
			r.merged, r.mergedOf = merge(lasting, r.held), [2]*literals{lasting, r.of}
		}
		return r.merged
	}
	return merge(lasting, r.held)
}

func merge(lasting *literals, held map[*literals]int) (all literals) {
	if lasting != nil {
		all = slices.Clone(*lasting)
	}
	for l := range held {
		all = append(all, *l...)
	}
	return all.sorted()
}

// Redact returns text with every secret replaced by "[secret]", and how many there
// were. See the function [Redact] for what is found. A literal value is found wherever
// it occurs, also as JSON and URLs escape it, in base64 and in hexadecimal digits.
func (r *Redactor) Redact(text string) (clean string, secrets int) {
	clean, secrets = redact(text, 0, r.known())
	r.count.Add(int64(secrets))
	return clean, secrets
}
