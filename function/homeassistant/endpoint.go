package homeassistant

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/hearthgate/hearthgate/config"
	limits "github.com/hearthgate/hearthgate/config/alexa"
	"github.com/hearthgate/hearthgate/config/strictjson"
)

// Bounds of what is read of an answer, far above what any home offers, so that a hostile
// one fits into the memory. An endpoint of Home Assistant has about 1.5 KB: maxListed of
// them fill the longest answer that is accepted.
const (
	maxListed     = 4000
	maxEndpoint   = 256 << 10 // bytes
	maxCapability = 64 << 10  // bytes
	maxRemoved    = 10        // capabilities of an endpoint whose problem is reported
)

// An endpoint is the part of a discovered endpoint that has limits.
type endpoint struct {
	id, name                  string
	description, manufacturer string
	capabilities              []json.RawMessage // the first of them, if there are far too many
	listed                    int               // how many capabilities it has
}

// readEndpoint reads an endpoint as Home Assistant sent it.
func readEndpoint(raw []byte) (e endpoint, err error) {
	if len(raw) > maxEndpoint {
		return e, errLongEndpoint
	}
	err = strictjson.Object(raw, func(key, value []byte) (err error) {
		switch string(key) {
		case "endpointId":
			e.id, err = strictjson.String(value)
		case "friendlyName":
			e.name, err = strictjson.String(value)
		case "description":
			e.description, err = strictjson.String(value)
		case "manufacturerName":
			e.manufacturer, err = strictjson.String(value)
		case "capabilities":
			err = strictjson.Array(value, func(i int, capability []byte) error {
				if e.listed = i + 1; i < 2*limits.MaxCapabilities {
					e.capabilities = append(e.capabilities, capability)
				}
				return nil
			})
		}
		return err
	})
	return e, err
}

var errLongEndpoint = errors.New("longer than any endpoint")

// mend returns raw, the endpoint e, with what Alexa would not accept taken out or made
// up, and what that was: its capabilities that were removed, and whether its name is
// made from its id. It returns raw itself if all is well.
func (e *endpoint) mend(raw []byte) (mended []byte, removed []string, named bool) {
	if len(e.capabilities) < e.listed {
		return raw, nil, false // it has far too many
	}
	kept, removed := e.goodCapabilities()
	if !strings.ContainsFunc(e.name, visible) && e.id != "" {
		e.name, named = nameOf(e.id), true
	}
	if len(removed) == 0 && !named {
		return raw, nil, false
	}
	e.capabilities, e.listed = kept, len(kept)
	name, _ := json.Marshal(e.name) // a string: cannot fail
	var b bytes.Buffer
	fmt.Fprintf(&b, `{"friendlyName":%s,"capabilities":`, name)
	_ = strictjson.WriteList(&b, kept) // into memory
	_ = strictjson.Object(raw, func(key, value []byte) error {
		if name := string(key); name != "friendlyName" && name != "capabilities" {
			quoted, _ := json.Marshal(name)
			fmt.Fprintf(&b, ",%s:%s", quoted, value)
		}
		return nil
	})
	b.WriteByte('}')
	return b.Bytes(), removed, named
}

// visible reports whether a name that has r shows something.
func visible(r rune) bool { return unicode.IsGraphic(r) && !unicode.IsSpace(r) }

// nameOf makes a name that a person can say from an endpoint's id: "dimmer level" of
// input_number#dimmer_level. A part without a letter gets its domain in front: "light 1".
func nameOf(id string) string {
	domain, object, found := strings.Cut(id, "#")
	if !found {
		domain, object = "", id
	}
	if !strings.ContainsFunc(object, unicode.IsLetter) {
		object = domain + " " + object
	}
	name := []rune(strings.Join(strings.FieldsFunc(object, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }), " "))
	return strings.TrimSpace(string(name[:min(len(name), limits.MaxText)]))
}

// violation says which limit of Alexa e exceeds as a device of a home; "" if it exceeds none.
func (e endpoint) violation(home string) string {
	longest := limits.MaxEndpointID - len(config.EndpointID(home, ""))
	long := func(text string) bool { return utf8.RuneCountInString(text) > limits.MaxText }
	switch {
	case e.id == "" || len(e.id) > longest:
		return fmt.Sprintf("its id does not have 1 to %d characters", longest)
	case strings.ContainsFunc(e.id, func(r rune) bool { return !allowed(r) }):
		return "its id has a character that Alexa does not accept"
	case e.name == "":
		return "it has no name"
	case long(e.name):
		return fmt.Sprintf("its name is longer than %d characters", limits.MaxText)
	case long(e.description), long(e.manufacturer):
		return fmt.Sprintf("its description is longer than %d characters", limits.MaxText)
	case len(e.capabilities) == 0:
		return "it has no capability"
	case e.listed > limits.MaxCapabilities:
		return fmt.Sprintf("it has more than %d capabilities", limits.MaxCapabilities)
	}
	return ""
}

// allowed reports whether an endpoint's id may contain r.
func allowed(r rune) bool {
	return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || strings.ContainsRune("_-=#;:?@& ", r)
}
