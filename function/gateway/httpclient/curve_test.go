package httpclient_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha512"
	"crypto/x509"
	"encoding/asn1"
	"math/big"
	"testing"

	"github.com/hearthgate/hearthgate/function/gateway/httpclient"
)

// TestP384 compares the verdicts on signatures with those of crypto/ecdsa's own curve.
func TestP384(t *testing.T) {
	order := elliptic.P384().Params().N
	for range 20 {
		key, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		plain := &x509.Certificate{PublicKey: &key.PublicKey}
		ours := httpclient.Verifier(plain)
		if ours == plain || plain.PublicKey.(*ecdsa.PublicKey).Curve != elliptic.P384() {
			t.Fatal("the certificate itself was changed, or its key was not")
		}
		long := sha512.Sum512(key.X.Bytes())
		for name, digest := range map[string][]byte{"SHA-384": long[:48], "SHA-512": long[:], "SHA-256": long[:32], "of zeros": make([]byte, 48), "empty": nil} {
			good, err := ecdsa.SignASN1(rand.Reader, key, digest)
			if err != nil {
				t.Fatal(err)
			}
			var v struct{ R, S *big.Int }
			if _, err := asn1.Unmarshal(good, &v); err != nil {
				t.Fatal(err)
			}
			other := func(r, s *big.Int) []byte {
				der, err := asn1.Marshal(struct{ R, S *big.Int }{r, s})
				if err != nil {
					t.Fatal(err)
				}
				return der
			}
			zero, one := new(big.Int), big.NewInt(1)
			for change, tt := range map[string]struct {
				signature []byte
				accepted  bool
			}{
				"none":           {good, true},
				"s is negated":   {other(v.R, new(big.Int).Sub(order, v.S)), true}, // as ECDSA has it
				"r and s change": {other(v.S, v.R), false},
				"r is 0":         {other(zero, v.S), false},
				"s is 0":         {other(v.R, zero), false},
				"both are 0":     {other(zero, zero), false},
				"both are 1":     {other(one, one), false},
				"r is the order": {other(order, v.S), false},
				"s is the order": {other(v.R, order), false},
				"r is one more":  {other(new(big.Int).Add(v.R, one), v.S), false},
				"s is one more":  {other(v.R, new(big.Int).Add(v.S, one)), false},
				"r is too large": {other(new(big.Int).Add(v.R, order), v.S), false},
				"r is negative":  {other(new(big.Int).Neg(v.R), v.S), false},
				"a byte more":    {append(good[:len(good):len(good)], 0), false},
				"a byte less":    {good[:len(good)-1], false},
				"nothing":        {nil, false},
			} {
				got := ecdsa.VerifyASN1(ours.PublicKey.(*ecdsa.PublicKey), digest, tt.signature)
				if want := ecdsa.VerifyASN1(&key.PublicKey, digest, tt.signature); got != tt.accepted || want != tt.accepted {
					t.Errorf("digest %s, change: %s: got %v, crypto/ecdsa %v, want %v", name, change, got, want, tt.accepted)
				}
			}
		}
	}
	for name, other := range map[string]elliptic.Curve{"P-256": elliptic.P256(), "P-521": elliptic.P521()} {
		key, err := ecdsa.GenerateKey(other, rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		if c := (&x509.Certificate{PublicKey: &key.PublicKey}); httpclient.Verifier(c) != c {
			t.Errorf("the key of %s was changed", name)
		}
	}
}
