package security_test

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/gateway/security"
)

// redactor returns a Redactor that knows literals.
func redactor(literals ...core.Secret) *security.Redactor {
	r := new(security.Redactor)
	r.SetLiterals(literals)
	return r
}

func TestLiterals(t *testing.T) {
	const plain, odd = "correct horse battery", `a/b+c "d"<e>\f%`
	quotedOnce, quotedTwice := strings.Trim(quoted(odd), `"`), strings.Trim(quoted(strings.Trim(quoted(odd), `"`)), `"`)
	for name, tt := range map[string]struct {
		text, want string
		secrets    int
	}{
		"nothing":                {"the kitchen light is on", "the kitchen light is on", 0},
		"in a sentence":          {"it echoed correct horse battery back", "it echoed [secret] back", 1},
		"twice":                  {"correct horse battery, correct horse battery", "[secret], [secret]", 2},
		"inside of a word":       {"xcorrect horse batteryx", "x[secret]x", 1},
		"a part is no literal":   {"correct horse", "correct horse", 0},
		"a short one is ignored": {"seven77 stays", "seven77 stays", 0},
		"behind a name":          {"token=xcorrect", "token=[secret]", 1},
		"a value of JSON":        {`{"a":"correct horse battery","b":1}`, `{"a":"[secret]","b":1}`, 1},
		"a key of JSON":          {`{"correct horse battery":1}`, `{"[secret]":1}`, 1},
		"by escapes":             {`{"a":"c\u006frrect\u0020horse battery"}`, `{"a":"[secret]"}`, 1},
		"by escapes, cut off":    {`{"a":"c\u006frrect horse battery`, `{"a":"[secret]`, 1},
		"JSON in JSON":           {`{"a":"{\"b\":\"correct horse battery\"}"}`, `{"a":"{\"b\":\"[secret]\"}"}`, 1},
		"a number of JSON":       {`{"a":1234567890}`, `"[secret]"`, 1},
		"in a query":             {"https://h/?q=correct+horse+battery&r=1", "https://h/?q=[secret]&r=1", 1},
		"in a path":              {"https://h/correct%20horse%20battery/x", "https://h/[secret]/x", 1},
		"odd":                    {"<" + odd + ">", "<[secret]>", 1},
		"odd in JSON":            {`{"a":` + quoted(odd) + `}`, `{"a":"[secret]"}`, 1},
		"odd in JSON, cut off":   {`{"a":"` + quotedOnce, `{"a":"[secret]`, 1},
		"odd in JSON in JSON":    {`"{\"a\":\"` + quotedTwice, `"{\"a\":\"[secret]`, 1},
		"odd in a query":         {"?q=" + url.QueryEscape(odd), "?q=[secret]", 1},
		"odd in a path":          {"/" + url.PathEscape(odd), "/[secret]", 1},
		"odd in small letters":   {"?q=" + strings.ToLower(url.QueryEscape(odd)), "?q=[secret]", 1},
		"with slashes escaped":   {`{"a":"x` + strings.ReplaceAll(quotedOnce, "/", `\/`), `{"a":"x[secret]`, 1},
		"HTML's numbers":         {"<b>&#99;&#x6f;&#X72;&#0114;&#x0065;ct horse battery", "<b>[secret]", 1},
		"HTML's quotation mark":  {"a/b+c &#034;d&#x0022;&#60;e&#0062;\\f%", "[secret]", 1},
		"without its spaces":     {"it is padded value.", "it is [secret].", 1},
		"without its scheme":     {"it is Zm9vOmJhcg== here", "it is [secret] here", 1},
		"the mask itself":        {"[secret]", "[secret]", 0},
	} {
		t.Run(name, func(t *testing.T) {
			r := redactor(plain, odd, "seven77", "1234567890", "[secret]", "", " padded value\t", "Basic Zm9vOmJhcg==")
			if got, n := r.Redact(tt.text); got != tt.want || n != tt.secrets {
				t.Errorf("%s\ngave %d: %s\nwant %d: %s", tt.text, n, got, tt.secrets, tt.want)
			}
			if got, n := r.Redact(tt.want); got != tt.want || n != 0 {
				t.Errorf("%s\nbecame, once more, %d: %s", tt.want, n, got)
			}
		})
	}
}

