package security_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/function/gateway/security"
)

// secret is in every place where one can be; it has no shape of its own.
const secret = "canary4f9a"

const jwt = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJhIiwiZXhwIjoxNzAwMDAwMDAwfQ.Zm9vYmFyYmF6cXV4" + secret

// TestRedactHides has a secret in each text, which must be gone, and a word that must
// still be there.
func TestRedactHides(t *testing.T) {
	nested := func(levels int) string {
		text := `{"keep":"kept","token":"` + secret + `"}`
		for range levels {
			b, _ := json.Marshal(map[string]string{"body": text})
			text = string(b)
		}
		return text
	}
	for name, text := range map[string]string{
		"a field":                       `{"token":"` + secret + `","keep":"kept"}`,
		"a field in another case":       `{"Access_Token" : "` + secret + `","keep":"kept"}`,
		"a field in camel case":         `{"apiAccessToken":"` + secret + `","keep":"kept"}`,
		"a number":                      `{"pin":94071,"keep":"kept","code":"` + secret + `"}`,
		"a list":                        `{"tokens":["` + secret + `",["` + secret + `"]],"keep":"kept"}`,
		"an object with brackets":       `{"cookie":{"a":{"b":"}]` + secret + `"},"c":["` + secret + `"]},"keep":"kept"}`,
		"a grant":                       `{"grant":{"type":"OAuth2.AuthorizationCode","code":"` + secret + `"},"keep":"kept"}`,
		"a key by its escapes":          `{"\u0074o\u006ben":"` + secret + `","keep":"kept"}`,
		"a header in a list of values":  `{"Authorization":["Bearer ` + secret + `"],"keep":"kept"}`,
		"a bearer in a value":           `{"header":"Bearer ` + secret + `","keep":"kept"}`,
		"a bearer by its escapes":       `{"header":"Be\u0061rer\u0020` + secret + `","keep":"kept"}`,
		"a JWT":                         `{"a":"` + jwt + `","keep":"kept"}`,
		"a JWT by its escapes":          `{"a":"` + strings.Replace(jwt, ".", `\u002e`, 1) + `","keep":"kept"}`,
		"a token of Amazon":             `{"a":"Atza|IwEB` + secret + `","keep":"kept"}`,
		"one with slashes":              `{"a":"Atza|IwEB\/` + secret + `","keep":"kept"}`,
		"one by its escapes":            `{"a":"\u0041tza\u007cIwEB` + secret + `","keep":"kept"}`,
		"one in a query":                `https://example.com/?keep=kept&x=Atzr%7CIwEB` + secret,
		"JSON in a string":              nested(1),
		"JSON in a string in a string":  nested(2),
		"JSON many strings deep":        nested(6),
		"JSON in a string, .NET's way":  `{"body":"{\u0022token\u0022:\u0022` + secret + `\u0022}","keep":"kept"}`,
		"an end cut off":                `{"keep":"kept","token":"` + secret,
		"a start cut off":               `n":"x"},"keep":"kept","token":"` + secret + `"}`,
		"both, in a string":             `rt\":1},\"keep\":\"kept\",\"token\":\"` + secret + `\",\"x`,
		"both, by escapes":              `rt\":1},\"keep\":\"kept\",\"to\u006ben\":\"` + secret + `\",\"x`,
		"an object cut off":             `{"keep":"kept","scope":{"token":{"a":["` + secret,
		"in a sentence":                 `the answer "kept" begins "{\"token\":\"` + secret + `\"}"`,
		"a header":                      "keep: kept\r\nAuthorization: Basic " + secret,
		"a cookie header":               "Cookie: a=" + secret + "; b=" + secret + "\r\nkeep: kept",
		"Set-Cookie":                    "keep: kept\nset-cookie: session=" + secret + "; Secure",
		"headers as Go prints them":     "map[Authorization:[Bearer " + secret + "] Cookie:[a=" + secret + "] Keep:[kept]]",
		"a query":                       "https://home.example.com/auth?code=" + secret + "&state=kept",
		"a form":                        "keep=kept&client_secret=" + secret + "&refresh_token=" + secret,
		"a signed address":              "https://example.com/kept?X-Amz-Security-Token=" + secret + "&X-Amz-Signature=" + secret,
		"a password in an address":      "https://user:" + secret + "@home.example.com/kept",
		"a variable":                    "HOME_ASSISTANT_TOKEN=" + secret + "\nkeep=kept",
		"YAML":                          "keep: kept\npassword: " + secret,
		"a new line that is an escape":  `kept\ntoken=` + secret + `\ncode=` + secret,
		"a private key":                 "kept\n-----BEGIN EC PRIVATE KEY-----\n" + secret + "\n-----END EC PRIVATE KEY-----\n",
		"a private key as a JSON value": `{"keep":"kept","pem":"-----BEGIN PRIVATE KEY-----\n` + secret + `\n-----END PRIVATE KEY-----"}`,
		"a private key cut off":         "kept\n-----BEGIN RSA PRIVATE KEY-----\n" + secret,
		"HTML":                          "<p>kept</p>{&quot;token&quot;:&quot;" + secret + "&quot;}",
		"percent signs":                 "kept %22token%22%3A%22" + secret + "%22",
		"a key with an apostrophe":      "{'token': '" + secret + "', 'keep': 'kept'}",
		"a bearer as a header's value":  "token: Bearer " + secret + " kept",
		"a key that is one":             `{"Bearer ` + secret + `":"kept"}`,
		"a key with one in it":          `{"a {\"password\":\"` + secret + `\"}":1,"keep":"kept"}`,
		"Cloudflare Access":             `{"CF-Access-Client-Secret":"` + secret + `","keep":"kept"}`,
	} {
		t.Run(name, func(t *testing.T) {
			got, n := security.Redact(text)
			if strings.Contains(got, secret) || strings.Contains(got, "94071") || n == 0 {
				t.Errorf("%s\ngave %d: %s", text, n, got)
			}
			if !strings.Contains(got, "kept") {
				t.Errorf("%s\nlost what is no secret: %s", text, got)
			}
			if json.Valid([]byte(text)) && !json.Valid([]byte(got)) {
				t.Errorf("%s\nis no JSON any more: %s", text, got)
			}
			if again, m := security.Redact(got); again != got || m != 0 {
				t.Errorf("%s\nbecame, once more, %d: %s", got, m, again)
			}
		})
	}
}

