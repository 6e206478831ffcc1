// Package security is the security gateway: who, what, and nothing leaks. It
// serves the others by refusing an input that fails its own Check.
//
//	operation            input              output
//	validate_request     RequestInput       RequestFacts
//	validate_token       TokenInput         TokenFacts
//	validate_input       InputInput         InputFacts
//	redact               RedactInput        Redacted
//	safe_error           ErrorInput         PublicError
//	authenticate         AuthenticateInput  Identity
//	authorize_directive  DirectiveInput     Decision
//	check_certificate    CertificateInput   CertificateFacts
//	rate                 RateInput          RateFacts
//	reset_rate           ResetRateInput     RateReset
//	encrypt              EncryptInput       Encrypted
//	decrypt              DecryptInput       Decrypted
//	status               core.None        Status
//
// Who may do what is the [Access] that the [Keeper] has. The application asks
// authenticate and authorize_directive on the way of every directive, whoever it
// comes from, when there is an allow-list and when there is a policy.
package security

import (
	"context"

	"github.com/hearthgate/hearthgate/function/core"
)

// Operations of the gateway.
var (
	// ValidateRequest refuses a body that no honest caller sends.
	ValidateRequest = core.Define[RequestInput, RequestFacts](core.Security, "validate_request",
		"Refuse a request that is too long, too deep, not UTF-8 or not JSON; return how long and deep it is.")

	// ValidateToken looks at a token from outside.
	ValidateToken = core.Define[TokenInput, TokenFacts](core.Security, "validate_token",
		"Return of what shape a token is and until when it says it is good; it is neither shown nor verified.")

	// ValidateInput looks at JSON text by text.
	ValidateInput = core.Define[InputInput, InputFacts](core.Security, "validate_input",
		"Refuse JSON that is too long or too deep, or has a text in it that is too long or has control characters; return what it is like.")

	// Redact returns a text without the secrets in it.
	Redact = core.Define[RedactInput, Redacted](core.Security, "redact",
		"Return a text with every secret in it replaced, found by the name of its field and by its shape.")

	// SafeError returns what may be shown of an error.
	SafeError = core.Define[ErrorInput, PublicError](core.Security, "safe_error",
		"Return what may be shown outside of an error: no secret, no address, no path, and nothing of an internal one.")

	// Authenticate says who asks.
	Authenticate = core.Define[AuthenticateInput, Identity](core.Security, "authenticate",
		"Return who asks and why they may: a custom skill by its id, or the user whom a linked account's token belongs to.").
		Failing(core.Forbidden, core.Unauthorized, core.Unreachable, core.Unavailable, core.RateLimited)

	// AuthorizeDirective says whether a directive is allowed.
	AuthorizeDirective = core.Define[DirectiveInput, Decision](core.Security, "authorize_directive",
		"Return which rule of the policy allows a directive, now or at another time; an error of kind forbidden names the rule that denies it.").
		Failing(core.Forbidden)

	// CheckCertificate looks at the certificate of a server.
	CheckCertificate = core.Define[CertificateInput, CertificateFacts](core.Security, "check_certificate",
		"Return the certificate that a server shows, how many days it is still good, and what is wrong with it or its chain.").
		Failing(core.Unreachable)

	// Rate takes tokens out of a bucket.
	Rate = core.Define[RateInput, RateFacts](core.Security, "rate",
		"Take tokens out of the bucket of a key and return how many are left; an error of kind rate_limited says when they will be there.").
		Failing(core.RateLimited)

	// ResetRate fills buckets.
	ResetRate = core.Define[ResetRateInput, RateReset](core.Security, "reset_rate",
		"Fill the bucket of a key, or all of them, and return how many there were.")

	// Encrypt encrypts a text.
	Encrypt = core.Define[EncryptInput, Encrypted](core.Security, "encrypt",
		"Return a text encrypted (AES-256-GCM) with a key that is made from the stored token.").
		Failing(core.NotFound)

	// Decrypt decrypts a text.
	Decrypt = core.Define[DecryptInput, Decrypted](core.Security, "decrypt",
		"Return the text that was encrypted, if the stored token and the context are the same.").
		Failing(core.NotFound)

	// GetStatus returns what was refused so far.
	GetStatus = core.Define[core.None, Status](core.Security, "status",
		"Return what was refused, denied by which rule, limited and redacted so far, and what is set: key, allow-list, policy.")
)

// Gateway returns [core.Security].
func (*Keeper) Gateway() core.Gateway { return core.Security }

// Bind binds the operations of the gateway to d.
func (k *Keeper) Bind(d *core.Dispatcher) {
	core.Handle(d, ValidateRequest, validateRequest)
	core.Handle(d, ValidateToken, checked(k, validateToken))
	core.Handle(d, ValidateInput, checked(k, validateInput))
	core.Handle(d, Redact, checked(k, k.redact))
	core.Handle(d, SafeError, checked(k, k.safeError))
	core.Handle(d, Authenticate, checked(k, k.authenticate))
	core.Handle(d, AuthorizeDirective, checked(k, k.authorizeDirective))
	core.Handle(d, CheckCertificate, checked(k, k.checkCertificate))
	core.Handle(d, Rate, checked(k, k.rate))
	core.Handle(d, ResetRate, k.resetRate)
	core.Handle(d, Encrypt, checked(k, k.encrypt))
	core.Handle(d, Decrypt, checked(k, k.decrypt))
	core.Handle(d, GetStatus, k.status)
}

// checked returns f, for an input that passes its own Check: the gateway's service
// has that done for every gateway but its own.
func checked[In Checked, Out any](k *Keeper, f func(context.Context, In) (Out, error)) func(context.Context, In) (Out, error) {
	return func(ctx context.Context, in In) (out Out, err error) {
		if err := k.check(in); err != nil {
			return out, err
		}
		return f(ctx, in)
	}
}
