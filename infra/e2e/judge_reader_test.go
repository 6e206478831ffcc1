package e2e_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/infra/internal/localrun"
	"github.com/hearthgate/hearthgate/infra/testkit/judges"
)

// TestJudgeReader compares how the function reads a directive with how Home Assistant
// reads what the function hands on, by Python's json: namespace, name and endpoint are
// the same. Where they would differ the home gets nothing.
func TestJudgeReader(t *testing.T) {
	var got []string // what the home got of the present document
	home := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		got = append(got, string(b))
		_, _ = io.WriteString(w, `{"event":{"header":{"namespace":"Alexa","name":"Response","messageId":"1","payloadVersion":"3"},"endpoint":{"endpointId":"light#a"},"payload":{}}}`)
	}))
	t.Cleanup(home.Close)
	f := start(t, localrun.Options{}, at(home.URL, canaries.make("stored"))...)

	type directive struct{ Namespace, Name, Endpoint string }
	var (
		documents = tricky()
		handed    []string // names of documents
		ours      []directive
		encoded   []string // what the home got
	)
	for _, name := range slices.Sorted(maps.Keys(documents)) {
		got = nil
		o, err := f.send(t.Context(), []byte(documents[name]))
		if err != nil {
			t.Fatal(err)
		}
		if len(got) == 0 { // the runtime itself rejects what is no JSON
			continue
		}
		if len(got) != 1 || len(o.lines) != 1 {
			t.Fatalf("%s: the home gets %q; the log is %q", name, got, o.lines)
		}
		if !strings.HasPrefix(strings.TrimLeft(documents[name], " \t\r\n"), got[0]) {
			t.Errorf("%s: the home gets %q of %q", name, got[0], documents[name])
		}
		var d directive
		if err := json.Unmarshal([]byte(o.lines[0]), &d); err != nil {
			t.Fatal(err)
		}
		handed, ours, encoded = append(handed, name), append(ours, d), append(encoded, base64.StdEncoding.EncodeToString([]byte(got[0])))
	}
	var read []*[3][]rune // nil where Home Assistant carries out nothing
	judges.Run(t, root(t), "reader", &read, encoded)
	for i, name := range handed {
		if read[i] == nil {
			continue
		}
		same := slices.Equal([]rune(ours[i].Namespace), read[i][0]) && slices.Equal([]rune(ours[i].Name), read[i][1]) && slices.Equal([]rune(ours[i].Endpoint), read[i][2])
		if !same {
			t.Errorf("%s: we read %q, Home Assistant %q", name, ours[i], *read[i])
		}
	}
	rejected := len(documents) - len(handed)
	if !slices.Contains(handed, "plain") || len(handed) < 100 || rejected < 150 {
		t.Errorf("%d documents were handed on and %d rejected: want 100 and 150 at least", len(handed), rejected)
	}
	t.Logf("%d documents, %d handed on, %d rejected", len(documents), len(handed), rejected)
}

