// Package config is the contract between the stack and the function. It defines,
// once, every name that both use, and the stages.
//
// It imports the standard library only, so that the function's binary does not
// include the CDK.
package config

import (
	"strings"
	"time"
)

// Environment variables that the stack sets and the function reads.
const (
	EnvStage           = "STAGE"                            // the stage's name, for logs and metrics
	EnvLogLevel        = "LOG_LEVEL"                        // debug, info, warn or error
	EnvParameterPrefix = "PARAMETER_PREFIX"                 // path of the stage's parameters, "/hearthgate/prod"
	EnvURL             = "HOME_ASSISTANT_URL"               // of Home Assistant, without a path; takes precedence over the parameter
	EnvToken           = "HOME_ASSISTANT_TOKEN"             // a token in plain text, for local use only; takes precedence over the parameter
	EnvTokenParameter  = "HOME_ASSISTANT_TOKEN_PARAMETER"   // name of the SecureString with the token
	EnvTokenSource     = "HOME_ASSISTANT_TOKEN_SOURCE"      // a [TokenSource]
	EnvTimeout         = "HOME_ASSISTANT_TIMEOUT"           // of requests to Home Assistant, in seconds, "7" or "2.5"
	EnvVerifySSL       = "HOME_ASSISTANT_VERIFY_SSL"        // "false" accepts any certificate
	EnvCacheTable      = "HEARTHGATE_CACHE_TABLE"           // name of the DynamoDB table that is a level of the cache; default: none
	EnvCA              = "HOME_ASSISTANT_CA"                // PEM certificates to trust instead of the public ones
	EnvHeaders         = "HOME_ASSISTANT_HEADERS"           // JSON object of secret headers for the home, such as those of Cloudflare Access; local use only
	EnvHeadersParam    = "HOME_ASSISTANT_HEADERS_PARAMETER" // name of the SecureString with them; default: none
	EnvSecondURL       = "HOME_ASSISTANT_SECOND_URL"        // another address of the same Home Assistant, for when the first cannot be reached; default: none
	EnvPins            = "HOME_ASSISTANT_PINNED_KEYS"       // base64 of the SHA-256 of public keys, comma separated; default: any key

	EnvClientCertificate      = "HOME_ASSISTANT_CLIENT_CERTIFICATE"           // PEM of a client certificate and its key; local use only
	EnvClientCertificateParam = "HOME_ASSISTANT_CLIENT_CERTIFICATE_PARAMETER" // name of the SecureString with them; default: none

	EnvSkillIDs        = "ALEXA_SKILL_IDS"                   // of custom skills that may invoke the function, comma separated; default: none
	EnvAgent           = "HOME_ASSISTANT_CONVERSATION_AGENT" // id of the conversation agent for sentences; default: Home Assistant's default agent
	EnvAllowedUsers    = "ALLOWED_USERS"                     // Login with Amazon ids of the users who may send directives, comma separated; default: anyone who linked the skill
	EnvConfirm         = "DIRECTIVE_CONFIRM"                 // kinds of devices whose commands are confirmed, comma separated, or [ConfirmNone]; default: [DefaultConfirm]
	EnvBuild           = "HEARTHGATE_BUILD"                  // SHA-256 of the deployed program, which the doctor compares
	EnvPolicy          = "DIRECTIVE_POLICY"                  // JSON rules that deny or restrict directives; default: all directives are allowed
	EnvConversation    = "CONVERSATION_POLICY"               // allow or deny: whether the custom skill may use the home where no rule of the policy names it; default: it may if there is no policy
	EnvPause           = "HOME_PAUSE"                        // JSON of [Pauses]; a parameter has it
	EnvOperationsUntil = "OPERATIONS_UNTIL"                  // until when a deployed function runs operations that change something, at most [MaxOperations] ahead; a parameter has it
	EnvConnection      = "HEARTHGATE_CONNECTION"             // a [Connection]
	EnvRelayEndpoint   = "HEARTHGATE_RELAY_ENDPOINT"         // host, and port where it is not 443, of the broker of a relay
	EnvHomes           = "HEARTHGATE_HOMES"                  // names of further homes, comma separated, whose variables are those of [HomeVariable]; default: none
	EnvLabel           = "HOME_LABEL"                        // what is added to the name of a device that another home has too; default: a further home's name
	EnvAmazonClientID  = "LOGIN_WITH_AMAZON_CLIENT_ID"       // of the skill's account linking, whose tokens the allow-list accepts; default: tokens of any application
	EnvThreads         = "GOMAXPROCS"                        // threads that run Go code, which the Go runtime itself reads; default: one below [FullCPU], and as many as the machine has from there on
)

