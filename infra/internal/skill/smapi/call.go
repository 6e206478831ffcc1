package smapi

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/hearthgate/hearthgate/config/alexa"
)

// maxBody bounds what is read of an answer. An interaction model may have 1.5 MB.
const maxBody = 4 << 20

// A request is one call of the API.
type request struct {
	doing  string // for the error: "creating the skill"
	method string
	path   string
	query  url.Values
	body   any    // marshalled as JSON; default: none
	match  string // ETag that the resource must still have; default: any
	once   bool   // it must not be sent again when it may have arrived
}

// do makes a call, and decodes the answer into out unless that is nil. It returns the
// answer's headers.
func (c *Client) do(ctx context.Context, r request, out any) (http.Header, error) {
	var body []byte
	if r.body != nil {
		var err error
		if body, err = json.Marshal(r.body); err != nil {
			return nil, err
		}
	}
	var header http.Header
	renewed := false
	err := c.retry(ctx, func() attempt {
		access, err := c.accessToken(ctx, r.doing)
		if err != nil {
			return attempt{err: err} // it was retried already
		}
		var a attempt
		header, a = c.send(ctx, r, body, access, out)
		if CodeOf(a.err) == LoginExpired && !renewed {
			renewed = true
			c.forget(access)
			a.again, a.head = true, http.Header{"Retry-After": {"0"}}
		}
		return a
	})
	return header, err
}

// send sends a request once.
func (c *Client) send(ctx context.Context, r request, body []byte, access string, out any) (http.Header, attempt) {
	address := alexa.ManagementURL + r.path
	if len(r.query) > 0 {
		address += "?" + r.query.Encode()
	}
	req, err := http.NewRequestWithContext(ctx, r.method, address, bytes.NewReader(body))
	if err != nil {
		return nil, attempt{err: err}
	}
	req.Header.Set("Authorization", "Bearer "+access)
	req.Header.Set("Accept", "application/json")
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if r.match != "" {
		req.Header.Set("If-Match", r.match)
	}
	res, err := c.http.Do(req)
	if err != nil {
		return nil, c.lost(ctx, r, err)
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(res.Body, maxBody))
	if err != nil {
		return nil, c.lost(ctx, r, err)
	}
	if res.StatusCode >= http.StatusMultipleChoices {
		return nil, c.refused(r, res, answer, access)
	}
	if out == nil {
		return res.Header, attempt{}
	}
	if err := json.Unmarshal(answer, out); err != nil {
		return nil, attempt{err: unreadable(r.doing, "Amazon", res, answer)}
	}
	return res.Header, attempt{}
}

// lost returns the end of an attempt that got no answer. A request that must not be
// sent twice is not: it may have arrived.
func (c *Client) lost(ctx context.Context, r request, err error) attempt {
	if ctx.Err() != nil {
		return attempt{err: stopped(ctx, r.doing)}
	}
	if r.once {
		return attempt{err: fail(Unreachable, "the connection to Amazon was lost while %s, before the answer came (%w), so it may be done or not: run it again, which looks for what is there first", r.doing, innermost(err))}
	}
	return attempt{err: unreachable(r.doing, "Amazon's API for skills", err), again: true}
}

// refused returns the end of an attempt that Amazon did not accept.
func (c *Client) refused(r request, res *http.Response, body []byte, access string) attempt {
	var p problem
	if err := json.Unmarshal(body, &p); err != nil && (len(body) > 0 || res.StatusCode < http.StatusBadRequest) {
		again := !r.once && res.StatusCode >= http.StatusInternalServerError
		return attempt{err: unreadable(r.doing, "Amazon", res, body), again: again, head: res.Header}
	}
	said, field := p.text(), p.field()
	for _, secret := range c.secrets(r.body, access) {
		said = strings.ReplaceAll(said, secret, "[secret]")
	}
	a := attempt{head: res.Header}
	switch status := res.StatusCode; {
	case status == http.StatusTooManyRequests:
		a.again = true
		a.err = fail(Throttled, "Amazon limits how many requests it accepts, and still does after %s was tried several times: wait a few minutes and run it again, which continues where this ended", r.doing)
	case status >= http.StatusInternalServerError:
		a.again = !r.once
		a.err = fail(Unavailable, "Amazon has a problem of its own (%d%s) while %s: wait a while and run it again, which looks for what is there first", status, comma(said), r.doing)
	case status == http.StatusUnauthorized:
		a.err = fail(LoginExpired, "Amazon no longer accepts this login%s while %s: run `%s`", bracket(said), r.doing, c.command("skill login"))
	case status == http.StatusForbidden:
		a.err = fail(Denied, "Amazon does not allow %s with this login%s: sign in with the Amazon account that the skill belongs to, as an administrator or developer of it, with `%s`", r.doing, bracket(said), c.command("skill login"))
	case status == http.StatusNotFound:
		a.err = fail(NotFound, "Amazon does not find it%s while %s: it was deleted, or it belongs to another Amazon account than this login", bracket(said), r.doing)
	case status == http.StatusConflict:
		a.again = !r.once
		a.err = fail(Conflict, "another change of the skill is under way%s while %s: wait until it is done, in the console too, and run it again", bracket(said), r.doing)
	case status == http.StatusPreconditionFailed:
		a.err = fail(Stale, "someone else changed the skill in the same moment, in the console perhaps, while %s: run it again, which reads it first", r.doing)
	default:
		a.err = c.invalid(r.doing, field, said)
	}
	return a
}

func comma(said string) string {
	if said == "" {
		return ""
	}
	return ", " + said
}

func bracket(said string) string {
	if said == "" {
		return ""
	}
	return " (" + said + ")"
}
