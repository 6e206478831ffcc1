package e2e_test

import (
	"crypto/tls"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/localrun/demohome"
	"github.com/hearthgate/hearthgate/infra/testkit/faultyhome"
)

// A fault is something that is broken on the way of a directive, and what is to
// come of it.
type fault struct {
	name string
	made func(*scene) // breaks it; called before the function starts

	told  string // the type of error that a command is answered with; "" when it is answered by the home
	cause string // on the line
	slow  bool   // the answer comes when the time is up
	unread

	renewed bool   // the home refuses it once, and is shown it again with a newer token
	once    bool   // what may be sent twice is answered all the same
	only    string // the one directive that it breaks, by its name; default: every one
}

// at returns the fault as the directive meets it.
func (f fault) at(d directive) fault {
	if question := d.name == "Discover" || d.name == "ReportState"; f.only != "" && f.only != d.name || f.once && question {
		return fault{}
	}
	return f
}

// unread says that the home cannot have read the directive, in whole.
type unread bool

// then returns a fault of a home that is up while the function starts and does
// this to the connection of the directive.
func then(name, told, cause string, b faultyhome.Behaviour) fault {
	return fault{name: name, told: told, cause: cause, made: func(s *scene) { s.home(faultyhome.Probed, nil); s.then = b }}
}

// early is then for one that ends before the directive is read.
func early(name, told, cause string, b faultyhome.Behaviour) fault {
	f := then(name, told, cause, b)
	f.unread = true
	return f
}

// answering returns a fault of a home that answers so.
func answering(name, told, cause string, status int, header, body string) fault {
	return then(name, told, cause, faultyhome.After(faultyhome.Say(faultyhome.Answer(status, header, body))))
}

// late returns the fault as one whose answer comes when the time is up.
func late(f fault) fault {
	f.slow = true
	return f
}

const (
	away     = "BRIDGE_UNREACHABLE"
	internal = "INTERNAL_ERROR"
	refused  = "INVALID_AUTHORIZATION_CREDENTIAL"
	plain    = "Content-Type: text/plain; charset=utf-8"
	html     = "Content-Type: text/html"
	inJSON   = "Content-Type: application/json"
)

// faults are those of the matrix.
func faults() (all []fault) {
	all = append(all, connectionFaults()...)
	all = append(all, tlsFaults()...)
	all = append(all, answerFaults()...)
	all = append(all, statusFaults()...)
	all = append(all, parameterFaults()...)
	all = append(all, panicFaults()...)
	all = append(all, deviousFaults()...)
	return append(all, ownFaults()...)
}

func connectionFaults() []fault {
	nobody := func(open func() (string, func(), error)) func(*scene) {
		return func(s *scene) {
			url, closed, err := open()
			s.fail(err)
			s.defers(closed)
			s.url = url
		}
	}
	return []fault{
		{name: "connection refused", told: away, cause: "refused", unread: true, made: nobody(faultyhome.Refusing)},
		{name: "connection never accepted", told: away, cause: "timeout", unread: true, slow: true, made: nobody(faultyhome.Unaccepting)},
		{name: "no such host", told: away, cause: "dns", unread: true, made: func(s *scene) {
			s.url = "http://" + strings.Repeat("x", 64) + ".test" // too long to be asked of anybody
		}},
		late(early("accepts and never reads", away, "timeout", faultyhome.Silent)),
		late(early("reads and never answers", away, "timeout", faultyhome.Deaf)),
		early("closes at once", away, "reset", faultyhome.Curt),
		early("resets at once", away, "reset", faultyhome.Rude),
		late(then("hangs after the request", away, "timeout", faultyhome.After(faultyhome.Hang))),
		then("closes after the request", away, "reset", faultyhome.After()),
		then("resets after the request", away, "reset", faultyhome.After(faultyhome.Reset)),
	}
}

func tlsFaults() (all []fault) {
	ca, err := faultyhome.NewCA()
	bad := func(name string, c faultyhome.Certificate, trusted bool) fault {
		return fault{name: name, told: away, cause: "tls", unread: true, made: func(s *scene) {
			s.fail(err)
			conf, err := ca.TLS(c)
			s.fail(err)
			if trusted {
				s.set(config.EnvCA, ca.PEM)
			}
			s.home(faultyhome.Probed, conf)
		}}
	}
	https := func(b faultyhome.Behaviour) func(*scene) {
		return func(s *scene) {
			s.home(b, nil)
			s.url = strings.Replace(s.url, "http:", "https:", 1)
		}
	}
	return []fault{
		bad("certificate of an unknown authority", faultyhome.Certificate{}, false),
		bad("certificate signed by itself", faultyhome.Certificate{Self: true}, true),
		bad("certificate expired", faultyhome.Certificate{Expired: true}, true),
		bad("certificate not yet valid", faultyhome.Certificate{Early: true}, true),
		bad("certificate of another host", faultyhome.Certificate{Host: "elsewhere.test"}, true),
		bad("TLS 1.1 at most", faultyhome.Certificate{Version: tls.VersionTLS11}, true),
		{name: "no TLS where https is expected", told: away, cause: "tls", unread: true, made: https(faultyhome.Probed)},
		{name: "closes in the handshake", told: away, cause: "tls", unread: true, made: https(faultyhome.Curt)},
		{name: "hangs in the handshake", told: away, cause: "timeout", unread: true, slow: true, made: https(faultyhome.Silent)},
	}
}

