package keyleak_test

import (
	"bytes"
	"compress/gzip"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"testing"

	"github.com/hearthgate/hearthgate/infra/testkit/keyleak"
)

// TestIn hides a key in many ways, and shows what belongs to it and is public.
func TestIn(t *testing.T) {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	request, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{}, private)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := private.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	k, err := keyleak.Of(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
	if err != nil {
		t.Fatal(err)
	}
	other := pem.EncodeToMemory(&pem.Block{Type: "X", Bytes: der}) // lines of 64
	quoted, _ := json.Marshal(string(other))
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	_, _ = z.Write(other)
	_ = z.Close()
	for name, tt := range map[string]struct {
		text []byte
		want bool
	}{
		"DER": {der, true}, "PEM": {other, true}, "PEM in JSON": {quoted, true}, "compressed": {packed.Bytes(), true},
		"hexadecimal": {[]byte("x" + hex.EncodeToString(secret)), true}, "the number": {secret, true},
		"base64url": {[]byte(base64.RawURLEncoding.EncodeToString(der)), true}, "one byte on": {[]byte(base64.StdEncoding.EncodeToString(append([]byte{7}, secret...))), true},
		"another's": {[]byte("-----BEGIN EC PRIVATE KEY-----"), true}, "half of it": {secret[:16], false},
		"the request": {request, false}, "the request in base64": {[]byte(base64.StdEncoding.EncodeToString(request)), false}, "nothing": {nil, false},
	} {
		if got := k.In(tt.text); got != tt.want {
			t.Errorf("%s: %v, want %v", name, got, tt.want)
		}
	}
	if _, err := keyleak.Of(request); err == nil {
		t.Error("a request is taken for a key")
	}
}
