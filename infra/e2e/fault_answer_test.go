package e2e_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/hearthgate/hearthgate/infra/testkit/faultyhome"
)

// head returns the start of an answer with a body of unknown length.
func head(header string) string {
	return "HTTP/1.1 200 OK\r\n" + header + "\r\nConnection: close\r\n\r\n"
}

func answerFaults() []fault {
	const huge = 100 << 20
	good := faultyhome.Answer(200, inJSON, `{"event":{"header":{"namespace":"Alexa","name":"Response","messageId":"x","payloadVersion":"3"},"payload":{}}}`)
	half := good[:len(good)-20]
	malformed := func(name, header, body string) fault {
		return answering(name, internal, "malformed", 200, header, body)
	}
	broken := func(name, cause string, steps ...func(*faultyhome.Visit)) fault {
		return then(name, away, cause, faultyhome.After(steps...))
	}
	return []fault{
		late(broken("header a byte a second", "timeout", faultyhome.Trickle(good, time.Second))),
		late(broken("hangs in the header", "timeout", faultyhome.Say(good[:40]), faultyhome.Hang)),
		broken("closes in the header", "reset", faultyhome.Say(good[:40])),
		late(broken("hangs after the header", "timeout", faultyhome.Say(strings.SplitAfter(good, "\r\n\r\n")[0]), faultyhome.Hang)),
		late(broken("hangs in the body", "timeout", faultyhome.Say(half), faultyhome.Hang)),
		late(broken("body a byte a second", "timeout", faultyhome.Say(half), faultyhome.Trickle(good[len(half):], time.Second))),
		broken("closes in the body", "reset", faultyhome.Say(half)),
		broken("resets in the body", "reset", faultyhome.Say(half), func(*faultyhome.Visit) {}, faultyhome.Reset),
		broken("not HTTP", "protocol", faultyhome.Say("220 mail.test ready\r\n")),
		broken("endless header", "protocol", faultyhome.Say("HTTP/1.1 200 OK\r\n"), faultyhome.Flood("X-Filler: "+strings.Repeat("x", 1000)+"\r\n", huge)),
		broken("broken chunks", "protocol", faultyhome.Say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nnonsense\r\n{}\r\n")),
		broken("broken compression", "protocol", faultyhome.Say(faultyhome.Answer(200, "Content-Encoding: gzip", "this is not gzip"))),
		then("100 MB", internal, "oversized", faultyhome.After(faultyhome.Say(fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n", huge)), faultyhome.Flood("x", huge))),
		then("100 MB without a length", internal, "oversized", faultyhome.After(faultyhome.Say(head(inJSON)), faultyhome.Flood("x", huge))),
		answering("100 MB, compressed", internal, "oversized", 200, "Content-Encoding: gzip", bomb(huge)),
		malformed("empty", inJSON, ""),
		malformed("a page", html, "<!DOCTYPE html><title>Home Assistant</title>"),
		malformed("half an answer", inJSON, `{"event":{"header":{"namespace":"Alexa",`),
		malformed("no event", inJSON, `{"message":"API running."}`),
		malformed("null", inJSON, `null`),
		malformed("a list", inJSON, `[]`),
		malformed("other types", inJSON, `{"event":{"header":{"namespace":7,"name":[]}}}`),
		malformed("not text", inJSON, "\xff\xfe\x00"),
		malformed("a key twice in the answer", inJSON, `{"event":{"header":{"namespace":"Alexa","name":"ErrorResponse"},"header":{"namespace":"Alexa","name":"Response"},"payload":{}}}`),
		malformed("a token in nonsense", inJSON, `nonsense {"access_token":"`+canaries.make("leak")+`"} Bearer `+canaries.make("leak")),
	}
}

// bomb returns that many bytes, compressed to a thousandth.
func bomb(n int64) string {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	io.CopyN(z, zeros{}, n)
	z.Close()
	return b.String()
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func statusFaults() []fault {
	const said = "something\n"
	return []fault{
		then("101", away, "protocol", faultyhome.After(faultyhome.Say("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n"), faultyhome.Hang)),
		then("101 without Upgrade", away, "protocol", faultyhome.After(faultyhome.Say("HTTP/1.1 101 Switching Protocols\r\n\r\n"), faultyhome.Hang)),
		then("199", away, "protocol", faultyhome.After(faultyhome.Say("HTTP/1.1 199 Odd\r\n\r\n"), faultyhome.Hang)),
		then("103 without end", away, "protocol", faultyhome.After(faultyhome.Flood("HTTP/1.1 103 Early Hints\r\n\r\n", 10<<20), faultyhome.Hang)),
		late(then("100, then nothing", away, "timeout", faultyhome.After(faultyhome.Say("HTTP/1.1 100 Continue\r\n\r\n"), faultyhome.Hang))),
		answering("201", away, "unexpected_status", 201, plain, said),
		{name: "204", told: away, cause: "unexpected_status", made: then("", "", "", faultyhome.After(faultyhome.Say("HTTP/1.1 204 No Content\r\n\r\n"))).made},
		answering("301", away, "redirect", 301, "Location: http://elsewhere.test/", ""),
		answering("302 of Cloudflare Access", away, "cloudflare_access", 302, "Location: https://team.cloudflareaccess.com/cdn-cgi/access/login/x", ""),
		answering("400", away, "bad_request", 400, plain, "400: Bad Request"),
		answering("401", refused, "unauthorized", 401, plain, "401: Unauthorized"),
		answering("403 of Home Assistant", away, "banned", 403, plain, "403: Forbidden"),
		answering("403 of Cloudflare", away, "cloudflare", 403, html+"\r\nCf-Ray: 8a\r\nServer: cloudflare", "<html>"),
		answering("403 of Cloudflare Access", away, "cloudflare_access", 403, html+"\r\nCf-Access-Aud: x\r\nServer: cloudflare", "<html>"),
		answering("403 of somebody else", away, "forbidden", 403, html, "<html>"),
		answering("404", away, "not_configured", 404, plain, "404: Not Found"),
		answering("405", away, "unexpected_status", 405, plain, "405: Method Not Allowed"),
		answering("413", internal, "too_large", 413, plain, said),
		answering("429", "RATE_LIMIT_EXCEEDED", "rate_limited", 429, plain, said),
		answering("500", internal, "server_error", 500, plain, "500 Internal Server Error"),
		answering("502", away, "bad_gateway", 502, html, said),
		answering("503", away, "shutting_down", 503, plain, said),
		answering("504", away, "bad_gateway", 504, html, said),
		answering("520", away, "bad_gateway", 520, html, said),
		answering("530", away, "bad_gateway", 530, html, said),
	}
}
