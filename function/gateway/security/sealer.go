package security

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"sync/atomic"

	"github.com/hearthgate/hearthgate/function/core"
)

// sealVersion is the first byte of what Seal returns, so that another format can be
// told apart.
const sealVersion = 1

// A Sealer encrypts with a key derived from one token, so that there is no further
// secret to keep. The zero value has no key. It is safe for concurrent use.
type Sealer struct{ key atomic.Pointer[sealKey] }

type sealKey struct {
	token core.Secret
	aead  cipher.AEAD
	err   error // of the derivation; aead is nil then
}

// SetToken makes s use the key of a token; "" removes the key. What was sealed with
// another token cannot be opened any more.
func (s *Sealer) SetToken(token core.Secret) {
	switch k := s.key.Load(); {
	case token == "":
		s.key.Store(nil)
	case k == nil || k.token != token:
		aead, err := derive(token)
		s.key.Store(&sealKey{token, aead, err})
	}
}

// derive returns AES-256-GCM with the key of a token.
func derive(token core.Secret) (cipher.AEAD, error) {
	key, err := hkdf.Key(sha256.New, []byte(token.Reveal()), nil, "hearthgate seal, AES-256-GCM", 32)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCMWithRandomNonce(block)
}

func (s *Sealer) aead() (cipher.AEAD, error) {
	k := s.key.Load()
	if k == nil {
		return nil, core.Errorf(core.NotFound, core.CauseNoKey, "there is no key: it is derived from the stored token of Home Assistant, and none is stored, or accounts are linked with their own")
	}
	return k.aead, k.err
}

// Seal encrypts text. Only [Sealer.Open] with the same token and context, which is not
// secret, returns it. Without a key it fails with kind NotFound.
func (s *Sealer) Seal(text, context []byte) ([]byte, error) {
	aead, err := s.aead()
	if err != nil {
		return nil, err
	}
	out := make([]byte, 1, 1+len(text)+aead.Overhead())
	out[0] = sealVersion
	return aead.Seal(out, nil, text, context), nil
}

// Open returns the text that was sealed with the same token and context. Anything
// else fails with kind Invalid; without a key it fails with kind NotFound.
func (s *Sealer) Open(sealed, context []byte) ([]byte, error) {
	aead, err := s.aead()
	if err != nil {
		return nil, err
	}
	if len(sealed) < 1+aead.Overhead() || sealed[0] != sealVersion {
		return nil, core.Errorf(core.Invalid, core.CauseNotSealed, "it was not sealed by this function, or is cut off")
	}
	text, err := aead.Open(nil, nil, sealed[1:], context)
	if err != nil {
		return nil, core.Errorf(core.Invalid, core.CauseOtherKey, "it was sealed with another token or context, or was changed since")
	}
	return text, nil
}
