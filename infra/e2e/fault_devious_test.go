package e2e_test

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/localrun/demohome"
	"github.com/hearthgate/hearthgate/infra/testkit/faultyhome"
)

// deviousFaults are those with which a home looks well at first.
func deviousFaults() []fault {
	hostile := func(name string, endpoints func() string) fault {
		return fault{name: "Discover: " + name, only: "Discover", told: internal, cause: "malformed", made: func(s *scene) {
			s.home(faultyhome.Well(discovering(demohome.New(s.token), endpoints())), nil)
		}}
	}
	return []fault{
		late(fault{name: "a router forgets the connection", made: func(s *scene) {
			const silence = 1500 * time.Millisecond
			s.home(faultyhome.Forgetful(demohome.New(s.token), silence), nil)
			s.before, s.pause = 1, 2200*time.Millisecond
		}}),
		late(fault{name: "slow sentences before", made: func(s *scene) {
			const slow = 1500 * time.Millisecond
			s.home(faultyhome.Well(thinking(demohome.New(s.token), slow)), nil)
			s.set(config.EnvTimeout, "1")
			s.set(config.EnvSkillIDs, skillID)
			for range 6 {
				s.events = append(s.events, intent("Sentence", "turn on the light").event())
			}
		}}),
		{name: "a key twice in the directive", told: "INVALID_DIRECTIVE", cause: "directive", unread: true, made: func(s *scene) {
			s.healthy()
			s.change = func(d directive) directive { d.twice = true; return d }
		}},
		hostile("1.5 million endpoints", func() string { return "[" + strings.Repeat("{},", 1_500_000) + "{}]" }),
		hostile("no list of endpoints", func() string { return "{}" }),
		beside("hangs", func(*scene) faultyhome.Behaviour { return faultyhome.Deaf }),
		beside("resets", func(*scene) faultyhome.Behaviour { return faultyhome.Rude }),
		beside("rejects its token", func(*scene) faultyhome.Behaviour {
			return faultyhome.After(faultyhome.Say(faultyhome.Answer(401, plain, "")))
		}),
		beside("offers too many devices", func(s *scene) faultyhome.Behaviour {
			return faultyhome.Well(discovering(demohome.New(s.token), "["+strings.Repeat("{},", 1_500_000)+"{}]"))
		}),
	}
}

// beside returns a fault of a further home, of which nothing is to be seen in what is for
// the first one, and in a discovery only that its own devices are missing.
func beside(name string, behaves func(*scene) faultyhome.Behaviour) fault {
	return fault{name: "another home " + name, made: func(s *scene) {
		s.healthy()
		h, err := faultyhome.New(behaves(s), nil)
		if err != nil {
			s.fail(err)
			return
		}
		s.defers(h.Close)
		s.set(config.EnvHomes, "cabin")
		for variable, value := range map[string]string{config.EnvURL: h.URL, config.EnvToken: s.token, config.EnvTimeout: "1"} {
			s.set(config.HomeVariable(variable, "cabin"), value)
		}
	}}
}

// discovering answers a Discover with these endpoints, and all else as home does.
func discovering(home http.Handler, endpoints string) http.Handler {
	answer := `{"event":{"header":{"namespace":"Alexa.Discovery","name":"Discover.Response","messageId":"r","payloadVersion":"3"},"payload":{"endpoints":` + endpoints + `}}}`
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(body))
		if bytes.Contains(body, []byte(`"Alexa.Discovery"`)) {
			io.WriteString(w, answer)
			return
		}
		home.ServeHTTP(w, r)
	})
}

// thinking takes its time over a sentence, and serves all else as home does.
func thinking(home http.Handler, slow time.Duration) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/api/conversation/") {
			time.Sleep(slow)
		}
		home.ServeHTTP(w, r)
	})
}