// FullCPU is the size of a function, in MB, from which Lambda gives it the time of a whole
// processor. Below it a second thread would only take turns with the first.
const FullCPU = 1769

// HomeVariable returns the name of an environment variable for a further home: of
// HOME_ASSISTANT_URL for cabin, HOME_ASSISTANT_URL__CABIN. "" is the first home, whose
// variables have nothing at their end.
func HomeVariable(name, home string) string {
	if home == "" {
		return name
	}
	return name + "__" + strings.ToUpper(home)
}

// A Connection is how directives get to the home.
type Connection string

// The connections.
const (
	HTTPS Connection = "https" // the function connects to the home's address; the default
	Relay Connection = "relay" // the home holds a connection to a broker, to which the function connects too
)

// LocalFunction is the name of a function on a person's own machine. No function of AWS
// can have it.
const LocalFunction = "hearthgate.local"

// MaxOperations is how long operations that change something are allowed at a time.
const MaxOperations = time.Hour

// A TokenSource is where the token for Home Assistant comes from.
type TokenSource string

// The token sources.
const (
	Stored TokenSource = "stored" // a long-lived token in a SecureString; the default
	Linked TokenSource = "linked" // the token of the directive, from account linking with Home Assistant
)

// Alias is the alias of the function that is the skill's endpoint.
const Alias = "live"

// ParameterPrefix returns the path of a stage's parameters.
func ParameterPrefix(stage string) string { return "/hearthgate/" + stage }

// Names of the parameters below a prefix.
const (
	URLParameter               = "/home-assistant/url"                // a String, read if the environment has no URL
	TokenParameter             = "/home-assistant/token"              // a SecureString; created by a command, never by the stack
	HeadersParameter           = "/home-assistant/headers"            // a SecureString; created by a command, never by the stack
	ClientCertificateParameter = "/home-assistant/client-certificate" // a SecureString with certificate and key; created by a command, never by the stack
	LoginParameter             = "/skill/login"                       // a SecureString with the owner's login for skill management; created by a command, never by the stack, and not readable by the function
	LogLevelParameter          = "/log-level"                         // a String, so that the level can change without a deployment
	HomesPath                  = "/homes/"                            // the parameters of further homes, each below its name

	// A String with the JSON of [Pauses]; created by a command, never by the stack.
	PauseParameter = "/pause"

	// A String with a time (RFC 3339), until which a deployed function runs operations that
	// change something; created by a command, never by the stack.
	OperationsParameter = "/operations-until"
)

// Attributes of an entry in the external cache's table. DynamoDB deletes expired
// entries itself, some hours later.
const (
	CacheTableKey     = "key"     // S, the entry's key
	CacheTableExpires = "expires" // N, when the entry expires, in seconds since 1970
)

// StackName returns the name of a stage's CloudFormation stack.
func StackName(stage string) string { return "hearthgate-" + stage }

// What a stage's field dashboards can say.
const (
	OwnDashboard    = "own"    // one for the stage alone
	SharedDashboard = "shared" // only the one of all homes
	NoDashboard     = "none"
)

// overview begins the names of the dashboards that stages share, and of no stage.
const overview = "overview"

// OverviewName returns the name of the dashboard that the stages of an account in a region
// share.
func OverviewName(region string) string { return StackName(overview) + "-" + region }

// FunctionName returns the name of a stage's function. It never changes, so that the
// ARN in the Alexa developer console stays valid when the function is replaced.
func FunctionName(stage string) string { return "hearthgate-" + stage }
