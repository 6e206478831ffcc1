// Package fakeaws is AWS on this machine: the part of it that the CDK CLI and
// hearthgate's own commands use, in memory, over HTTP.
//
// It creates every resource of a stack's template with its properties resolved, so
// that a test can read and change them. It rejects unknown types of resources and
// unknown calls. A deployed function can be invoked: localrun runs it.
//
// It is neither secure nor complete. The policies of stacks are kept and not enforced;
// use [Cloud.Deny] to have a call rejected, and [Cloud.Enforce] to have those rejected that
// the person has no right to.
package fakeaws

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"time"
)

// AccountID is the account that all credentials belong to, unless [Options] name another.
const AccountID = "111122223333"

// Options are what a Cloud is given.
type Options struct {
	// Binary returns what runs a function whose code is this zip: a program of this
	// machine and, if it needs one, the command in front of it. Default: functions
	// cannot be invoked.
	Binary func(ctx context.Context, zip []byte) (path string, prefix []string, err error)
	Env    []string // "NAME=value", more for functions, over what the stack gives them

	Account string // twelve digits; default: [AccountID]
}

// A Cloud is one account. Its methods may be called from several goroutines.
type Cloud struct {
	options Options
	account string // twelve digits
	server  *httptest.Server

	starting sync.Mutex // held while a function starts, before mu

	mu           sync.Mutex
	env          []string                           // guarded by mu; that of the options, or what took its place
	varied       map[string][]string                // guarded by mu; see Vary
	calls        []string                           // guarded by mu; "service.Action", oldest first
	callers      []string                           // guarded by mu; of the calls
	throttled    map[string]int                     // guarded by mu; how many calls more, by call
	denied       map[string]fault                   // guarded by mu; by call, or "*"
	stacks       map[string]*stack                  // guarded by mu; by name
	objects      map[string][]byte                  // guarded by mu; by "bucket/key"
	parameters   map[string]*Parameter              // guarded by mu; by "region" + name
	logs         map[string][]event                 // guarded by mu; by log group, in the order in which they came
	certificates map[string]*Certificate            // guarded by mu; of IoT Core, by id
	running      map[string]*runner                 // guarded by mu; by the function's ARN
	raised       map[string]bool                    // guarded by mu; alarms that are on, by name
	points       map[string][]float64               // guarded by mu; by the metric's name
	mails        []Mail                             // guarded by mu; that alarms sent, oldest first
	history      []happening                        // guarded by mu; of alarms, oldest first
	mutes        map[string]muteRule                // guarded by mu; by name
	withheld     map[string]string                  // guarded by mu; reasons of what was muted, by alarm
	ahead        time.Duration                      // guarded by mu; see Pass
	executions   []execution                        // guarded by mu; oldest first
	freeTier     FreeTier                           // guarded by mu
	paused       bool                               // guarded by mu; see Pause
	broken       map[string]string                  // guarded by mu; reasons by type of resource, see Break
	before       map[string]func()                  // guarded by mu; by call, see Before
	shifting     string                             // guarded by mu; see Shift
	rights       []Right                            // guarded by mu; what IAM asked of the calls, oldest first
	identity     string                             // guarded by mu; the ARN of the person's
	allowed      func(action, resource string) bool // guarded by mu; nil: everything is
}

// Start starts a cloud on a loopback port. Close it.
func Start(o Options) *Cloud {
	c := &Cloud{
		options: o, account: cmp.Or(o.Account, AccountID), env: o.Env, denied: map[string]fault{}, stacks: map[string]*stack{}, objects: map[string][]byte{},
		parameters: map[string]*Parameter{}, logs: map[string][]event{}, running: map[string]*runner{}, points: map[string][]float64{}, raised: map[string]bool{}, withheld: map[string]string{}, broken: map[string]string{}, before: map[string]func(){}, identity: owner,
	}
	c.server = httptest.NewServer(c)
	return c
}

// URL returns where it is: what AWS_ENDPOINT_URL is to say.
func (c *Cloud) URL() string { return c.server.URL }

// Close ends it and the functions that it runs.
func (c *Cloud) Close() {
	c.server.Close()
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, r := range c.running {
		r.close()
	}
}

// Environment returns what points the AWS tools here and at nothing else.
func (c *Cloud) Environment() []string {
	return []string{
		"AWS_ENDPOINT_URL=" + c.URL(), "AWS_ACCESS_KEY_ID=" + personKey, "AWS_SECRET_ACCESS_KEY=example", "AWS_SESSION_TOKEN=",
		"AWS_CONFIG_FILE=/dev/null", "AWS_SHARED_CREDENTIALS_FILE=/dev/null", "AWS_EC2_METADATA_DISABLED=true", "AWS_PROFILE=",
	}
}

