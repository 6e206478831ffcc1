package strictjson

import "bytes"

// keys is the set of an object's keys. It allocates for objects with more than a
// few, and where one is escaped.
type keys struct {
	few  [16][]byte // in quotation marks
	n    int
	many map[string]bool
}

// has adds a key and says whether it was there.
func (k *keys) has(key []byte, escaped bool) bool {
	if k.many == nil && (escaped || k.n == len(k.few)) {
		k.many = make(map[string]bool, 2*len(k.few))
		for _, known := range k.few[:k.n] {
			k.many[unquote(known, false)] = true
		}
	}
	if k.many != nil {
		name := unquote(key, escaped)
		known := k.many[name]
		k.many[name] = true
		return known
	}
	for _, known := range k.few[:k.n] {
		if bytes.Equal(known, key) {
			return true
		}
	}
	k.few[k.n] = key
	k.n++
	return false
}