// tricky returns documents that readers of JSON read in different ways, by what is
// odd in them.
func tricky() map[string]string {
	const plain = `{"directive":{"header":{"namespace":"Alexa.PowerController","name":"TurnOn","messageId":"1","correlationToken":"c","payloadVersion":"3"},"endpoint":{"endpointId":"light#a","scope":{"type":"BearerToken","token":"t"}},"payload":{}}}`
	all := map[string]string{"plain": plain}
	replace := func(name, old, with string) {
		if !strings.Contains(plain, old) {
			panic(old)
		}
		all[name] = strings.Replace(plain, old, with, 1)
	}

	// Members whose value is judged, and what another reader may take for them.
	for member, other := range map[string]string{
		`"namespace":"Alexa.PowerController"`: `"Alexa.LockController"`,
		`"name":"TurnOn"`:                     `"Unlock"`,
		`"endpointId":"light#a"`:              `"lock#b"`,
		`"payloadVersion":"3"`:                `"2"`,
	} {
		key, value, _ := strings.Cut(member, ":")
		bare := strings.Trim(key, `"`)
		escaped := fmt.Sprintf(`"\u%04x%s"`, bare[0], bare[1:])
		for name, k := range map[string]string{
			"same": key, "capital": `"` + strings.ToUpper(bare[:1]) + bare[1:] + `"`, "upper": `"` + strings.ToUpper(bare) + `"`,
			"escaped": escaped, "kelvin": `"` + strings.ReplaceAll(bare, "s", "ſ") + `x"`, "space": `" ` + bare + `"`,
			"zero": `"` + bare + `\u0000"`, "combining": `"` + bare + `\u0301"`, "wide": `"` + strings.ReplaceAll(bare, "n", "ｎ") + `x"`,
		} {
			replace(bare+" "+name+" before", member, k+":"+other+","+member)
			replace(bare+" "+name+" after", member, member+","+k+":"+other)
			replace(bare+" "+name+" alone", member, k+":"+value)
		}
		for name, v := range map[string]string{
			"null": `null`, "true": `true`, "number": `1`, "list": `[` + value + `]`, "object": `{"a":` + value + `}`, "empty": `""`,
			"NaN": `NaN`, "escapes": `"\u0061\/\\\"\b\f\n\r\t"`, "pair": `"\ud83d\ude00"`, "high": `"a\ud800"`, "low": `"a\udc00"`,
			"swapped": `"\udc00\ud800"`, "replacement": "\"\uFFFD\"", "zero": `"a\u0000b"`, "raw zero": "\"a\x00b\"", "raw line": "\"a\nb\"",
			"raw tab": "\"a\tb\"", "delete": "\"a\x7fb\"", "bidi": "\"a\u202eb\"", "latin-1": "\"a\xe9\"", "overlong": "\"a\xc0\xaf\"",
			"raw surrogate": "\"a\xed\xa0\x80\"", "beyond": "\"a\xf4\x90\x80\x80\"", "hex": `"\x61"`, "short": `"\u61"`, "capital U": `"\U00000061"`,
			"single": `'a'`, "bare": `a`, "padded": `" ` + strings.Trim(value, `"`) + ` "`, "other case": strings.ToUpper(value),
			"apostrophe": `"\'"`, "long": `"` + strings.Repeat("a", 10_000) + `"`,
		} {
			replace(bare+" is "+name, member, key+":"+v)
		}
	}

	// Objects that come twice or are spelled otherwise.
	for _, key := range []string{"directive", "header", "endpoint", "payload"} {
		begin := `"` + key + `":{`
		for name, k := range map[string]string{"twice": key, "capital": strings.ToUpper(key[:1]) + key[1:], "escaped": fmt.Sprintf(`\u%04x%s`, key[0], key[1:])} {
			replace(key+" "+name, begin, `"`+k+`":{},`+begin)
			replace(key+" "+name+" full", begin, `"`+k+`":{"header":{"name":"Unlock"},"name":"Unlock","endpointId":"lock#b"},`+begin)
			replace(key+" "+name+" alone", begin, `"`+k+`":{`)
		}
		replace(key+" null before", begin, `"`+key+`":null,`+begin)
	}

	// Values below the payload, which are the home's to judge.
	for name, v := range map[string]string{
		"NaN": `NaN`, "Infinity": `Infinity`, "-Infinity": `-Infinity`, "huge": `1e999`, "tiny": `1e-999`, "long": strings.Repeat("9", 400),
		"longer": strings.Repeat("9", 5000), "minus zero": `-0`, "plus": `+1`, "leading zero": `01`, "point first": `.5`, "point last": `1.`,
		"hex": `0x10`, "underscore": `1_000`, "True": `True`, "undefined": `undefined`, "comment": `1/* a */`, "line comment": "1// a\n",
		"half a pair": `"\ud800"`, "same key twice": `{"b":1,"b":2}`, "two cases": `{"b":1,"B":2}`, "empty key": `{"":1}`, "prototype": `{"__proto__":1}`,
		"comma last": `[1,]`, "comma first": `[,1]`, "two commas": `[1,,2]`, "no colon": `{"b" 1}`, "semicolon": `[1;2]`, "open": `[`, "deep": nest(100), "deeper": nest(2000), "deepest": nest(200_000),
		"no-break space": "\u00a01", "form feed": "\f1", "line separator": "\u20281", "vertical tab": "\v1",
	} {
		replace("payload "+name, `"payload":{}`, `"payload":{"a":`+v+`}`)
	}

	// The document as a whole.
	for name, d := range map[string]string{
		"byte order mark": "\ufeff" + plain, "space around": " \t\r\n" + plain + "\n ", "form feed in front": "\f" + plain, "zero behind": plain + "\x00",
		"twice": plain + plain, "two lines": plain + "\n" + plain, "comma behind": plain + ",", "brace behind": plain + "}", "cut off": plain[:len(plain)-1],
		"text": `"` + plain[:1] + `"`, "list": "[" + plain + "]", "UTF-16": utf16(plain), "nothing": "", "request too": plain[:len(plain)-1] + `,"request":{"type":"LaunchRequest"}}`,
		"operation too": plain[:len(plain)-1] + `,"operation":"cache.get"}`, "unknown too": plain[:len(plain)-1] + `,"other":1}`,
		"single quotes": strings.ReplaceAll(plain, `"`, `'`), "comma last": plain[:len(plain)-1] + ",}", "comment": "/* */" + plain,
	} {
		all["document "+name] = d
	}
	return all
}

func nest(n int) string { return strings.Repeat("[", n) + strings.Repeat("]", n) }

// utf16 returns ASCII text in UTF-16 with a byte order mark.
func utf16(ascii string) string {
	var b strings.Builder
	b.WriteString("\xff\xfe")
	for i := range len(ascii) {
		b.WriteByte(ascii[i])
		b.WriteByte(0)
	}
	return b.String()
}
