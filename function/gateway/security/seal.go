package security

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"

	"github.com/hearthgate/hearthgate/function/core"
)

// sealVersion begins what Seal returns, so that another way can be told from it.
const sealVersion = 1

// A sealer encrypts with the key of one token.
type sealer struct {
	token core.Secret
	aead  cipher.AEAD
}

// sealer returns the one for the token in effect. Its key is derived from the
// token, so that there is no further secret to keep, and what was sealed cannot be
// opened any more when the token is another one.
func (k *Keeper) sealer() (*sealer, error) {
	var token core.Secret
	if a := k.access.Load(); a != nil {
		token = a.Token
	}
	if token == "" {
		return nil, core.Errorf(core.NotFound, core.CauseNoKey, "there is no key: it is made from the stored token of Home Assistant, and there is none, or accounts are linked with their own")
	}
	if s := k.seal.Load(); s != nil && s.token == token {
		return s, nil
	}
	key, err := hkdf.Key(sha256.New, []byte(token.Reveal()), nil, "hearthgate seal, AES-256-GCM", 32)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return nil, err
	}
	s := &sealer{token, aead}
	k.seal.Store(s)
	return s, nil
}

// Seal encrypts text, so that only [Keeper.Open] with the same context, which is
// not secret, returns it. Without a stored token it fails with kind NotFound.
func (k *Keeper) Seal(text, context []byte) ([]byte, error) {
	s, err := k.sealer()
	if err != nil {
		return nil, err
	}
	out := make([]byte, 1, 1+len(text)+s.aead.Overhead())
	out[0] = sealVersion
	return s.aead.Seal(out, nil, text, context), nil
}

// Open returns the text that was sealed with the same context and token. Anything
// else fails with kind Invalid.
func (k *Keeper) Open(sealed, context []byte) ([]byte, error) {
	s, err := k.sealer()
	if err != nil {
		return nil, err
	}
	if len(sealed) < 1+s.aead.Overhead() || sealed[0] != sealVersion {
		return nil, core.Errorf(core.Invalid, core.CauseNotSealed, "it was not sealed here, or is cut off")
	}
	text, err := s.aead.Open(nil, nil, sealed[1:], context)
	if err != nil {
		return nil, core.Errorf(core.Invalid, core.CauseOtherKey, "it was sealed with another token or context, or was changed since")
	}
	return text, nil
}

// An EncryptInput is the input of [Encrypt].
type EncryptInput struct {
	Text    string `json:"text" required:"true"`
	Context string `json:"context,omitempty" doc:"what it is for; not secret, and needed again to decrypt"`
}

// Check refuses an input without a text.
func (in EncryptInput) Check() error {
	if in.Text == "" {
		return errors.New("field text is missing")
	}
	return nil
}

// Encrypted is what [Encrypt] returns.
type Encrypted struct {
	Sealed string `json:"sealed" doc:"base64url, another one each time"`
}

func (k *Keeper) encrypt(_ context.Context, in EncryptInput) (Encrypted, error) {
	b, err := k.Seal([]byte(in.Text), []byte(in.Context))
	return Encrypted{base64.RawURLEncoding.EncodeToString(b)}, err
}

// A DecryptInput is the input of [Decrypt].
type DecryptInput struct {
	Sealed  string `json:"sealed" required:"true" doc:"as encrypt returned it"`
	Context string `json:"context,omitempty" doc:"as it was encrypted with"`
}

// Check refuses what is not base64.
func (in DecryptInput) Check() error {
	if in.Sealed == "" {
		return errors.New("field sealed is missing")
	}
	if _, err := base64.RawURLEncoding.DecodeString(in.Sealed); err != nil {
		return fmt.Errorf("field sealed is not base64url: %w", err)
	}
	return nil
}

// Decrypted is what [Decrypt] returns.
type Decrypted struct {
	Text string `json:"text"`
}

func (k *Keeper) decrypt(_ context.Context, in DecryptInput) (Decrypted, error) {
	b, err := base64.RawURLEncoding.DecodeString(in.Sealed)
	if err != nil {
		return Decrypted{}, core.Errorf(core.Invalid, core.CauseInput, "field sealed is not base64url: %w", err)
	}
	text, err := k.Open(b, []byte(in.Context))
	return Decrypted{string(text)}, err
}
