package security_test

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/gateway/security"
)

func TestValidateInput(t *testing.T) {
	lists{
		"a number":            {`{"value":7}`, `{"bytes":1,"depth":0,"texts":0,"longest":0}`},
		"null":                {`{"value":null}`, `"texts":0`},
		"texts and keys":      {`{"value":{"abc":["de",{"f":""}]}}`, `{"bytes":23,"depth":3,"texts":4,"longest":3}`},
		"bytes, not letters":  {`{"value":"Tür"}`, `"longest":4`},
		"a line's end":        {`{"value":"a\r\n\tb"}`, `"texts":1,"longest":5`},
		"brackets in a text":  {`{"value":"[[[["}`, `"depth":0`},
		"nothing":             {`{}`, "field value is missing"},
		"as long as it may":   {`{"value":[12],"max_bytes":4}`, `"bytes":4`},
		"too long":            {`{"value":[123],"max_bytes":4}`, "invalid: security.validate_input: field value is 5 bytes long; at most 4 are allowed"},
		"as deep as it may":   {`{"value":[[]],"max_depth":2}`, `"depth":2`},
		"too deep":            {`{"value":[{"a":[]}],"max_depth":2}`, "field value is 3 levels deep; at most 2 are allowed"},
		"text as long":        {`{"value":{"a":"abc"},"max_text":3}`, `"longest":3`},
		"text too long":       {`{"value":{"a":["b","abcd"]},"max_text":3}`, "field value.a[1] is 4 bytes long; at most 3 are allowed"},
		"key too long":        {`{"value":{"abcd":1},"max_text":3}`, "field a key of value is 4 bytes long"},
		"a bell":              {`{"value":{"a":["b","x\u0007"]}}`, "field value.a[1] has a control character at byte 1"},
		"a null character":    {`{"value":"\u0000"}`, "control character"},
		"an escape in a key":  {`{"value":{"\u001b[31m":1}}`, "a key of value has a control character"},
		"delete":              {`{"value":"\u007f"}`, "control character"},
		"one of the second":   {`{"value":"\u0085"}`, "control character"},
		"one that turns":      {`{"value":"abc\u202edcba"}`, "control character"},
		"negative":            {`{"value":1,"max_text":-1}`, "field max_text is negative"},
		"more than a request": {`{"value":1,"max_bytes":6291457}`, "field max_bytes"},
		"deeper than any":     {`{"value":1,"max_depth":65}`, "field max_depth"},
	}.run(t, security.New(security.Options{}), "validate_input")
}

func TestValidateRequest(t *testing.T) {
	lists{
		"an object":     {`{"body":{"a":[1]}}`, `{"bytes":9,"depth":2}`},
		"nothing":       {`{}`, "field body is"},
		"just so deep":  {`{"body":` + strings.Repeat("[", 63) + strings.Repeat("]", 63) + `}`, `"depth":63`},
		"a level below": {`{"body":` + strings.Repeat("[", 65) + strings.Repeat("]", 65) + `}`, "invalid: "},
	}.run(t, security.New(security.Options{}), "validate_request")
	for name, tt := range map[string]struct{ body, want string }{
		"empty":          {"", "field body is empty"},
		"not UTF-8":      {"{\"a\":\"\xff\"}", "field body is not UTF-8"},
		"not JSON":       {`{"a":}`, "field body is not JSON"},
		"too deep":       {strings.Repeat("[", 65), "field body is 65 levels deep"},
		"too long":       {strings.Repeat(" ", security.MaxRequest+1), "bytes long"},
		"as long as any": {`"` + strings.Repeat("a", security.MaxRequest-2) + `"`, "<nil>"},
	} {
		t.Run(name, func(t *testing.T) {
			d := core.NewDispatcher(security.New(security.Options{}))
			if _, err := core.Do(t.Context(), d, security.ValidateRequest, security.RequestInput{Body: []byte(tt.body)}); !strings.Contains(fmt.Sprint(err), tt.want) {
				t.Errorf("got %v, want %s in it", err, tt.want)
			}
		})
	}
}

