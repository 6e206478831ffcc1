package app

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/config"
)

// TestS8CutOff has a home say a secret wherever its words are cut off on the line: no
// part of it is left.
func TestS8CutOff(t *testing.T) {
	const secret = "4f9ac0ffee7e9d2b1a6c8f3054d7b6e9"
	for _, at := range []int{170, 190, 195, 270, 290, 295, 780, 795} {
		for name, answer := range map[string]string{
			"a refusal":    refusing("INTERNAL_ERROR", strings.Repeat("a ", at/2)+secret+strings.Repeat(" a", 200)),
			"no answer":    strings.Repeat("a ", at/2) + secret + strings.Repeat(" a", 200),
			"after a long": "Bearer " + strings.Repeat("x", at-8) + " " + secret + strings.Repeat(" a", 200),
		} {
			home, url := newLister(t)
			home.body.Store(&answer)
			app, out := started(t, url, map[string]string{config.EnvHeaders: `{"X-Service":"` + secret + `"}`})
			invoke(t, app, turnOn)
			if log := strings.Join(out.lines, ""); strings.Contains(log, secret[:4]) || !strings.Contains(log, `"success":false`) {
				t.Errorf("%s, %d: the log is %s", name, at, log)
			}
		}
	}
}

// TestS8Replies has a home say the secrets it was shown, and reads what operations and
// the schedule's doctor answer to who may invoke the function, and the log: no secret is
// in it.
func TestS8Replies(t *testing.T) {
	const token, header = "4f9ac0ffee7e9d2b1a6c", "7d1e9b7a3c8f2046e5b0"
	directive := strings.Replace(turnOn, `"token":"`+canary, `"token":"`+token, 1)
	events := map[string]string{"diagnosis": `{"operation":"lambda.diagnose"}`, "doctor": `{"detail-type":"Scheduled Event","detail":{"task":"doctor"}}`}
	for _, event := range []string{directive, said("GoodNight", token)} {
		for way, event := range ways(event) {
			events[way+event[:12]] = event
		}
	}
	for source, settings := range map[string]map[string]string{
		"stored": {config.EnvToken: token}, "linked": {config.EnvToken: "", config.EnvTokenSource: string(config.Linked)},
	} {
		for answer, format := range map[string]string{
			"a page":       "<html>you sent %s",
			"another name": `{"event":{"header":{"namespace":"A %[1]s","name":"B %[1]s","messageId":"r1","payloadVersion":"3"},"payload":{}}}`,
		} {
			home := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				switch {
				case r.URL.Path == "/api/":
					_, _ = io.WriteString(w, `{"message":"API running."}`)
				case r.Method == http.MethodGet:
					w.WriteHeader(http.StatusMethodNotAllowed)
				default:
					_, _ = fmt.Fprintf(w, format, strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")+" "+r.Header.Get("X-Service"))
				}
			}))
			defer home.Close()
			env := map[string]string{config.EnvHeaders: `{"X-Service":"` + header + `"}`, config.EnvSkillIDs: homeSkill}
			for k, v := range settings {
				env[k] = v
			}
			for name, event := range events {
				if answer == "another name" && !strings.HasPrefix(name, "d") { // which is the reply, and goes to Alexa as it is
					continue
				}
				app, out := started(t, home.URL, env)
				reply, err := app.Invoke(t.Context(), []byte(event))
				if text := string(reply) + strings.Join(out.lines, ""); err != nil || strings.Contains(text, token[:8]) || strings.Contains(text, header[:8]) {
					t.Errorf("%s, %s, %s: a secret is in %s, %v", source, answer, name, text, err)
				}
			}
		}
	}
}