func parameterFaults() []fault {
	store := func(name string, slow bool, b faultyhome.Behaviour) fault {
		return fault{name: "parameters: " + name, told: internal, cause: "settings", slow: slow, unread: true, made: func(s *scene) {
			s.home(faultyhome.Probed, nil)
			s.store(b)
		}}
	}
	answers := func(status int, problem string) faultyhome.Behaviour {
		return faultyhome.Well(refusing(status, problem))
	}
	says := func(body string) faultyhome.Behaviour {
		return faultyhome.Well(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, body) }))
	}
	return []fault{
		store("denied", false, answers(400, "AccessDeniedException")),
		store("throttled", false, answers(400, "ThrottlingException")),
		store("broken", false, answers(500, "InternalServerError")),
		store("clock skewed", false, answers(400, "InvalidSignatureException")),
		store("missing", false, says(`{"Parameters":[],"InvalidParameters":["/a/token"]}`)),
		store("empty", false, says(`{}`)),
		store("not JSON", false, says(`<html>`)),
		store("resets", false, faultyhome.Rude),
		store("slow", true, faultyhome.Silent),
		{name: "parameters: the token is rotated", renewed: true, made: func(s *scene) {
			s.healthy()
			s.store(faultyhome.Well(rotating(s.token)))
		}},
		{name: "parameters: rotated, then refused", told: refused, cause: "unauthorized", renewed: true, made: func(s *scene) {
			s.home(faultyhome.Well(demohome.New("another")), nil)
			s.store(faultyhome.Well(rotating(s.token)))
		}},
	}
}

// rotating is a parameter store in which another token stands from the second time
// on that it is asked.
func rotating(token string) http.Handler {
	var asked atomic.Int32
	old := canaries.make("old")
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		value := token
		if asked.Add(1) == 1 {
			value = old
		}
		fmt.Fprintf(w, `{"Parameters":[{"Name":"/a/token","Type":"SecureString","Value":%q}]}`, value)
	})
}

// panicFaults has each gateway panic whenever it takes part in anything.
func panicFaults() (all []fault) {
	for _, gateway := range []string{"cache", "singleton", "security", "logging", "metrics", "http_client", "utility", "initialization", "lambda", "circuit_breaker"} {
		all = append(all, fault{name: "panic in " + gateway, told: internal, cause: "panic", unread: true, made: func(s *scene) {
			s.healthy()
			s.set("PANIC_IN", gateway)
			binary, err := planted()
			s.fail(err)
			s.binary = binary
		}})
	}
	return all
}

// stuck is a shell script that runs a program with a standard output that is full
// and that nobody reads.
const stuck = `mkfifo full && exec 3<>full && head -c 65536 /dev/zero >&3 && exec "$0" >&3`

func ownFaults() []fault {
	healthy := func(more func(*scene)) func(*scene) {
		return func(s *scene) {
			s.healthy()
			more(s)
		}
	}
	return []fault{
		{name: "none", made: func(s *scene) { s.healthy() }},
		{name: "no room in /tmp", made: healthy(func(s *scene) { s.set("TMPDIR", "/dev/null/none") })},
		{name: "the log is full", made: healthy(func(s *scene) { s.prefix = []string{"sh", "-c", `exec "$0" >/dev/full`}; s.mute = true })},
		{name: "nobody reads the log", made: healthy(func(s *scene) { s.prefix = []string{"sh", "-c", stuck}; s.mute = true })},
		{name: "no token", told: internal, cause: "settings", unread: true, made: healthy(func(s *scene) { s.set(config.EnvToken, "") })},
		{name: "no address", told: internal, cause: "settings", unread: true, made: func(*scene) {}},
		{name: "linked, without a token", told: refused, cause: "unauthorized", unread: true, made: healthy(func(s *scene) {
			s.set(config.EnvTokenSource, string(config.Linked))
			s.change = func(d directive) directive { return d.with("") }
		})},
		{name: "linked, with an expired token", told: "EXPIRED_AUTHORIZATION_CREDENTIAL", cause: "expired", made: func(s *scene) {
			answering("", "", "", 401, plain, "401: Unauthorized").made(s)
			s.set(config.EnvTokenSource, string(config.Linked))
			s.change = func(d directive) directive { return d.with(jwt(time.Now().Add(-time.Hour))) }
		}},
		{name: "circuit breaker open", told: away, cause: "breaker_open", unread: true, made: func(s *scene) {
			early("", "", "", faultyhome.Rude).made(s)
			s.before = 5
		}},
		{name: "half a second left", told: away, cause: "timeout", made: func(s *scene) {
			then("", "", "", faultyhome.After(faultyhome.Hang)).made(s)
			s.timeout = 500 * time.Millisecond
		}},
		{name: "Home Assistant has half a second", told: away, cause: "timeout", made: func(s *scene) {
			then("", "", "", faultyhome.After(faultyhome.Hang)).made(s)
			s.set(config.EnvTimeout, "0.5")
			s.timeout = 2 * time.Second
		}},
	}
}