// TestRedactShapes looks for secrets that only their shape gives away.
func TestRedactShapes(t *testing.T) {
	for _, token := range []string{jwt, "Atza|IwEBIabc-_/+=", "Atzr|IwEBI", "Atnr|IwEBI", "AKIAIOSFODNN7EXAMPLE", "ASIAIOSFODNN7EXAMPLE", "ANBzsjhYZmNCTeAszagk", "bearer abc/def=="} {
		for _, frame := range []string{"%", "a % b", `{"a":"%"}`, `["%"]`, `a="%"`, "<%>", "(%), b"} {
			text := strings.Replace(frame, "%", token, 1)
			if got, n := security.Redact(text); strings.Contains(got, token) || n != 1 {
				t.Errorf("%s gave %d: %s", text, n, got)
			}
		}
	}
}

// TestRedactLeaves has texts that tell what the owner needs to know.
func TestRedactLeaves(t *testing.T) {
	for _, text := range []string{
		"", "a", `{"a":[1,2.5,null,true],"b":"c"}`,
		`{"token":"","refresh_token":null}`,
		`{"tokenSource":"stored","token_source":"linked"}`,
		`{"type":"BearerToken","correlation_id":"0197-abc"}`,
		"HOME_ASSISTANT_TOKEN is missing: put a long-lived access token into the parameter",
		"Home Assistant refused the token (401): it is wrong or revoked",
		"the token was good until 2026-01-01T00:00:00Z (401): make a new one",
		"https://home.example.com:8123/api/alexa/smart_home", "status code: 404", "exit code 1",
		`{"name":"Alexa.Authorization.AcceptGrant","error":"INVALID_AUTHORIZATION_CREDENTIAL"}`,
		`{"session":{"new":true},"sessionId":null}`,
		"user@example.com wrote", "a==b", "it is token-based", "ANOTHERWORDOFTWENTYX", "[secret]", `{"token":"[secret]"}`,
		"\xff\xfe", `\`, `"`, `{"`, "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----",
	} {
		if got, n := security.Redact(text); got != text || n != 0 {
			t.Errorf("%q became, %d times, %q", text, n, got)
		}
	}
}

// TestRedactHuge gives it texts that would take forever if it went over any part
// more than once, and checks that there is an answer.
func TestRedactHuge(t *testing.T) {
	for name, text := range map[string]string{
		"opening brackets":     `{"token":` + strings.Repeat("[", 1<<20),
		"quotation marks":      "token=" + strings.Repeat(`"`, 1<<20),
		"backslashes":          `token:` + strings.Repeat(`\`, 1<<20) + `"`,
		"escapes":              strings.Repeat(`\u0074`, 1<<18) + "=x",
		"names":                strings.Repeat("token ", 1<<18),
		"names with signs":     strings.Repeat(`token=" `, 1<<17),
		"addresses":            strings.Repeat("://", 1<<19),
		"private keys":         strings.Repeat("-----BEGIN PRIVATE KEY-----", 1<<15),
		"strings in one other": strings.Repeat(`{\"a\":`, 1<<17),
		"one word":             strings.Repeat("a", 1<<21),
		"dots":                 "eyJ" + strings.Repeat("a.", 1<<20),
	} {
		t.Run(name, func(t *testing.T) {
			if got, _ := security.Redact(text); len(got) > 2*len(text) {
				t.Errorf("%d bytes became %d", len(text), len(got))
			}
		})
	}
}

// FuzzRedact puts a secret behind a name into any text and checks that it does not
// come out, that JSON stays JSON, and that there is nothing more to find.
func FuzzRedact(f *testing.F) {
	f.Add(`{"a":"b"}`, `c`)
	f.Add(`x" : [`, `\"`)
	f.Add(`\\\"token\\\":`, `}`)
	f.Add("Bearer \\", "\\u0022")
	f.Add(`{"token":{"a":`, `"&quot;`)
	f.Fuzz(func(t *testing.T, before, after string) {
		for _, text := range []string{before + after, before + ` {"token":"` + secret + `"} ` + after} {
			got, _ := security.Redact(text)
			if strings.Contains(text, secret) && !strings.Contains(before+after, secret[:4]) && strings.Contains(got, secret) {
				t.Errorf("%q\ngave %q", text, got)
			}
			if json.Valid([]byte(text)) && !json.Valid([]byte(got)) {
				t.Errorf("%q\nis no JSON any more: %q", text, got)
			}
		}
		in, err := json.Marshal(map[string]any{"a": before, "token": secret, "b": []string{after}})
		if err != nil {
			return
		}
		got, _ := security.Redact(string(in))
		if !json.Valid([]byte(got)) || strings.Contains(got, secret) && !strings.Contains(before+after, secret) {
			t.Errorf("%s\ngave %s", in, got)
		}
	})
}

const directive = `{"directive":{"header":{"namespace":"Alexa.PowerController","name":"TurnOn","payloadVersion":"3","messageId":"1bd5d003-31b9-476f-ad03-71d471922820",` +
	`"correlationToken":"dFMb0z+PgpgdDmluhJ1LddFvSqZ/jCc8ptlAKulUj90jSqg=="},"endpoint":{"scope":{"type":"BearerToken","token":"` + jwt + `"},` +
	`"endpointId":"light#kitchen","cookie":{}},"payload":{}}}`

func BenchmarkRedact(b *testing.B) {
	for name, text := range map[string]string{
		"directive": directive,
		"sentence":  "nothing listens at port 8123: see whether Home Assistant or its proxy runs and whether the router forwards the port to it",
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				security.Redact(text)
			}
		})
	}
}
