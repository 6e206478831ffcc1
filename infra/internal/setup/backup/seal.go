package backup

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"filippo.io/age"
	"filippo.io/age/armor"

	"github.com/hearthgate/hearthgate/infra/internal/project/atomicfile"
)

// most is the size of a file that is read; an export is much smaller.
const most = 1 << 20

// workFactor is what age's scrypt costs, as a power of two: about a second and 256 MB. A
// file that costs more is not ours.
const workFactor = 18

var (
	errDamaged    = errors.New("is damaged, or only a part of it is there: copy it again from where you keep it")
	errPassphrase = errors.New("cannot be opened with this passphrase: check the passphrase; if it is right, the file is damaged")
)

// Write encrypts a bundle with a passphrase and writes it, as a whole or not at all, into
// a file that only its owner can read.
func (b Bundle) Write(file, passphrase string) error {
	text, err := json.Marshal(b)
	if err != nil {
		return err
	}
	recipient, err := age.NewScryptRecipient(passphrase)
	if err != nil {
		return err
	}
	recipient.SetWorkFactor(workFactor)
	var sealed bytes.Buffer
	armored := armor.NewWriter(&sealed)
	w, err := age.Encrypt(armored, recipient)
	if err != nil {
		return err
	}
	_, err = w.Write(text)
	if err = errors.Join(err, w.Close(), armored.Close()); err != nil {
		return err
	}
	return atomicfile.Write(file, sealed.Bytes(), 0o600)
}

// Read reads what [Bundle.Write] wrote. The error says what is wrong with the file or the
// passphrase, and what to do.
func Read(file, passphrase string) (Bundle, error) {
	sealed, err := load(file)
	if err != nil {
		return Bundle{}, err
	}
	text, err := open(sealed, passphrase)
	if err != nil {
		return Bundle{}, fmt.Errorf("%s %w", file, err)
	}
	b, err := parse(text)
	if err != nil {
		return Bundle{}, fmt.Errorf("%s %w", file, err)
	}
	return b, nil
}

// Check says what is wrong with a file before its passphrase is asked for.
func Check(file string) error {
	_, err := load(file)
	return err
}

// load returns the content of a file that could be an export.
func load(file string) ([]byte, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, fmt.Errorf("%s cannot be read (%w): name the file that `hearthgate export` wrote", file, errors.Unwrap(err))
	}
	defer f.Close()
	sealed, err := io.ReadAll(io.LimitReader(f, most+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("%s cannot be read (%w): name the file that `hearthgate export` wrote", file, errors.Unwrap(err))
	case len(sealed) > most:
		return nil, fmt.Errorf("%s is larger than %d KB, more than an export: name the file that `hearthgate export` wrote", file, most>>10)
	case !bytes.HasPrefix(sealed, []byte(armor.Header)):
		return nil, fmt.Errorf("%s is not a file that `hearthgate export` wrote: it does not begin with %s", file, armor.Header)
	}
	return sealed, nil
}

// open decrypts the content of a file.
func open(sealed []byte, passphrase string) ([]byte, error) {
	identity, err := age.NewScryptIdentity(passphrase)
	if err != nil {
		return nil, errPassphrase // an empty one
	}
	identity.SetMaxWorkFactor(workFactor)
	r, err := age.Decrypt(armor.NewReader(bytes.NewReader(sealed)), identity)
	if errors.Is(err, age.ErrIncorrectIdentity) {
		return nil, errPassphrase
	}
	if _, ok := errors.AsType[*age.NoIdentityMatchError](err); ok {
		return nil, errPassphrase
	}
	if err != nil {
		return nil, errDamaged
	}
	text, err := io.ReadAll(r)
	if err != nil {
		return nil, errDamaged
	}
	return text, nil
}
