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

// A record is an entry as it is below memory. There it is JSON, compressed, sealed
// if there is a key, behind a mark and a checksum:
//
//	4 B  "hgc" and 'c' for clear or 's' for sealed
//	16 B of the SHA-256 of what follows
//	gzip
type record struct {
	Namespace Namespace       `json:"n"`
	Op        string          `json:"o,omitempty"` // the operation that the value is a result of
	Key       string          `json:"k"`
	Value     json.RawMessage `json:"v"`
	Stored    int64           `json:"s"`           // in ns since 1970
	TTL       time.Duration   `json:"t,omitempty"` // 0: by use
}

const (
	mark      = "hgc"
	asIs      = 'c'
	sealed    = 's'
	sumSize   = 16
	headSize  = len(mark) + 1 + sumSize
	maxRecord = maxValue + 64<<10 // of one unpacked
)

// ErrNoKey is what the functions of [Options] return that seal and open while
// there is no key. The rules of a cache without one apply then.
var ErrNoKey = errors.New("there is no key yet")

var (
	errDamaged = errors.New("its content is not what was written")
	errSealed  = errors.New("it is sealed with another key")
	errSecret  = errors.New("it may hold a secret, and there is no key to seal it with")
)

// name returns the name that an id has below memory, which tells nothing of it.
func (ns Namespace) name(k id) string {
	text := k.key
	if k.spec != nil {
		text = k.spec.String() + "\x00" + k.key
	}
	sum := sha256.Sum256([]byte(text))
	return string(ns) + "-" + hex.EncodeToString(sum[:16])
}

// ends returns when the record ends at the latest, in ns since 1970.
func (r *record) ends(most time.Duration) int64 {
	if r.TTL > 0 {
		return r.Stored + int64(r.TTL)
	}
	return r.Stored + int64(most)
}

// A codec turns records into what is kept below memory, and back.
type codec struct {
	seal, open func([]byte) ([]byte, error) // nil: there is no key
	clean      func([]byte) bool            // nil: nothing is
}

// encode returns an error if r may not leave memory.
func (c codec) encode(r *record) ([]byte, error) {
	text, err := json.Marshal(r)
	if err != nil {
		return nil, fmt.Errorf("the value under %.40q is not JSON: %w", r.Key, err)
	}
	kind, body := byte(asIs), pack(text)
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
	case !r.Namespace.inClear(), c.clean == nil, !c.clean(text):
		return nil, errSecret
	}
	sum := sha256.Sum256(body)
	b := make([]byte, 0, headSize+len(body))
	b = append(b, mark...)
	b = append(b, kind)
	b = append(b, sum[:sumSize]...)
	return append(b, body...), nil
}

// decode returns errDamaged for what encode has not made, errSealed for what it
// made with another key, and ErrNoKey while there is none.
func (c codec) decode(b []byte, ns Namespace) (*record, error) {
	if len(b) < headSize || string(b[:len(mark)]) != mark {
		return nil, errDamaged
	}
	kind, sum, body := b[len(mark)], b[len(mark)+1:headSize], b[headSize:]
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
			return nil, errSealed
		}
	case kind != asIs || !ns.inClear():
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

func pack(text []byte) []byte {
	var b bytes.Buffer
	w, _ := gzip.NewWriterLevel(&b, gzip.BestSpeed) // the level is a good one
	_, _ = w.Write(text)                            // a Buffer takes everything
	_ = w.Close()
	return b.Bytes()
}

// unpack returns an error for what is longer unpacked than a record may be.
func unpack(b []byte) ([]byte, error) {
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
