package strictjson

import "sync/atomic"

// A wordTable keeps the texts that were read lately, one in each place. The zero value is
// empty. It is safe for concurrent use.
type wordTable [1 << tableBits]atomic.Pointer[string]

const tableBits = 7

// maxWord is the longest text that is kept, in bytes: identifiers of devices are shorter,
// tokens are longer.
const maxWord = 64

// words are those of [Word].
var words wordTable

// of returns text as a string.
func (t *wordTable) of(text []byte) string {
	if len(text) == 0 || len(text) > maxWord {
		return string(text)
	}
	const prime = 16777619 // of FNV-1a, which spreads short texts well
	hash := uint32(2166136261)
	for _, c := range text {
		hash = (hash ^ uint32(c)) * prime
	}
	place := &t[hash>>(32-tableBits)]
	if kept := place.Load(); kept != nil && *kept == string(text) {
		return *kept
	}
	word := string(text)
	place.Store(&word)
	return word
}
