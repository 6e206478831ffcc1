package core

// A Cause says in one stable word why something failed. Breakers, retries, pauses
// and the doctor decide by it, and the runbook has a line for each that an owner can
// meet. "" stands for the word of the error's [Kind].
type Cause string

// The home refused, or something in front of it did.
const (
	CauseUnauthorized     Cause = "unauthorized"      // the token is wrong or revoked
	CauseExpired          Cause = "expired"           // the token was good once
	CauseTokenPaused      Cause = "token_paused"      // the token was refused a moment ago and is not shown again yet
	CauseBanned           Cause = "banned"            // Home Assistant bans our address
	CauseForbidden        Cause = "forbidden"         // a proxy refuses
	CauseCloudflare       Cause = "cloudflare"        // a rule of Cloudflare refuses
	CauseCloudflareAccess Cause = "cloudflare_access" // Cloudflare Access asks for a login
	CauseBadRequest       Cause = "bad_request"       // Home Assistant does not trust its proxy
	CauseRefusedRequest   Cause = "refused_request"   // Home Assistant takes the request, not what is in it
	CauseTooLarge         Cause = "too_large"         // the request is longer than the far side takes
	CauseRateLimited      Cause = "rate_limited"      // too many requests
)

// The home answered otherwise than Home Assistant does when all is well.
const (
	CauseNotConfigured     Cause = "not_configured"     // `alexa: smart_home:` is missing
	CauseStarting          Cause = "starting"           // Home Assistant is not ready yet
	CauseShuttingDown      Cause = "shutting_down"      // Home Assistant ends
	CauseBadGateway        Cause = "bad_gateway"        // a proxy answers, Home Assistant behind it does not
	CauseServerError       Cause = "server_error"       // Home Assistant failed at the request
	CauseDeviceUnreachable Cause = "device_unreachable" // Home Assistant does not reach the device
	CauseRedirect          Cause = "redirect"           // the address leads elsewhere
	CauseUnexpectedStatus  Cause = "unexpected_status"  // a status that Home Assistant does not use
	CauseNotHomeAssistant  Cause = "not_home_assistant" // something else answers
	CauseMalformed         Cause = "malformed"          // the answer cannot be read
	CauseMixedUp           Cause = "mixed_up"           // the answer belongs to another directive
	CauseOversized         Cause = "oversized"          // the answer is longer than can be taken
	CauseNoEndpoints       Cause = "no_endpoints"       // a discovery without a device
	CauseLimits            Cause = "limits"             // Alexa takes none of the devices
)

// The far side was not reached.
const (
	CauseTimeout      Cause = "timeout"       // no answer in time
	CauseStillWorking Cause = "still_working" // no answer in time to what the home has received and may yet do
	CauseDNS          Cause = "dns"           // the name has no address
	CauseOnlyIPv6     Cause = "only_ipv6"     // the name has no IPv4 address
	CauseRefused      Cause = "refused"       // nothing listens
	CauseNoRoute      Cause = "no_route"      // no connection can be made
	CauseReset        Cause = "reset"         // the connection broke
	CauseProtocol     Cause = "protocol"      // the far side speaks no HTTP
	CauseTLS          Cause = "tls"           // the handshake failed
	CauseNoTLS        Cause = "no_tls"        // the far side speaks no TLS
	CauseNoConnection Cause = "no_connection" // none could be made for a check
	CauseNoAnswer     Cause = "no_answer"     // the far side said nothing usable
	CauseBreakerOpen  Cause = "breaker_open"  // the circuit breaker is open
	CauseHomeOffline  Cause = "home_offline"  // Home Assistant is not connected to the relay
	CauseSlow         Cause = "slow"          // it answered, too slowly
)

// A certificate is not good, or soon will not be.
const (
	CauseTLSVersion          Cause = "tls_version"
	CauseSelfSigned          Cause = "self_signed"
	CauseMissingIntermediate Cause = "missing_intermediate"
	CauseUnknownAuthority    Cause = "unknown_authority"
	CauseWrongHost           Cause = "wrong_host"
	CauseNotYetValid         Cause = "not_yet_valid"
	CauseExpiredCertificate  Cause = "expired_certificate"
	CauseCertificateEnds     Cause = "certificate_ends" // good, and not for long

	CauseClientCertificate Cause = "client_certificate" // the server asks for ours, and does not accept it
)

// Someone may not.
const (
	CauseIdentity         Cause = "identity"          // Login with Amazon did not say whose token it is
	CauseUnknownToken     Cause = "unknown_token"     // Login with Amazon does not know it
	CauseOtherApplication Cause = "other_application" // the token was given to another application
	CauseUnknownUser      Cause = "unknown_user"      // not on the allow-list
	CauseUnknownSkill     Cause = "unknown_skill"     // not one of the stage's
	CausePolicy           Cause = "policy"            // the owner's policy denies it
	CausePaused           Cause = "paused"            // the owner works on the home
	CauseDenied           Cause = "denied"            // AWS denies access to the function
	CauseThrottled        Cause = "throttled"         // the table of the external cache is busy
	CauseNotAllowed       Cause = "not_allowed"       // not in this stage
)

// The function itself, its settings or its input.
const (
	CausePanic     Cause = "panic"    // a bug
	CauseSettings  Cause = "settings" // missing or wrong
	CauseUnwired   Cause = "unwired"  // the application answers no such thing
	CauseUnbound   Cause = "unbound"  // the operation has no implementation
	CauseInput     Cause = "input"    // of an operation
	CauseEvent     Cause = "event"    // it is of no kind
	CauseDirective Cause = "directive"
	CauseRequest   Cause = "request" // of a custom skill
	CauseScheduled Cause = "scheduled"
	CauseSession   Cause = "session" // of a custom skill: Alexa did not take a reply
	CauseNested    Cause = "nested"  // operations that run operations, too deep
	CauseGone      Cause = "gone"    // the older system had it
	CauseGoOnly    Cause = "go_only" // only Go code can call it

	CauseUnknownOperation Cause = "unknown_operation"
)

// An operation that a person runs by its name.
const (
	CauseUnknownKey       Cause = "unknown_key"
	CauseUnknownMetric    Cause = "unknown_metric"
	CauseUnknownBreaker   Cause = "unknown_breaker"
	CauseTooManyBreakers  Cause = "too_many_breakers"
	CauseTooManyInstances Cause = "too_many_things"
	CauseExists           Cause = "exists"
	CauseFailed           Cause = "failed"
	CauseStage            Cause = "stage" // of the start
	CauseNotKept          Cause = "not_kept"
	CauseNotCached        Cause = "not_cached"
	CauseNoLevel          Cause = "no_level"
	CauseNoTable          Cause = "no_table"
	CauseNoKey            Cause = "no_key"
	CauseNotSealed        Cause = "not_sealed"
	CauseOtherKey         Cause = "other_key"
	CauseSnapshot         Cause = "snapshot"
	CauseCounted          Cause = "counted"
	CauseKind             Cause = "kind"
	CauseUnit             Cause = "unit"
	CauseNames            Cause = "names"
	CauseNoValues         Cause = "no_values"
	CauseRecord           Cause = "record"
	CauseNoRecord         Cause = "no_record"
	CauseLog              Cause = "log"
	CauseCost             Cause = "cost"
	CauseInGoOnly         Cause = "in_go_only"
)
