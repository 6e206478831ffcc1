package app

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/hearthgate/hearthgate/config"
)

// TestS5JudgedAsCarriedOut has locks denied, and tries to have Home Assistant read
// another directive, or another endpoint, than the policy does.
func TestS5JudgedAsCarriedOut(t *testing.T) {
	event := func(header, endpoint string) string {
		return `{"directive":{"header":{` + header + `,"payloadVersion":"3","messageId":"m"},"endpoint":{` + endpoint + `,"scope":{"type":"BearerToken","token":"t"}},"payload":{}}}`
	}
	const (
		unlock = `"namespace":"Alexa.LockController","name":"Unlock"`
		lock   = `"namespace":"Alexa.LockController","name":"Lock"`
		front  = `"endpointId":"lock#front_door"`
		back   = `"endpointId":"lock#back_door"`
	)
	byName, byEndpoint := `[{"effect":"deny","name":"Unlock"}]`, `[{"effect":"deny","endpoint":"lock.front_door"}]`
	for name, tt := range map[string]struct {
		policy, event string
		passes        bool
	}{
		"unlock":                    {byName, event(unlock, front), false},
		"lock":                      {byName, event(lock, front), true},
		"lock, and NAME":            {byName, event(lock+`,"NAME":"Unlock"`, front), true}, // which Home Assistant does not read
		"unlock, and NAME":          {byName, event(unlock+`,"NAME":"Lock"`, front), false},
		"twice, the last unlocks":   {byName, event(lock+`,"name":"Unlock"`, front), false},
		"twice, the first unlocks":  {byName, event(unlock+`,"name":"Lock"`, front), false},
		"twice, one with an escape": {byName, event(lock+`,"n\u0061me":"Unlock"`, front), false},
		"an escape":                 {byName, event(`"namespace":"Alexa.LockController","name":"Unl\u006fck"`, front), false},
		"two headers":               {byName, `{"directive":{"header":{` + lock + `,"payloadVersion":"3","messageId":"m"},"header":{` + unlock + `,"payloadVersion":"3","messageId":"m"},"endpoint":{` + front + `},"payload":{}}}`, false},
		"two directives":            {byName, strings.TrimSuffix(event(lock, front), "}") + `,` + strings.TrimPrefix(event(unlock, front), "{"), false},
		"front":                     {byEndpoint, event(lock, front), false},
		"back":                      {byEndpoint, event(lock, back), true},
		"front with a dot":          {byEndpoint, event(lock, `"endpointId":"lock.front_door"`), false},
		"front in capitals":         {byEndpoint, event(lock, `"endpointId":"Lock#FRONT_door"`), false},
		"front by escapes":          {byEndpoint, event(lock, `"endpointId":"lock\u0023front_door"`), false},
		"back, then front":          {byEndpoint, event(lock, back+`,`+front), false},
		"back, and ENDPOINTID":      {byEndpoint, event(lock, back+`,"ENDPOINTID":"lock#front_door"`), true},
		"front twice over":          {byEndpoint, `{"directive":{"header":{` + lock + `,"payloadVersion":"3","messageId":"m"},"endpoint":{` + back + `},"endpoint":{` + front + `},"payload":{}}}`, false},
	} {
		t.Run(name, func(t *testing.T) {
			var came atomic.Int32
			home := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.Method == http.MethodPost {
					came.Add(1)
				}
				_, _ = io.WriteString(w, handled)
			}))
			defer home.Close()
			app, _ := started(t, home.URL, map[string]string{config.EnvPolicy: tt.policy, config.EnvConfirm: "none"})
			b, err := app.Invoke(t.Context(), []byte(tt.event))
			if passed := came.Load() == 1; err != nil || passed != tt.passes {
				t.Errorf("it came home: %v, want %v: %s, %v", passed, tt.passes, b, err)
			}
		})
	}
}
