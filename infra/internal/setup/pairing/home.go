package pairing

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/hearthgate/hearthgate/infra/internal/localrun/homeclient"
)

// A Home is a Home Assistant, whose pages for pairing are filled in over its API.
type Home struct {
	URL   string // such as http://homeassistant.local:8123
	Token string // long-lived, of an administrator
}

const flows = "/api/config/config_entries/flow"

// A form is a page of a flow.
type form struct {
	ID           string            `json:"flow_id"`
	Type         string            `json:"type"` // form, create_entry or abort
	Step         string            `json:"step_id"`
	Title        string            `json:"title"`
	Reason       string            `json:"reason"`
	Placeholders map[string]string `json:"description_placeholders"`
	Errors       map[string]string `json:"errors"`
}

// problems are the errors of the integration's pages, for the person who runs the command.
var problems = map[string]string{
	"cannot_connect": "AWS cannot be reached from there: check its connection to the internet; ports 8883 and 443 must be open to the outside",
	"refused":        "AWS does not accept the certificate: run the command again, and `hearthgate doctor` if that does not help",
	"untrusted":      "another server answers in place of AWS: check for a proxy or a firewall that inspects TLS",
	"clock_off":      "its clock is wrong: set it, then run the command again",
	"other_key":      "it made another key meanwhile: run the command again",
	"not_a_line":     "it does not understand the line: update the integration, then run the command again",

	"already_configured": "it is paired with this stage already: `hearthgate pair --renew` replaces its key and certificate",
	"other_stage":        "it is paired with another stage: remove that entry in Home Assistant, below Settings, Devices & services",
}

// Begin opens the page for pairing, or with renew that for a new key of a stage, and
// returns the line that it shows. [Home.Finish] ends it, and [Home.Leave] closes it.
func (h Home) Begin(ctx context.Context, stage string, renew bool) (flow, line string, err error) {
	start := map[string]string{"handler": "hearthgate"}
	if renew {
		if start["entry_id"], err = h.entry(ctx, stage); err != nil {
			return "", "", err
		}
	}
	var f form
	if err := h.call(ctx, http.MethodPost, flows, start, &f); err != nil {
		return "", "", err
	}
	if f.Type != "form" || f.Placeholders["request"] == "" {
		return "", "", h.refused(f)
	}
	return f.ID, f.Placeholders["request"], nil
}

// A Finished is what Home Assistant has after its page for pairing.
type Finished struct {
	Title     string // of its entry
	Elsewhere bool   // Alexa has entities of it by another way
}

// Finish submits the line with the certificate. Home Assistant connects before it answers.
// Entities that Alexa has by another way are not taken over: their owner decides that.
func (h Home) Finish(ctx context.Context, flow, line string) (done Finished, err error) {
	const attempts = 3 // a new certificate can need a moment
	answer := map[string]string{"answer": line}
	for attempt := 1; ; attempt++ {
		var f form
		if err := h.call(ctx, http.MethodPost, flows+"/"+url.PathEscape(flow), answer, &f); err != nil {
			return done, err
		}
		switch {
		case f.Type == "create_entry":
			done.Title = f.Title
			return done, nil
		case f.Type == "abort" && f.Reason == "reconfigure_successful":
			done.Title = "a new key and certificate"
			return done, nil
		case f.Type == "form" && f.Step == "moving" && !done.Elsewhere:
			done.Elsewhere, answer = true, map[string]string{"source": "nothing"}
		case f.Errors["answer"] != "refused" || attempt == attempts:
			return done, h.refused(f)
		}
	}
}

// Leave closes a page that was not finished.
func (h Home) Leave(ctx context.Context, flow string) {
	h.leave(ctx, flows+"/"+url.PathEscape(flow))
}

// leave closes a page, given by its path.
func (h Home) leave(ctx context.Context, page string) {
	const atMost = 5 * time.Second
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), atMost)
	defer cancel()
	_ = h.call(ctx, http.MethodDelete, page, nil, nil) // it ends with Home Assistant too
}

// entry returns the id of the entry that is paired with a stage.
func (h Home) entry(ctx context.Context, stage string) (string, error) {
	var all []struct {
		ID    string `json:"entry_id"`
		Title string `json:"title"`
	}
	if err := h.call(ctx, http.MethodGet, "/api/config/config_entries/entry?domain=hearthgate", nil, &all); err != nil {
		return "", err
	}
	for _, e := range all {
		if e.Title == "hearthgate "+stage || len(all) == 1 {
			return e.ID, nil
		}
	}
	return "", fmt.Errorf("Home Assistant at %s is not paired with the stage %s: `hearthgate pair --home %[1]s` pairs it", h.URL, stage)
}

