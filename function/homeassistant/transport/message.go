package transport

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"

	"github.com/hearthgate/hearthgate/config/alexa"
	"github.com/hearthgate/hearthgate/config/relay"
	"github.com/hearthgate/hearthgate/function/core"
)

// gzipped is the first byte of a payload that is compressed. No JSON begins with it.
const gzipped = 0x1f

// errInflated is the error of a payload that inflates to more than can be taken.
var errInflated = errors.New("the reply is longer than can be taken")

// payload returns r as it is published.
func payload(r relay.Request) ([]byte, error) {
	b, err := json.Marshal(r)
	if err != nil {
		return nil, core.Errorf(core.Invalid, core.CauseBadRequest, "the request is not JSON")
	}
	if len(b) > relay.CompressBeyond {
		var packed bytes.Buffer
		z, _ := gzip.NewWriterLevel(&packed, gzip.BestSpeed) // a person is waiting
		_, _ = z.Write(b)                                    // into memory
		_ = z.Close()
		b = packed.Bytes()
	}
	if len(b) > relay.MaxMessage {
		return nil, core.Errorf(core.Internal, core.CauseTooLarge, "the directive is longer than the relay carries: %d bytes, at most %d", len(b), relay.MaxMessage)
	}
	return b, nil
}

// readReply reads a payload as it was received.
func readReply(b []byte) (r relay.Reply, err error) {
	if len(b) > 0 && b[0] == gzipped {
		z, err := gzip.NewReader(bytes.NewReader(b))
		if err != nil {
			return r, err
		}
		if b, err = io.ReadAll(io.LimitReader(z, alexa.MaxPayload+1)); err != nil {
			return r, err
		}
		if len(b) > alexa.MaxPayload {
			return r, errInflated
		}
	}
	return r, json.Unmarshal(b, &r)
}
