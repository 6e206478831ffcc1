package cache

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"
)

// A record is an entry on a level below memory. Its format is JSON, compressed if it is
// long, encrypted if there is a key, behind a header:
//
//	4 B  "hgc" and 'c' for plain or 's' for encrypted
//	16 B of the SHA-256 of the rest
//	JSON or gzip
type record struct {
	Namespace Namespace       `json:"n"`
	Op        string          `json:"o,omitempty"` // whose result the value is
	Key       string          `json:"k"`
	Value     json.RawMessage `json:"v"`
	Stored    int64           `json:"s"`           // in ns since 1970
	TTL       time.Duration   `json:"t,omitempty"` // 0: depends on use
}

const (
	magic     = "hgc"
	plain     = 'c'
	sealed    = 's'
	sumSize   = 16
	headSize  = len(magic) + 1 + sumSize
	maxRecord = maxValue + 64<<10 // uncompressed

	maxUnpacked = 8 << 10
)

// ErrNoKey is what [Options.Seal] and [Options.Open] return while there is no key.
// The cache then behaves as without them.
var ErrNoKey = errors.New("there is no key yet")

var (
	errDamaged  = errors.New("its content is damaged")
	errOtherKey = errors.New("it is encrypted with another key")
	errSecret   = errors.New("it may hold a secret, and there is no key to encrypt it with")
)

// name returns the name of an id on the levels below memory, which does not reveal
// the key.
func (ns Namespace) name(k id) string {
	text := k.key
	if op := k.operation(); op != "" {
		text = op + "\x00" + k.key
	}
	sum := sha256.Sum256([]byte(text))
	return string(ns) + "-" + hex.EncodeToString(sum[:16])
}

// String returns the key as operators see it.
func (r *record) String() string { return displayKey(r.Op, r.Key) }

// expires returns when the record expires at the latest, in ns since 1970.
func (r *record) expires(most time.Duration) int64 {
	if r.TTL > 0 {
		return r.Stored + int64(r.TTL)
	}
	return r.Stored + int64(most)
}

// A codec encodes records for the levels below memory, and decodes them.
type codec struct {
	seal, open func([]byte) ([]byte, error) // nil: there is no key
	clean      func([]byte) bool            // nil: always false
}

// encode returns an error if r may not leave memory.
func (c codec) encode(r *record) ([]byte, error) {
	text, err := json.Marshal(r)
	if err != nil {
		return nil, fmt.Errorf("the value of key %.40q is not JSON: %w", r.Key, err)
	}
	kind, body := byte(plain), pack(text)
	err = ErrNoKey
	if c.seal != nil {
		if body, err = c.seal(body); err == nil {
			kind = sealed
		} else if errors.Is(err, ErrNoKey) {
			body = pack(text)
		}
	}
	switch {
	case err == nil:
	case !errors.Is(err, ErrNoKey):
		return nil, err
	case !r.Namespace.allowsPlain(), c.clean == nil, !c.clean(text):
		return nil, errSecret
	}
	sum := sha256.Sum256(body)
	b := make([]byte, 0, headSize+len(body))
	b = append(b, magic...)
	b = append(b, kind)
	b = append(b, sum[:sumSize]...)
	return append(b, body...), nil
}

// decode returns errDamaged for bytes that encode did not write, errOtherKey for
// those that it encrypted with another key, and ErrNoKey while there is none.
func (c codec) decode(b []byte, ns Namespace) (*record, error) {
	if len(b) < headSize || string(b[:len(magic)]) != magic {
		return nil, errDamaged
	}
	kind, sum, body := b[len(magic)], b[len(magic)+1:headSize], b[headSize:]
	if actual := sha256.Sum256(body); !bytes.Equal(sum, actual[:sumSize]) {
		return nil, errDamaged
	}
	switch {
	case kind == sealed && c.open == nil:
		return nil, ErrNoKey
	case kind == sealed:
		var err error
		if body, err = c.open(body); errors.Is(err, ErrNoKey) {
			return nil, ErrNoKey
		} else if err != nil {
			return nil, errOtherKey
		}
	case kind != plain || !ns.allowsPlain():
		return nil, errDamaged
	}
	text, err := unpack(body)
	if err != nil {
		return nil, errDamaged
	}
	r := new(record)
	if json.Unmarshal(text, r) != nil || r.Namespace != ns || len(r.Value) == 0 || r.TTL < 0 {
		return nil, errDamaged
	}
	return r, nil
}

// pack returns text, compressed if that is worth the 1.2 MB that a compressor takes.
func pack(text []byte) []byte {
	if len(text) <= maxUnpacked {
		return text
	}
	var b bytes.Buffer
	w, _ := gzip.NewWriterLevel(&b, gzip.BestSpeed) // the level is valid
	_, _ = w.Write(text)                            // a Buffer does not fail
	_ = w.Close()
	return b.Bytes()
}

// unpack returns an error for more than maxRecord bytes of text.
func unpack(b []byte) ([]byte, error) {
	if len(b) <= maxUnpacked && bytes.HasPrefix(b, []byte("{")) {
		return b, nil
	}
	r, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		return nil, err
	}
	text, err := io.ReadAll(io.LimitReader(r, maxRecord+1))
	if err == nil && len(text) > maxRecord {
		err = errDamaged
	}
	return text, err
}