// TestS8InTime redacts what a hostile sender repeats: no part of a text makes the rest be
// read again and again.
func TestS8InTime(t *testing.T) {
	const size, limit = 700 << 10, 10 * time.Second // it takes a tenth of a second
	r := redactor("secret-token")
	for _, piece := range []string{
		"token: ", "bearer ", "Bearer a b c ", "cookie: a b c d ", "secret%2Dtoken ", "&#115;ecret-token ", "%25", `\u005c`, `"token":[`, `authorization:\"`, "-----BEGIN PRIVATE KEY-----",
	} {
		began := time.Now()
		if r.Redact(strings.Repeat(piece, size/len(piece))); time.Since(began) > limit {
			t.Errorf("%d bytes of %q take %v", size, piece, time.Since(began))
		}
	}
}

// TestLiteralsOfOneAnother checks that the longest is replaced as a whole.
func TestLiteralsOfOneAnother(t *testing.T) {
	if got, n := redactor("12345678", "12345678abc", "x12345678abc").Redact("12345678 12345678abc x12345678abc"); got != "[secret] [secret] [secret]" || n != 3 {
		t.Errorf("got %d: %s", n, got)
	}
}

// TestLiteralsAreReplaced checks that new literals take the place of those before, and
// that what was found is counted.
func TestLiteralsAreReplaced(t *testing.T) {
	r := redactor("first value")
	a := security.New(security.Options{Redactor: r})
	for _, tt := range []struct {
		literals []core.Secret
		want     string
	}{
		{[]core.Secret{"first value"}, "[secret], second value"},
		{[]core.Secret{"second value"}, "first value, [secret]"},
		{nil, "first value, second value"},
	} {
		r.SetLiterals(tt.literals)
		if got, _ := r.Redact("first value, second value"); got != tt.want {
			t.Errorf("with %d literals: got %s, want %s", len(tt.literals), got, tt.want)
		}
	}
	r.SetLiterals([]core.Secret{"first value"})
	if got := run(t, a, "redact", `{"text":"first value"}`); got != `{"text":"[secret]","found":1}` {
		t.Errorf("the operation says %s", got)
	}
	if got := run(t, a, "safe_error", `{"kind":"unreachable","text":"it said first value"}`); !strings.Contains(got, "it said [secret]") {
		t.Errorf("the operation says %s", got)
	}
	if got := run(t, a, "status", `{}`); !strings.Contains(got, `"redactions":4,`) {
		t.Errorf("got %s, want 4 redactions", got)
	}
}

// FuzzLiterals hides a literal in texts, plain and as JSON, and checks that it does
// not come out and that an object or a list of JSON stays JSON.
func FuzzLiterals(f *testing.F) {
	f.Add("correct horse", "a ", " b")
	f.Add(`a"b\c/d<e`, `{"`, `":1}`)
	f.Add("12345678", `{"a":`, `}`)
	f.Add("secret] [secret", "", "")
	f.Add("a\nb\\/cd<e", `"{`, "\":d\x80")
	f.Fuzz(func(t *testing.T, literal, before, after string) {
		in, err := json.Marshal(map[string]string{before: literal, "x": before + literal + after})
		if err != nil || len(literal) < 8 || literal == "[secret]" || strings.Contains(literal, "\x00") {
			return
		}
		r := redactor(core.Secret(literal))
		for _, text := range []string{before + literal + after, string(in)} {
			got, n := r.Redact(text)
			if strings.Contains(strings.ReplaceAll(got, "[secret]", "\x00"), literal) || n == 0 && strings.Contains(text, literal) {
				t.Errorf("%q in %q\ngave %q", literal, text, got)
			}
			start := strings.TrimLeft(text, " \t\r\n")
			if json.Valid([]byte(text)) && (start[0] == '{' || start[0] == '[') && !json.Valid([]byte(got)) {
				t.Errorf("%q\nis no JSON any more: %q", text, got)
			}
		}
	})
}

func BenchmarkLiterals(b *testing.B) {
	r := redactor(core.Secret(jwt[3:]), "a-secret-of-cloudflare", "an-id-of-cloudflare")
	b.ReportAllocs()
	for b.Loop() {
		r.Redact(directive)
	}
}
