package security

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/hearthgate/hearthgate/function/core"
)

// The operations that a person runs by name.
var (
	ValidateRequest = core.Define[RequestInput, RequestResult](core.Security, "validate_request",
		"Reject a request that is too long, too deep, not UTF-8 or not JSON; return its length and depth.").Reading()
	ValidateToken = core.Define[TokenInput, TokenResult](core.Security, "validate_token",
		"Return the format of a token and when it says it expires; the token is neither shown nor verified.").Reading()
	ValidateInput = core.Define[ValidateInputRequest, InputResult](core.Security, "validate_input",
		"Reject JSON that is too long or too deep, or has a text that is too long or contains control characters; return its measures.").Reading()
	RedactText = core.Define[RedactInput, Redacted](core.Security, "redact",
		"Return a text with every secret in it replaced, found by the name of its field, by its shape, and by the values in effect.").Reading()
	SafeError = core.Define[ErrorInput, PublicError](core.Security, "safe_error",
		"Return the part of an error that may be shown outside: no secret, no address, no path, and nothing of an internal error.").Reading()
	CheckCertificate = core.Define[CertificateInput, CertificateResult](core.Security, "check_certificate",
		"Return the certificate of a server, the days until it expires, and what is wrong with it or its chain.").Reading().
		Failing(core.Unreachable)
	Rate = core.Define[RateInput, RateResult](core.Security, "rate",
		"Take tokens from the bucket of a key and return how many are left; an error of kind rate_limited says when there will be enough.").
		Failing(core.RateLimited)
	ResetRate = core.Define[ResetRateInput, RateReset](core.Security, "reset_rate",
		"Fill the bucket of a key, or all of them, and return how many there were.")
	Encrypt = core.Define[EncryptInput, Encrypted](core.Security, "encrypt",
		"Return a text encrypted (AES-256-GCM) with a key derived from the stored token.").
		Failing(core.NotFound)
	Decrypt = core.Define[DecryptInput, Decrypted](core.Security, "decrypt",
		"Return the text that was encrypted with the same stored token and context.").
		Failing(core.NotFound)
	GetStatus = core.Define[core.None, Status](core.Security, "status",
		"Return the numbers of refused inputs, denied directives, rate limits and redactions so far, and whether there is a key, an allow-list and a policy.").Reading()
)

func (a *Authorizer) bindOperator(d *core.Dispatcher) {
	core.Handle(d, ValidateRequest, validateRequest)
	core.Handle(d, ValidateToken, checked(a, validateToken))
	core.Handle(d, ValidateInput, checked(a, validateInput))
	core.Handle(d, RedactText, checked(a, a.redact))
	core.Handle(d, SafeError, checked(a, a.safeError))
	core.Handle(d, CheckCertificate, checked(a, a.checksCertificates(a.opts.Dial)))
	core.HandleByName(d, CheckCertificate, checked(a, a.checksCertificates(a.opts.ByName)))
	core.Handle(d, Rate, checked(a, a.rate))
	core.Handle(d, ResetRate, a.resetRate)
	core.Handle(d, Encrypt, checked(a, a.encrypt))
	core.Handle(d, Decrypt, checked(a, a.decrypt))
	core.Handle(d, GetStatus, a.status)
}

// A RedactInput is the input of [RedactText].
type RedactInput struct {
	Text string `json:"text" required:"true" doc:"JSON or any other text"`
}

// Check rejects an input without a text.
func (in RedactInput) Check() error { return require("text", in.Text) }

func require(field, value string) error {
	if value == "" {
		return errors.New("field " + field + " is missing")
	}
	return nil
}

// Redacted is a text without secrets.
type Redacted struct {
	Text  string `json:"text"`
	Found int    `json:"found" doc:"number of secrets that were replaced"`
}

func (a *Authorizer) redact(_ context.Context, in RedactInput) (Redacted, error) {
	text, n := a.opts.Redactor.Redact(in.Text)
	return Redacted{text, n}, nil
}

// An EncryptInput is the input of [Encrypt].
type EncryptInput struct {
	Text    string `json:"text" required:"true"`
	Context string `json:"context,omitempty" doc:"purpose of the text; not secret, and needed again to decrypt"`
}

