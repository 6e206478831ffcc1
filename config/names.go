// Package config is the contract between the stack and the function: every name
// that both must spell alike is spelled once, here, and so are the stages.
//
// It imports the standard library only, so that the function can use it without
// pulling the CDK into its binary.
package config

// Environment variables that the stack sets and the function reads.
const (
	EnvStage           = "STAGE"                             // the stage's name, for logs and metrics
	EnvLogLevel        = "LOG_LEVEL"                         // debug, info, warn or error
	EnvParameterPrefix = "PARAMETER_PREFIX"                  // where the stage's parameters are, "/hearthgate/prod"
	EnvURL             = "HOME_ASSISTANT_URL"                // of Home Assistant, without a path; wins over the parameter
	EnvToken           = "HOME_ASSISTANT_TOKEN"              // a token in clear, for local use only; wins over the parameter
	EnvTokenParameter  = "HOME_ASSISTANT_TOKEN_PARAMETER"    // name of the SecureString that holds the token
	EnvTokenSource     = "HOME_ASSISTANT_TOKEN_SOURCE"       // a [TokenSource]
	EnvTimeout         = "HOME_ASSISTANT_TIMEOUT"            // seconds that Home Assistant may take, "7" or "2.5"
	EnvVerifySSL       = "HOME_ASSISTANT_VERIFY_SSL"         // "false" accepts any certificate
	EnvCacheTable      = "HEARTHGATE_CACHE_TABLE"            // name of the DynamoDB table that the cache goes on in; default: none
	EnvCA              = "HOME_ASSISTANT_CA"                 // PEM certificates to trust instead of the public ones
	EnvHeaders         = "HOME_ASSISTANT_HEADERS"            // JSON object of secret headers for the home, such as those of Cloudflare Access; local use only
	EnvHeadersParam    = "HOME_ASSISTANT_HEADERS_PARAMETER"  // name of the SecureString that holds them; default: none
	EnvSkillIDs        = "ALEXA_SKILL_IDS"                   // of custom skills that may call, comma separated; default: none may
	EnvAgent           = "HOME_ASSISTANT_CONVERSATION_AGENT" // id of the conversation agent that understands sentences; default: Home Assistant's own choice
	EnvAllowedUsers    = "ALLOWED_USERS"                     // Login with Amazon user ids that may command, comma separated; default: whoever linked the skill
	EnvBuild           = "HEARTHGATE_BUILD"                  // SHA-256 of the deployed program, by which the doctor knows an old one
	EnvPolicy          = "DIRECTIVE_POLICY"                  // JSON rules that deny or restrict directives; default: all are allowed
)

// A TokenSource says where the token for Home Assistant comes from.
type TokenSource string

// The token sources.
const (
	Stored TokenSource = "stored" // a long-lived token in a SecureString; the default
	Linked TokenSource = "linked" // the directive's own, by account linking with Home Assistant
)

// Alias is the alias of the function that the skill's endpoint names.
const Alias = "live"

// ParameterPrefix returns the path below which a stage keeps its parameters.
func ParameterPrefix(stage string) string { return "/hearthgate/" + stage }

// Names of the parameters below a prefix.
const (
	URLParameter      = "/home-assistant/url"     // a String, read when the environment has no address
	TokenParameter    = "/home-assistant/token"   // a SecureString; made by a command, never by the stack
	HeadersParameter  = "/home-assistant/headers" // a SecureString; made by a command, never by the stack
	LogLevelParameter = "/log-level"              // a String, so that the level changes without a deployment
)

// Attributes of an entry in the external cache's table. DynamoDB deletes what has
// expired by itself, some hours later.
const (
	CacheTableKey     = "key"     // S, the entry's key
	CacheTableExpires = "expires" // N, when the entry ends, in seconds since 1970
)

// StackName returns the name of a stage's CloudFormation stack.
func StackName(stage string) string { return "hearthgate-" + stage }

// FunctionName returns the name of a stage's function. It is fixed, so that the
// ARN that the owner copied into the Alexa developer console stays good when the
// function is made anew.
func FunctionName(stage string) string { return "hearthgate-" + stage }
