// Package fakesmapi is Login with Amazon and Amazon's Skill Management API on this
// machine, in memory, over HTTP.
//
// It is as slow to agree with itself as Amazon's is: a skill that was created is unknown
// for a while, changes are made only after some questions for their status, and reads show
// the old state until then. Errors have the form of Amazon's. Amazon's own client and the
// description of the API that Amazon publishes are its judges.
package fakesmapi

import (
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/hearthgate/hearthgate/infra/testkit/testnet"
)

// The developer who exists from the start.
const (
	VendorID     = "M2CANARYVEND0R"
	ClientID     = "amzn1.application-oa2-client.0123456789abcdef0123456789abcdef"
	ClientSecret = "amzn1.oa2-cs.v1.canary-client-secret"
)

// Options are what a Service is like.
type Options struct {
	Vendors    []string // of the developer; default: VendorID
	ReturnURLs []string // of the security profile; default: every one on loopback

	Unknown int  // questions for which a new skill is unknown
	Slow    int  // questions for its status that a change takes
	Late    int  // questions for which the status is still that of the change before
	Rotate  bool // every refresh replaces the refresh token

	Deny             bool // the developer declines the consent
	NeedsEndpoint    bool // a skill cannot be created without an endpoint
	RefusesSmartHome bool // Smart Home skills cannot be enabled by the API

	// Invokable reports whether a skill may invoke an endpoint. Default: each may.
	Invokable func(endpoint, principal, skill string) bool
	// Broken is the locale whose interaction models fail to build. Default: none.
	Broken string
}

// A Service is Amazon. Its methods may be called from several goroutines.
type Service struct {
	mu        sync.Mutex
	options   Options            // guarded by mu
	skills    map[string]*skill  // guarded by mu; by id
	codes     map[string]consent // guarded by mu; by code
	refresh   map[string]bool    // guarded by mu; refresh tokens, true while they are valid
	access    map[string]bool    // guarded by mu; access tokens, true while they are valid
	faults    map[string]*Fault  // guarded by mu; by operation
	hooks     map[string]func()  // guarded by mu; by operation
	exchanges []Exchange         // guarded by mu; oldest first
	hung      chan struct{}      // closed at the end
	serial    int                // guarded by mu
}

// New returns a service. Close it.
func New(o Options) *Service {
	if o.Vendors == nil {
		o.Vendors = []string{VendorID}
	}
	return &Service{
		options: o, skills: map[string]*skill{}, codes: map[string]consent{}, refresh: map[string]bool{}, access: map[string]bool{},
		faults: map[string]*Fault{}, hooks: map[string]func(){}, hung: make(chan struct{}),
	}
}

// Close ends the answers that hang.
func (s *Service) Close() { close(s.hung) }

// Serve serves it under Amazon's host names, for the length of a test.
func Serve(t testing.TB, n *testnet.Internet, o Options) *Service {
	t.Helper()
	s := New(o)
	for _, host := range []string{"api.amazonalexa.com", "api.amazon.com", "www.amazon.com"} {
		n.Serve(t, host, s)
	}
	t.Cleanup(s.Close)
	return s
}

// Become changes what it is like from now on.
func (s *Service) Become(change func(*Options)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(&s.options)
}

// Login returns a refresh token, as a consent would have given.
func (s *Service) Login() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.newRefresh()
}

// Revoke ends all logins, as the developer can in their Amazon account.
func (s *Service) Revoke() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.refresh)
	clear(s.access)
}

// ExpireLocked ends the access tokens. It is for [Service.On].
func (s *Service) ExpireLocked() { clear(s.access) }

// Secrets returns every secret that it knows or gave out.
func (s *Service) Secrets() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := []string{ClientSecret, eventsSecret}
	for _, e := range s.exchanges {
		all = append(all, e.secrets...)
	}
	return all
}

// A Fault is an answer in place of the right one.
type Fault struct {
	Times  int    // that it is given; 0: until Mend
	Done   bool   // the call takes effect before
	Status int    // of the answer
	Type   string // of its body; default: application/json
	Header map[string]string
	Body   string
	Cut    bool // the connection ends in place of an answer
	Hang   bool // there is no answer
}

// Break gives a fault in answer to an operation, which is named as Amazon names it,
// without the version: "updateSkillManifest", or "token" and "authorize".
func (s *Service) Break(operation string, f Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults[operation] = &f
}

// On calls do, once, before the next answer to an operation.
func (s *Service) On(operation string, do func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hooks[operation] = do
}

// Mend takes every fault back.
func (s *Service) Mend() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.faults)
	clear(s.hooks)
}

// An Exchange is a request and the answer to it.
type Exchange struct {
	Operation string `json:"operation"`
	Method    string `json:"method"`
	Path      string `json:"path"`
	Query     string `json:"query"`
	Request   string `json:"request"`
	Status    int    `json:"status"`
	Answer    string `json:"answer"`
	Broken    bool   `json:"broken"` // by a fault
	secrets   []string
}

// Exchanges returns what was asked of the API for skills and answered, oldest first.
func (s *Service) Exchanges() []Exchange {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(s.exchanges), func(e Exchange) bool { return !strings.HasPrefix(e.Path, "/v1/") })
}

// Calls returns how often an operation was called.
func (s *Service) Calls(operation string) int {
	n := 0
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, e := range s.exchanges {
		if e.Operation == operation {
			n++
		}
	}
	return n
}

// Writes returns how often something of a skill was created, changed or deleted.
func (s *Service) Writes() int {
	n := 0
	for _, e := range s.Exchanges() {
		if e.Method != http.MethodGet {
			n++
		}
	}
	return n
}
