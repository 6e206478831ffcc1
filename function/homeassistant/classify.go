package homeassistant

import (
	"encoding/json"
	"mime"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/hearthgate/hearthgate/function/alexa"
	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/gateway/httpclient"
	"github.com/hearthgate/hearthgate/function/gateway/security"
	"github.com/hearthgate/hearthgate/function/homeassistant/transport"
)

// Classify returns which message an answer of Home Assistant is, or, for anything else,
// an error that says what is wrong with the home. Each status has been seen on a
// running Home Assistant, or on a proxy in front of it.
func Classify(res httpclient.Response, token Token) (alexa.Reply, error) {
	if res.Status == http.StatusOK {
		return parse(res.Body)
	}
	return alexa.Reply{}, StatusError(res, token)
}

func parse(body []byte) (alexa.Reply, error) {
	if len(body) == 0 {
		return alexa.Reply{}, core.Errorf(core.Internal, core.CauseMalformed, "Home Assistant answered 200 with an empty body: look into its log")
	}
	reply, err := alexa.ParseReply(body)
	if err != nil {
		return reply, malformed(body, err)
	}
	return reply, nil
}

// malformed is the error of an answer that cannot be read. It shows how it begins.
func malformed(body []byte, err error) error {
	const enough = 200
	shown, _ := security.Redact(beginning(string(body[:min(len(body), 4*enough+1)]), 4*enough))
	return core.Errorf(core.Internal, core.CauseMalformed, "the answer begins %q: %w", beginning(shown, enough), err)
}

// beginning returns the first bytes of a text, without the word that they end in if
// there is more: half a secret could not be told from other text any more.
func beginning(text string, most int) string {
	if len(text) <= most {
		return text
	}
	return text[:strings.LastIndexAny(text[:most], " \t\r\n\"'<>()[]{},;")+1]
}

// correlated returns body as the reply to d, with its correlation token. A reply without
// one gets it, as Alexa could not match it otherwise; one with another token is the
// reply to another directive.
func correlated(d alexa.Directive, r alexa.Reply, body json.RawMessage) (json.RawMessage, error) {
	switch want := d.Header.CorrelationToken; {
	case want == "" || r.CorrelationToken == want:
		return body, nil
	case r.CorrelationToken == "":
		mended, err := alexa.Correlated(body, want)
		if err != nil {
			return nil, &core.Error{Kind: core.Internal, Cause: core.CauseMalformed, Err: err}
		}
		return mended, nil
	default:
		return nil, core.Errorf(core.Internal, core.CauseMixedUp, "the answer belongs to another directive: a proxy in front of Home Assistant caches answers or mixes them up; have it pass %s through unchanged", transport.SmartHomePath)
	}
}

// StatusError returns what a status other than 200 means: the kind that Alexa gets, a
// cause, and what the owner can do.
func StatusError(res httpclient.Response, token Token) error {
	cloudflare := res.Header.Get("Cf-Ray") != "" || strings.EqualFold(res.Header.Get("Server"), "cloudflare")
	switch status := res.Status; {
	case isAccess(res):
		return core.Errorf(core.Unreachable, core.CauseCloudflareAccess, "Cloudflare Access asks for a login (%d): let the function in with a service token, or exempt %s from the policy", status, transport.SmartHomePath)
	case status == 401:
		return unauthorized(token)
	case status == 403 && cloudflare:
		return core.Errorf(core.Unreachable, core.CauseCloudflare, "Cloudflare refused the request (403), not Home Assistant: look at its security events for a firewall rule, bot fight mode or a country rule, and let %s through", transport.SmartHomePath)
	case status == 403 && mediaType(res) == "text/plain":
		return core.Errorf(core.Unreachable, core.CauseBanned, "Home Assistant has banned the address that this request came from (403): remove it from ip_bans.yaml and restart Home Assistant; wrong tokens were the reason")
	case status == 403:
		return core.Errorf(core.Unreachable, core.CauseForbidden, "a proxy in front of Home Assistant refused the request (403): look at the rules of the proxy")
	case status == 404:
		return core.Errorf(core.Unreachable, core.CauseNotConfigured, "Home Assistant has no Smart Home endpoint (404): it is still starting, or `alexa:` with `smart_home:` is missing in configuration.yaml")
	case status == 400 && wantsCertificate(res):
		return core.Errorf(core.Unreachable, core.CauseClientCertificate, "the proxy in front of Home Assistant asks for a client certificate, and does not accept what it is shown (400): store the right one with `hearthgate certificate`, or let %s pass without one", transport.SmartHomePath)
	case status == 400:
		return core.Errorf(core.Unreachable, core.CauseBadRequest, "Home Assistant refused the proxy in front of it (400): set use_x_forwarded_for and trusted_proxies below http: in configuration.yaml")
	case status == 413:
		return core.Errorf(core.Internal, core.CauseTooLarge, "the directive is longer than the home accepts (413)")
	case status == 429:
		return core.Errorf(core.RateLimited, core.CauseRateLimited, "a proxy in front of Home Assistant limits requests (429): raise its limit for %s", transport.SmartHomePath)
	case status == 500:
		return core.Errorf(core.Internal, core.CauseServerError, "Home Assistant failed while it handled the directive (500): look into its log")
	case status == 503:
		return core.Errorf(core.Unreachable, core.CauseShuttingDown, "Home Assistant is shutting down or its proxy has no backend (503): wait a minute")
	case status == 502, status == 504, status >= 520 && status <= 530:
		return core.Errorf(core.Unreachable, core.CauseBadGateway, "the proxy answers, but Home Assistant behind it does not (%d): check whether Home Assistant runs", status)
	case status >= 300 && status < 400:
		return core.Errorf(core.Unreachable, core.CauseRedirect, "the address redirects elsewhere (%d), which is not followed, as it would reveal the token: use the final address, https included", status)
	}
	return core.Errorf(core.Unreachable, core.CauseUnexpectedStatus, "the home answered %d, a status that Home Assistant does not use: check what is in front of it", res.Status)
}

