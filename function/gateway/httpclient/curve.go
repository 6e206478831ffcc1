package httpclient

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/x509"
	"math/big"
)

// p384 is the curve P-384 for a process that verifies few signatures. For its own curve
// crypto/ecdsa first makes a table of multiples of the generator, which takes 1.3 ms and
// 0.2 MB, a seventh of a cold start with a certificate by Let's Encrypt. Any other curve
// it asks for the products: these are the standard library's too, without the table.
type p384 struct{ elliptic.Curve }

// Params returns a copy of the curve's parameters: crypto/ecdsa knows its own by the pointer.
func (c p384) Params() *elliptic.CurveParams {
	params := *c.Curve.Params()
	return &params
}

// ScalarBaseMult returns k times the generator.
func (c p384) ScalarBaseMult(k []byte) (x, y *big.Int) {
	g := c.Curve.Params()
	return c.ScalarMult(g.Gx, g.Gy, k)
}

// verifier returns c, or a copy that verifies with [p384] what a key of that curve signed.
func verifier(c *x509.Certificate) *x509.Certificate {
	key, ok := c.PublicKey.(*ecdsa.PublicKey)
	if !ok || key.Curve != elliptic.P384() {
		return c
	}
	k, v := *key, *c
	k.Curve, v.PublicKey = p384{key.Curve}, &k
	return &v
}
