// Package relay is what both ends of the relay agree on: the function, and the integration
// in Home Assistant, which holds an outbound MQTT connection to AWS IoT Core. The stack, the
// commands and the tests take the same names from here; the integration's Python is compared
// with them by a test.
//
// The function publishes a [Request]. The home answers with one [Reply], preceded by an
// acknowledgement if the answer takes longer than [AckAfter]. Both are UTF-8 JSON with a
// quality of service of 0, so that nothing is delivered late or twice.
package relay

import (
	"encoding/json"
	"strings"
	"time"
)

// Protocol is the version of the messages. The home announces its own in its [Presence];
// an end that sees a higher one than its own uses its own. Since 2 a home repeats its
// presence, see [AnnounceEvery], and names its certificate in it.
const Protocol = 2

// RequestTopic returns the topic on which the home receives requests.
func RequestTopic(stage string) string { return prefix(stage) + "request" }

// ReplyTopic returns the topic on which one process of the function receives replies.
func ReplyTopic(stage, process string) string { return prefix(stage) + "response/" + process }

// PresenceTopic returns the topic with the retained [Presence] of the home.
func PresenceTopic(stage string) string { return prefix(stage) + "presence" }

// PresenceRule returns the name of the rule of AWS IoT Core that counts the presences in
// which the home is online, see [config.HomeOnline]. Such a name may have no hyphens, and
// those of further homes have an underscore.
func PresenceRule(stage string) string {
	return "hearthgate_" + strings.ReplaceAll(stage, "-", "__") + "_presence"
}

func prefix(stage string) string { return "hearthgate/" + stage + "/" }

// HomeClient returns the client id of the home's connection, which is the name of its thing
// and of its policy too.
func HomeClient(stage string) string { return "hearthgate-" + stage + "-home" }

// FunctionClient returns the client id of the connection of one process of the function.
func FunctionClient(stage, process string) string { return "hearthgate-" + stage + "-fn-" + process }

// AnyProcess stands for every process in a name that a policy allows.
const AnyProcess = "*"

// Limits of AWS IoT Core.
const (
	MaxMessage   = 128 << 10        // of a message's payload, in bytes
	MaxKeepAlive = 20 * time.Minute // between two packets of a client
)

// What both ends wait for.
const (
	AckAfter       = 300 * time.Millisecond // the home says that it works on a request that takes longer
	AnswerWithin   = time.Second            // plus the usual time of the line: without a reply or acknowledgement the home counts as unreachable
	RememberFor    = time.Minute            // the home answers a repeated id from memory
	RedialAfter    = time.Minute            // of silence: a connection that a router dropped looks alive
	CompressBeyond = 4 << 10                // bytes: a longer payload is gzipped, which its first byte shows
	AnnounceEvery  = 10 * time.Minute       // the home repeats its presence: an alarm tells by it that a home of which no one asks anything is still there
	CountTakeOvers = 10 * time.Minute       // how long the home counts a take-over in its presence
)

// A Kind says what a request asks for.
type Kind string

// The kinds of requests. A home answers any other kind with [NotKnown].
const (
	Directive    Kind = "directive"    // the body is a Smart Home message, as Alexa sent it
	Conversation Kind = "conversation" // the body is that of Home Assistant's /api/conversation/process
	Intent       Kind = "intent"       // the body is the custom skill's request, as Alexa sent it
	Check        Kind = "check"        // without a body; the reply's is a [State]
)

// A Request asks the home for something.
type Request struct {
	Kind   Kind            `json:"kind"`
	ID     string          `json:"id"`     // of the request, at most 64 characters
	Sent   int64           `json:"sent"`   // by the function's clock, in milliseconds since 1970
	Within int64           `json:"within"` // how long after Sent an answer is of use, in milliseconds; later the request must not be carried out
	Body   json.RawMessage `json:"body,omitempty"`
}

// A Reply answers a request.
type Reply struct {
	ID      string          `json:"id"` // of the request
	Status  Status          `json:"status"`
	Body    json.RawMessage `json:"body,omitempty"`    // of Done
	Problem string          `json:"problem,omitempty"` // what is wrong, for the owner; of any other status but Accepted
}

// A Status says how a request went. The numbers are those of HTTP for the same.
type Status int

// The statuses.
const (
	Done          Status = 200
	Accepted      Status = 202 // acknowledgement: the reply follows
	NotUnderstood Status = 400 // the body is not what the kind needs
	NotAllowed    Status = 403 // the integration's options exclude it
	NotKnown      Status = 404 // the kind, or what it needs is not set up in Home Assistant
	TooLate       Status = 410 // it came after its time and was not carried out
	TooLong       Status = 413 // the reply is longer than MaxMessage
	Failed        Status = 500 // Home Assistant failed; its log has why
	NotReady      Status = 503 // Home Assistant is starting, or shutting down
)

// A State is what a home says about itself.
type State struct {
	State         string `json:"state"`          // starting, online or offline
	Since         int64  `json:"since"`          // in milliseconds since 1970, by the home's clock
	Version       string `json:"version"`        // of the integration
	Protocol      int    `json:"protocol"`       // see [Protocol]
	HomeAssistant string `json:"home_assistant"` // its version
	Exposed       string `json:"exposed"`        // what Alexa may use: label, assist or all
	Endpoints     int    `json:"endpoints"`      // number of them; in the reply to a Check only

	Certificate string `json:"certificate,omitempty"` // with which it is connected: its id in AWS IoT Core, which is its SHA-256 in hexadecimal
	TakenOver   int    `json:"taken_over,omitempty"`  // how often, within CountTakeOvers, another client came with the home's id and ended its connection; 3 stand for more
}

// A Presence is the retained message that says whether the home is connected. The broker
// publishes the one with the state offline when the connection ends.
type Presence = State

// The states of a home.
const (
	Online   = "online"
	Starting = "starting" // Home Assistant is: its devices are not complete
	Offline  = "offline"
)

// The lines that pairing exchanges between a person's terminal and the integration. Each is
// one line of base64url behind its prefix, so that it survives a clipboard.
const (
	SigningRequestPrefix = "hgcsr1."  // then the certificate signing request, in DER
	PairingPrefix        = "hgpair1." // then a Pairing, in JSON
)

// A Pairing is what the integration needs to connect. Nothing in it is secret: the private
// key stays in the house.
type Pairing struct {
	Stage       string `json:"stage"`
	Endpoint    string `json:"endpoint"`       // host name of the broker
	Port        int    `json:"port,omitempty"` // default: 8883, and 443 if that is closed
	Certificate string `json:"certificate"`    // PEM, of the home
	Authority   string `json:"authority"`      // PEM, that signed the broker's certificate
}

// EndpointParameter is the name, below a stage's prefix, of the String with the host name of
// the account's broker; created by a command, which asks AWS for it.
const EndpointParameter = "/relay/endpoint"