// refused returns the error of a page that shows one, or ended.
func (h Home) refused(f form) error {
	code := f.Reason
	for _, e := range f.Errors {
		code = e
	}
	if text, ok := problems[code]; ok {
		return fmt.Errorf("Home Assistant at %s is not paired: %s", h.URL, text)
	}
	return fmt.Errorf("Home Assistant at %s is not paired, and its page does not say why in words that this version knows (%.40q): update the integration and hearthgate to the same version", h.URL, code)
}

// call asks Home Assistant's API. The answer is decoded into out unless that is nil.
func (h Home) call(ctx context.Context, method, path string, in, out any) error {
	const atMost = 90 * time.Second // the page connects before it answers
	ctx, cancel := context.WithTimeout(ctx, atMost)
	defer cancel()
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	r, err := http.NewRequestWithContext(ctx, method, strings.TrimSuffix(h.URL, "/")+path, bytes.NewReader(body))
	if err != nil {
		return errors.New("the address of Home Assistant is not a web address: write it as http://homeassistant.local:8123")
	}
	r.Header.Set("Authorization", "Bearer "+h.Token)
	r.Header.Set("Content-Type", "application/json")
	client, err := homeclient.New("", false, nil)
	if err != nil {
		return err
	}
	defer client.CloseIdleConnections()
	res, err := client.Do(r)
	if err != nil {
		return fmt.Errorf("Home Assistant does not answer at %s: %w; check the address, and that this machine is in the same network", h.URL, reason(err))
	}
	defer res.Body.Close()
	switch res.StatusCode {
	case http.StatusUnauthorized:
		return errors.New("Home Assistant rejected the token (401): create a long-lived token at the end of your profile, below Security, and copy all of it")
	case http.StatusForbidden:
		return errors.New("Home Assistant does not let this token add integrations (403): create it as an administrator")
	case http.StatusNotFound:
		return fmt.Errorf("Home Assistant at %s does not know the integration (404): install it with `hearthgate pair --install`, and restart Home Assistant", h.URL)
	case http.StatusOK:
	default:
		return fmt.Errorf("Home Assistant at %s answers %d where it answers 200: check the address, and look into its log", h.URL, res.StatusCode)
	}
	if out == nil {
		return nil
	}
	const most = 1 << 20
	if err := json.NewDecoder(io.LimitReader(res.Body, most)).Decode(out); err != nil {
		return fmt.Errorf("what answers at %s is not Home Assistant: check the address", h.URL)
	}
	return nil
}

// reason returns the last of a chain of errors, which says why.
func reason(err error) error {
	if errors.Is(err, context.DeadlineExceeded) {
		return errors.New("no answer in 90 seconds")
	}
	for next := errors.Unwrap(err); next != nil; next = errors.Unwrap(err) {
		err = next
	}
	return err
}

// PairAt pairs the home over its API: it takes the line from there and brings the
// certificate. With renew the home has a certificate already; those before are ended once
// it has connected with the new one. What was made for a home that did not take it is ended
// again.
func (d Desk) PairAt(ctx context.Context, h Home, renew bool, progress func(string)) (Paired, error) {
	progress("asking " + h.URL + " for its signing request")
	flow, line, err := h.Begin(ctx, d.Stage.RelayName(), renew)
	if err != nil {
		return Paired{}, err
	}
	progress("having AWS make a certificate")
	p, err := d.Pair(ctx, line)
	if err != nil {
		h.Leave(ctx, flow)
		return p, err
	}
	progress("bringing it to Home Assistant, which connects to AWS")
	done, err := h.Finish(ctx, flow, p.Line)
	if err != nil {
		h.Leave(ctx, flow)
		return p, d.undo(ctx, p, err)
	}
	p.Done, p.title = true, done.Title
	if done.Elsewhere {
		progress("Alexa has entities of it by another way already: to keep exactly those, open hearthgate in Home Assistant, choose Configure, then Take entities over")
	}
	if !renew || len(p.Before) == 0 {
		return p, nil
	}
	progress("ending the certificate before")
	if _, err := d.Revoke(ctx, p.Before...); err != nil {
		return p, fmt.Errorf("the home has a new certificate, and the certificate before is not ended: %w", err)
	}
	p.Before = nil
	return p, nil
}

// undo ends a certificate that no home took.
func (d Desk) undo(ctx context.Context, p Paired, because error) error {
	const atMost = 15 * time.Second
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), atMost)
	defer cancel()
	if _, err := d.Revoke(ctx, p.Certificate); err != nil {
		return fmt.Errorf("%w. The certificate %s that was made for it is left: `hearthgate pair --stage %s --revoke %[2]s` ends it", because, Short(p.Certificate), p.Stage)
	}
	return because
}
