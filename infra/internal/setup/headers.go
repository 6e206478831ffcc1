package setup

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/textproto"
	"slices"
	"strings"

	"github.com/hearthgate/hearthgate/infra/internal/ui"
)

// Headers are secret headers for the home, such as those of Cloudflare Access:
// values by the header's name.
type Headers map[string]string

// AccessHeaders are the headers of a service token of Cloudflare Access.
var AccessHeaders = []string{"CF-Access-Client-Id", "CF-Access-Client-Secret"}

// ours are the headers that the function sets itself.
var ours = []string{"Accept-Encoding", "Authorization", "Connection", "Content-Length", "Content-Type", "Host", "Transfer-Encoding"}

// ParseHeaders reads a JSON object, or lines "Name: value". The error says what is wrong
// and never contains a value.
func ParseHeaders(text string) (Headers, error) {
	text = strings.TrimSpace(text)
	h := Headers{}
	if strings.HasPrefix(text, "{") {
		if json.Unmarshal([]byte(text), &h) != nil {
			return nil, errors.New("the headers are not a JSON object of strings: write {\"Name\": \"value\"}")
		}
		return h, h.Check()
	}
	for line := range strings.Lines(text) {
		name, value, ok := strings.Cut(line, ":")
		if !ok {
			return nil, errors.New("a line has no colon: write each header as Name: value")
		}
		h[strings.TrimSpace(name)] = strings.TrimSpace(value)
	}
	return h, h.Check()
}

// AskHeaders asks for the values of headers at a terminal, without showing them.
func AskHeaders(ctx context.Context, p *ui.Prompt, names []string) (Headers, error) {
	h := Headers{}
	for _, name := range names {
		value, err := p.Hidden(ctx, name)
		if err != nil {
			return nil, fmt.Errorf("the value of %s cannot be read: %w", name, err)
		}
		h[name] = strings.TrimSpace(value)
	}
	return h, nil
}

// Check returns what is wrong with the headers.
func (h Headers) Check() error {
	if len(h) == 0 {
		return errors.New("no header was given: write each as Name: value, such as " + AccessHeaders[0] + ": ...")
	}
	for _, name := range h.Names() {
		switch canonical := textproto.CanonicalMIMEHeaderKey(name); {
		case name == "" || strings.ContainsFunc(name, noName):
			return errors.New("a header has a name that HTTP does not allow: use letters, digits and -")
		case slices.Contains(ours, canonical):
			return fmt.Errorf("%s is a header that the function sends itself: leave it out", canonical)
		case h[name] == "":
			return fmt.Errorf("%s has no value: give it one, or leave the header out", name)
		case strings.ContainsFunc(h[name], func(r rune) bool { return r < ' ' || r > '~' }):
			return fmt.Errorf("the value of %s has characters that a header cannot have: copy it again", name)
		}
	}
	if n := len(h.JSON()); n > 4096 {
		return fmt.Errorf("the headers are %d characters long, more than a parameter can hold: store fewer of them", n)
	}
	return nil
}

func noName(r rune) bool {
	return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '-' && r != '_'
}

// Names returns the headers' names, sorted.
func (h Headers) Names() []string { return slices.Sorted(maps.Keys(h)) }

// JSON returns the headers as the function reads them.
func (h Headers) JSON() string {
	b, _ := json.Marshal(map[string]string(h)) // texts: cannot fail
	return string(b)
}
