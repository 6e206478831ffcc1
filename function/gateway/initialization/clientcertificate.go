package initialization

import (
	"encoding/pem"
	"strings"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/function/core"
)

// clientCertificate reads the client certificate for the home and its key, which are one
// PEM text. No problem quotes it.
func (r *reader) clientCertificate() (certificate string, key core.Secret) {
	const name = config.EnvClientCertificate
	text := r.secret(name).Reveal()
	if text == "" {
		return "", ""
	}
	var certificates, keys []byte
	for rest := []byte(strings.ReplaceAll(text, `\n`, "\n")); ; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		if strings.HasSuffix(block.Type, "PRIVATE KEY") {
			keys = append(keys, pem.EncodeToMemory(block)...)
		} else {
			certificates = append(certificates, pem.EncodeToMemory(block)...)
		}
	}
	if certificates == nil || keys == nil {
		r.wrong(name, "is not the PEM of a certificate and its key: store both with `hearthgate certificate`")
	}
	return string(certificates), core.Secret(keys)
}