// Profile returns the settings of a profile of ~/.aws/config whose calls come here.
func (c *Cloud) Profile() string {
	return "endpoint_url = " + c.URL() + "\naws_access_key_id = AKIAEXAMPLE\naws_secret_access_key = example\n"
}

// Deny has a call, such as "ssm.PutParameter", refused with this code; "*" is every
// call.
func (c *Cloud) Deny(call, code, message string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.denied[call] = fault{http.StatusBadRequest, code, message}
}

// Throttle has the next calls of a kind, so many, rejected because there are too many.
func (c *Cloud) Throttle(call string, calls int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.throttled == nil {
		c.throttled = map[string]int{}
	}
	c.throttled[call] = calls
}

// Allow takes back every Deny.
func (c *Cloud) Allow() {
	c.mu.Lock()
	defer c.mu.Unlock()
	clear(c.denied)
}

// Before has something happen before every answer to a call, such as "ssm.PutParameter";
// nil is nothing.
func (c *Cloud) Before(call string, happen func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.before[call] = happen
}

// Garble has a call, or "*", answered with a page that is not AWS's, until Allow.
func (c *Cloud) Garble(call string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.denied[call] = fault{status: http.StatusOK}
}

// Calls returns the calls that came so far, such as "ssm.PutParameter".
func (c *Cloud) Calls() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]string(nil), c.calls...)
}

// CallsBy returns the calls of [Person], [Role] or [Function] that came so far.
func (c *Cloud) CallsBy(who string) (calls []string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i, call := range c.calls {
		if c.callers[i] == who {
			calls = append(calls, call)
		}
	}
	return calls
}

// A fault is an error of AWS.
type fault struct {
	status  int
	code    string
	message string
}

func (f fault) Error() string { return f.code + ": " + f.message }

func bad(code, format string, args ...any) error {
	return fault{http.StatusBadRequest, code, fmt.Sprintf(format, args...)}
}

func missing(code, format string, args ...any) error {
	return fault{http.StatusNotFound, code, fmt.Sprintf(format, args...)}
}

// scope finds region and service in the credentials of a signed request.
var scope = regexp.MustCompile(`Credential=[^/]+/\d+/([^/]+)/([^/]+)/`)

// A call is one request, as the services read it.
type call struct {
	*http.Request
	region, service, action string
	body                    []byte
	form                    url.Values // of the services that speak Query
}

// ServeHTTP answers a call of AWS.
func (c *Cloud) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	// The SDK closes the body of a request as soon as it is answered. While the transport is
	// still at the body, as it can be on loopback, that closes the connection.
	time.Sleep(time.Millisecond)
	in := call{Request: r, body: body}
	if m := scope.FindStringSubmatch(r.Header.Get("Authorization")); m != nil {
		in.region, in.service = m[1], m[2]
	}
	switch target := r.Header.Get("X-Amz-Target"); {
	case target != "":
		_, in.action, _ = strings.Cut(target, ".")
	case strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded"):
		in.form, _ = url.ParseQuery(string(body))
		in.action = in.form.Get("Action")
	case strings.HasPrefix(r.URL.Path, "/service/"):
		in.action = r.URL.Path[strings.LastIndex(r.URL.Path, "/")+1:]
	default:
		in.action = c.rest(in)
	}
	name := in.service + "." + in.action
	c.mu.Lock()
	happen := c.before[name]
	c.mu.Unlock()
	if happen != nil {
		happen()
	}
	c.mu.Lock()
	c.calls, c.callers = append(c.calls, name), append(c.callers, caller(in))
	unauthorized := c.authorize(in)
	denied, no := c.denied[name]
	if c.throttled[name] > 0 {
		c.throttled[name]--
		denied, no = fault{http.StatusBadRequest, "ThrottlingException", "Rate exceeded"}, true
	}
	if !no {
		denied, no = c.denied["*"]
	}
	c.mu.Unlock()
	answer := c.services()[in.service]
	switch {
	case no && denied.code == "":
		w.Header().Set("Content-Type", "text/html")
		io.WriteString(w, "<!DOCTYPE html><html><p>Welcome to the hotel")
	case no:
		fail(w, in, denied)
	case unauthorized != nil:
		fail(w, in, unauthorized)
	case answer == nil:
		fail(w, in, bad("UnknownService", "no service %q here", in.service))
	default:
		answer(w, in)
	}
}

func (c *Cloud) services() map[string]func(http.ResponseWriter, call) {
	return map[string]func(http.ResponseWriter, call){
		"sts": c.sts, "cloudformation": c.cloudformation, "s3": c.s3, "ssm": c.ssm,
		"lambda": c.lambda, "logs": c.logsService, "sns": c.sns, "monitoring": c.monitoring, "freetier": c.freetier, "iam": c.iam, "cloudtrail": c.cloudtrail, "iot": c.iot,
	}
}