func TestValidateToken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		token := func(head, claims string) string {
			return base64.RawURLEncoding.EncodeToString([]byte(head)) + "." + base64.RawURLEncoding.EncodeToString([]byte(claims)) + ".c2lnbmF0dXJl"
		}
		until := func(d time.Duration) string {
			return `{"token":"` + token(`{"alg":"HS256"}`, fmt.Sprintf(`{"exp":%d}`, time.Now().Add(d).Unix())) + `"}`
		}
		k := security.New(security.Options{})
		for name, tt := range map[string]struct{ in, want string }{
			"of Home Assistant":  {until(time.Hour), `"shape":"jwt"`},
			"for an hour":        {until(time.Hour), `"left_seconds":3600,"expired":false,"verified":false`},
			"at its end":         {until(0), `"left_seconds":0,"expired":true`},
			"past its end":       {until(-time.Hour), `"left_seconds":0,"expired":true`},
			"without an end":     {`{"token":"` + token(`{}`, `{}`) + `"}`, `"shape":"jwt","length":20,"expired":false`},
			"an end of no sense": {`{"token":"` + token(`{}`, `{"exp":1e300}`) + `"}`, `"expired":false`},
			"of Amazon":          {`{"token":"Atza|IwEB"}`, `{"shape":"amazon","length":9,"expired":false,"verified":false}`},
			"of another kind":    {`{"token":"abc"}`, `{"shape":"opaque","length":3,`},
			"three words":        {`{"token":"a.b.c"}`, `"shape":"opaque"`},
			"nothing":            {`{"token":""}`, "field token is missing"},
			"with Bearer":        {`{"token":"BEARER canary"}`, "field token begins with Bearer"},
			"with a line's end":  {`{"token":"canary\n"}`, "field token begins or ends with a space or a newline"},
			"in quotes":          {`{"token":"\"canary\""}`, "field token has quotation marks around it"},
			"with a space in it": {`{"token":"can ary"}`, "field token has a character that no token has"},
			"huge":               {`{"token":"` + strings.Repeat("canary", 2000) + `"}`, "field token is 12000 bytes long"},
		} {
			if got := run(t, k, "validate_token", tt.in); !strings.Contains(got, tt.want) || strings.Contains(got, "canary") {
				t.Errorf("%s: got %.200s, want %s in it and no token", name, got, tt.want)
			}
		}
	})
}

func TestSafeError(t *testing.T) {
	said := func(text string) string { return `{"kind":"unreachable","text":` + quoted(text) + `}` }
	lists{
		"an internal one":       {`{"text":"index out of range in /app/main.go"}`, `{"message":"something went wrong: internal`},
		"that has no text":      {`{"kind":"unavailable"}`, `something went wrong: unavailable`},
		"nothing to hide":       {said("the home did not answer in 5 s"), `{"message":"the home did not answer in 5 s","kind":"unreachable","hidden":0}`},
		"a secret":              {said("refused token=canary4f9a"), `refused token=[secret]","kind":"unreachable","hidden":1`},
		"a URL":                 {said("GET https://me.example.org:8123/api failed"), `GET [address] failed`},
		"a name":                {said("me.example.org refused"), `[address] refused`},
		"a name and a port":     {said("(me.example.org:8123)"), `([address])`},
		"an address":            {said("dial 192.168.1.20: refused"), `dial [address]: refused`},
		"an address and a port": {said("dial 192.168.1.20:8123: refused"), `dial [address]: refused`},
		"one of IPv6":           {said("dial [2001:db8::1]:8123: refused"), `dial [address]: refused`},
		"that, without a port":  {said("dial [2001:db8::1]: refused"), `dial [[address]]: refused`},
		"a person":              {said("ask me@example.org"), `ask [address]`},
		"a file":                {said("open /etc/ssl/key.pem: denied"), `open [path]: denied`},
		"a resource":            {said("arn:aws:ssm:eu-west-1:123456789012:parameter/x is missing"), `[id] is missing`},
		"a user":                {said("amzn1.account.ABC may not"), `[id] may not`},
		"an account":            {said("account 123456789012"), `account [id]`},
		"a sentence's end":      {said("It is over. Try again."), `It is over. Try again.`},
		"a long one":            {said(strings.Repeat("ab ", 200)), `...","kind"`},
		"an unknown kind":       {`{"kind":"broken","text":"a"}`, `field kind is "broken"`},
		"nothing at all":        {`{}`, `field text is missing`},
	}.run(t, security.New(security.Options{}), "safe_error")
}
