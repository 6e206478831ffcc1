// Package keyleak finds a private key in what it must not be in, however it is encoded.
package keyleak

import (
	"bytes"
	"compress/gzip"
	"crypto/ecdsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"io"
	"strings"
)

// A Key is a private key on P-256.
type Key struct{ forms [][]byte }

// Of returns the key of a PKCS #8 document, in DER or PEM.
func Of(document []byte) (k Key, err error) {
	if block, _ := pem.Decode(document); block != nil {
		document = block.Bytes
	}
	any, err := x509.ParsePKCS8PrivateKey(document)
	if err != nil {
		return k, err
	}
	private, ok := any.(*ecdsa.PrivateKey)
	if !ok {
		return k, errors.New("the key is of another kind")
	}
	secret, err := private.Bytes()
	if err != nil {
		return k, err
	}
	digits := hex.EncodeToString(secret)
	k.forms = [][]byte{secret, []byte(digits), bytes.ToUpper([]byte(digits))}
	for before := range 3 { // where in a group of three bytes the key may begin
		for _, encoding := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
			text := encoding.EncodeToString(append(make([]byte, before), secret...))
			whole := (before + len(secret)) / 3 * 4
			k.forms = append(k.forms, []byte(text[(before+2)/3*4:whole])) // without what neighbours share
		}
	}
	return k, nil
}

// unbroken joins lines, as they are and as JSON has them.
var unbroken = strings.NewReplacer("\r", "", "\n", "", `\r`, "", `\n`, "")

// In reports whether a text has the key, or one that says that it is a private key. The
// text may be compressed, and lines be broken.
func (k Key) In(text []byte) bool {
	if z, err := gzip.NewReader(bytes.NewReader(text)); err == nil {
		if plain, err := io.ReadAll(z); err == nil {
			text = plain
		}
	}
	if bytes.Contains(text, []byte("PRIVATE KEY")) {
		return true
	}
	joined := unbroken.Replace(string(text))
	for _, form := range k.forms {
		if bytes.Contains(text, form) || strings.Contains(joined, string(form)) {
			return true
		}
	}
	return false
}