// Check rejects an input without a text.
func (in EncryptInput) Check() error { return require("text", in.Text) }

// Encrypted is the output of [Encrypt].
type Encrypted struct {
	Sealed string `json:"sealed" doc:"base64url, different each time"`
}

func (a *Authorizer) encrypt(_ context.Context, in EncryptInput) (Encrypted, error) {
	b, err := a.opts.Sealer.Seal([]byte(in.Text), []byte(in.Context))
	return Encrypted{base64.RawURLEncoding.EncodeToString(b)}, err
}

// A DecryptInput is the input of [Decrypt].
type DecryptInput struct {
	Sealed  string `json:"sealed" required:"true" doc:"output of encrypt"`
	Context string `json:"context,omitempty" doc:"the one that it was encrypted with"`
}

// Check rejects what is not base64url.
func (in DecryptInput) Check() error {
	if err := require("sealed", in.Sealed); err != nil {
		return err
	}
	if _, err := base64.RawURLEncoding.DecodeString(in.Sealed); err != nil {
		return fmt.Errorf("field sealed is not base64url: %w", err)
	}
	return nil
}

// Decrypted is the output of [Decrypt].
type Decrypted struct {
	Text string `json:"text"`
}

func (a *Authorizer) decrypt(_ context.Context, in DecryptInput) (Decrypted, error) {
	b, _ := base64.RawURLEncoding.DecodeString(in.Sealed) // checked by Check
	text, err := a.opts.Sealer.Open(b, []byte(in.Context))
	return Decrypted{string(text)}, err
}

// A Status is the output of [GetStatus]. It counts since the process started.
type Status struct {
	Refused    int64       `json:"refused" doc:"inputs, skills, users and tokens that were refused"`
	Limited    int64       `json:"rate_limited" doc:"requests refused because a bucket was empty"`
	Denied     int64       `json:"denied" doc:"directives that the policy denied"`
	Rules      []RuleCount `json:"rules" doc:"of the policy, in their order"`
	Unmatched  []string    `json:"rules_that_never_matched,omitempty" doc:"since this process started; absent when each has"`
	Redactions int64       `json:"redactions" doc:"secrets that were replaced"`
	LookUps    int64       `json:"look_ups" doc:"users that were looked up at Amazon"`
	Unanswered int64       `json:"unanswered" doc:"of those, the number that Amazon did not answer"`
	Buckets    int         `json:"buckets" doc:"keys that have a rate"`
	Key        bool        `json:"key" doc:"whether there is a key to encrypt with"`
	Policy     bool        `json:"policy" doc:"whether there is a policy; without one every directive is allowed"`
	AllowList  int         `json:"allow_list" doc:"users that may command; 0 means everyone who linked the skill"`
	Skills     int         `json:"skills" doc:"custom skills that are admitted"`
}

// A RuleCount says how often one rule of the policy matched.
type RuleCount struct {
	Home    string `json:"home,omitempty" doc:"name of the further home whose policy has it; absent for the first home"`
	Rule    int    `json:"rule" doc:"its number, counted from 1"`
	Effect  string `json:"effect" doc:"deny or allow"`
	Reason  string `json:"reason,omitempty"`
	Denied  int64  `json:"denied" doc:"directives and conversations that it denied"`
	Allowed int64  `json:"allowed,omitempty" doc:"those that it allowed"`
}

func (a *Authorizer) status(context.Context, core.None) (Status, error) {
	s := Status{
		Refused: a.refused.Load(), Limited: a.limited.Load(), Rules: []RuleCount{}, Redactions: a.opts.Redactor.count.Load(),
		LookUps: a.lookups.Load(), Unanswered: a.unanswered.Load(), Buckets: a.buckets.len(), Key: a.opts.Sealer.key.Load() != nil,
	}
	if access := a.access.Load(); access != nil {
		s.AllowList, s.Skills = len(access.AllowedUsers), len(access.SkillIDs)
	}
	a.rules.Load().report(&s, "")
	if further := a.further.Load(); further != nil {
		for _, home := range slices.Sorted(maps.Keys(*further)) {
			(*further)[home].report(&s, home)
		}
	}
	return s, nil
}
