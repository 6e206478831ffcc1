package alexa_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/function/alexa"
)

// asHome reads a directive as Home Assistant does: letter case counts, and of a key that
// comes twice the last one counts.
func asHome(raw []byte) (namespace, name, endpoint string) {
	object := func(v any, key string) any {
		m, _ := v.(map[string]any)
		return m[key]
	}
	text := func(v any) string { s, _ := v.(string); return s }
	var event any
	if json.Unmarshal(raw, &event) != nil {
		return "", "", ""
	}
	directive := object(event, "directive")
	header := object(directive, "header")
	return text(object(header, "namespace")), text(object(header, "name")), text(object(object(directive, "endpoint"), "endpointId"))
}

// TestHalfASurrogate checks that what other readers read as another text is rejected
// where it is judged, and nowhere else.
func TestHalfASurrogate(t *testing.T) {
	const event = `{"directive":{"header":{"namespace":"N","name":"M","instance":"I","messageId":"1"},"endpoint":{"endpointId":"E"},"payload":{"a":"P"}}}`
	for old, want := range map[string]string{
		`"N"`: "directive.header.namespace", `"M"`: "directive.header.name", `"I"`: "directive.header.instance", `"E"`: "directive.endpoint.endpointId", `"P"`: "",
	} {
		for _, half := range []string{`"\ud800"`, `"a\udc00"`, `"\udc00\ud800"`, "\"\uFFFD\""} {
			_, err := alexa.ParseEvent([]byte(strings.Replace(event, old, half, 1)))
			if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), "field "+want+" has a character") {
				t.Errorf("%s for %s: error %v, want one about %q", half, old, err, want)
			}
		}
	}
}

// FuzzDirective checks that what is judged of a directive that is accepted is what Home
// Assistant carries out.
func FuzzDirective(f *testing.F) {
	for _, seed := range []string{
		`{"directive":{"header":{"namespace":"Alexa.LockController","name":"Lock","NAME":"Unlock"},"endpoint":{"endpointId":"lock#a"}}}`,
		`{"directive":{"header":{"namespace":"Alexa.LockController","name":"Lock","n\u0061me":"Unlock"}}}`,
		`{"directive":{"header":{"name":"Lock"},"header":{"name":"Unlock"}}}`,
		`{"directive":{"header":{"name":"Lock"},"Header":{"name":"Unlock"},"endpoint":{"endpointId":"a"},"ENDPOINT":{"endpointId":"b"}}}`,
		`{"directive":{"header":{"name":"\ud800"},"endpoint":null}}`, `{"directive":[{}]}`, `{"directive":{"endpoint":{"endpointId":7}}}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		e, err := alexa.ParseEvent(raw)
		d, ok := e.(alexa.Directive)
		if err != nil || !ok {
			return
		}
		namespace, name, endpoint := asHome(raw)
		if d.Header.Namespace != namespace || d.Header.Name != name || d.EndpointID != endpoint {
			t.Errorf("%s is judged as %s %s %s, and carried out as %s %s %s", raw, d.Header.Namespace, d.Header.Name, d.EndpointID, namespace, name, endpoint)
		}
	})
}