// isAccess reports whether Cloudflare Access answered: it redirects to its login page,
// or shows one.
func isAccess(res httpclient.Response) bool {
	switch res.Status {
	case 302:
		return strings.Contains(res.Header.Get("Location"), "cloudflareaccess.com") || strings.Contains(res.Header.Get("Location"), "/cdn-cgi/access/")
	case 403:
		return res.Header.Get("Cf-Access-Aud") != "" || strings.Contains(res.Header.Get("Www-Authenticate"), "Cloudflare-Access") ||
			strings.Contains(string(res.Body[:min(len(res.Body), 8<<10)]), "Cloudflare Access")
	}
	return false
}

// wantsCertificate reports whether nginx, or a proxy made of it, refused the client's
// certificate: it completes the handshake, and then answers so in its own words.
func wantsCertificate(res httpclient.Response) bool {
	const enough = 1 << 10 // bytes
	body := string(res.Body[:min(len(res.Body), enough)])
	return strings.Contains(body, "No required SSL certificate was sent") || strings.Contains(body, "The SSL certificate error")
}

func mediaType(res httpclient.Response) string {
	t, _, _ := mime.ParseMediaType(res.Header.Get("Content-Type"))
	return t
}

// unauthorized says why Home Assistant rejected a token, and what mends that: it depends
// on where the token is from.
func unauthorized(token Token) error {
	if token.fromAmazon() {
		return token.rejected(core.Unauthorized, core.CauseUnauthorized, "Home Assistant rejected the token (401): it is one of Login with Amazon's, not Home Assistant's; %s", token.mendAmazon())
	}
	if at, ok := security.Expiry(token.Secret); ok && time.Now().After(at) {
		return token.rejected(core.Expired, core.CauseExpired, "the token was good until %s (401): %s", at.UTC().Format(time.RFC3339), token.mend())
	}
	return token.rejected(core.Unauthorized, core.CauseUnauthorized, "Home Assistant rejected the token (401): it is wrong or revoked, or its user is inactive or local-only; %s", token.mend())
}

// isHomeFailure reports whether an error says that the home is in trouble, rather than
// that it refused one request: only those count towards opening its breaker.
func isHomeFailure(err error) bool {
	return err != nil && !slices.Contains([]core.Cause{
		core.CauseUnauthorized, core.CauseExpired, core.CauseCloudflareAccess, core.CauseCloudflare, core.CauseBanned,
		core.CauseForbidden, core.CauseNotConfigured, core.CauseBadRequest, core.CauseRefusedRequest, core.CauseTooLarge,
		core.CauseHomeOffline, core.CauseStarting, core.CauseClientCertificate, core.CauseNotAllowed, core.CauseRedirect, core.CauseUnexpectedStatus, core.CauseMalformed, core.CauseMixedUp, core.CauseOversized,
	}, core.CauseOf(err))
}
