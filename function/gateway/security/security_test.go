package security_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/gateway/security"
)

// bound returns a dispatcher with the operations of k.
func bound(k *security.Authorizer) *core.Dispatcher {
	d := core.NewDispatcher(k)
	return d
}

// keeper returns a Keeper with an access.
func authorizer(t testing.TB, a security.Access) *security.Authorizer {
	t.Helper()
	k := security.New(security.Options{})
	if err := k.Configure(a); err != nil {
		t.Fatal(err)
	}
	return k
}

// run returns what an operation answers to an input, as JSON, or "kind: error".
func run(t testing.TB, k *security.Authorizer, op, in string) string {
	t.Helper()
	out, err := core.Execute(t.Context(), bound(k), "security."+op, []byte(in))
	if err != nil {
		return core.KindOf(err).String() + ": " + err.Error()
	}
	return string(out)
}

// quoted returns a text in JSON.
func quoted(text string) string {
	b, _ := json.Marshal(text)
	return string(b)
}

// lists has an operation, inputs by what they are, and a part of what is answered.
type lists map[string]struct{ in, want string }

func (l lists) run(t *testing.T, k *security.Authorizer, op string) {
	for name, tt := range l {
		t.Run(name, func(t *testing.T) {
			if got := run(t, k, op, tt.in); !strings.Contains(got, tt.want) {
				t.Errorf("%s %.200s: got %.300s, want %s in it", op, tt.in, got, tt.want)
			}
		})
	}
}

// Example denies unlocking a door at night, and returns the part of an error that may
// be shown.
func Example() {
	k := security.New(security.Options{})
	err := k.Configure(security.Access{Policy: `[{
		"effect": "deny", "namespace": "Alexa.LockController", "name": "Unlock",
		"hours": ["22:00-06:00"], "time_zone": "Europe/Berlin", "reason": "no unlocking at night"
	}]`})
	if err != nil {
		fmt.Println(err)
		return
	}
	d := core.NewDispatcher(k)
	for _, at := range []string{"12:00", "23:00"} {
		_, err := core.Execute(context.Background(), d, "security.authorize_directive", fmt.Appendf(nil,
			`{"namespace": "Alexa.LockController", "name": "Unlock", "endpoint": "lock#front", "at": "2026-01-31T%s:00+01:00"}`, at))
		fmt.Println(at, err)
	}
	public, err := core.Do(context.Background(), d, security.SafeError, security.ErrorInput{
		Text: "https://home.example.org:8123 refused token=abc", Kind: "unreachable",
	})
	fmt.Println(public.Message, err)
	// Output:
	// 12:00 <nil>
	// 23:00 security.authorize_directive: rule 1 of the policy denies Alexa.LockController.Unlock (no unlocking at night): change the stage's policy to allow it
	// [address] refused token=[secret] <nil>
}
