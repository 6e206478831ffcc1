package broker_test

import (
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/config/relay"
	"github.com/hearthgate/hearthgate/infra/internal/localrun/broker"
	"github.com/hearthgate/hearthgate/infra/internal/localrun/relayagent"
)

// TestPolicies reads documents that this broker understands, and refuses others.
func TestPolicies(t *testing.T) {
	for name, tt := range map[string]struct{ document, wrong string }{
		"one statement":  {`{"Statement":{"Effect":"Allow","Action":"iot:Connect","Resource":"*"}}`, ""},
		"lists":          {`{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":["iot:*"],"Resource":["a","b"]}]}`, ""},
		"not JSON":       {`{`, "cannot be read"},
		"no effect":      {`{"Statement":[{"Action":"iot:Connect","Resource":"*"}]}`, "effect"},
		"a condition":    {`{"Statement":[{"Effect":"Allow","Action":"iot:Connect","Resource":"*","Condition":{"Bool":{"a":"b"}}}]}`, "Condition"},
		"all but one":    {`{"Statement":[{"Effect":"Allow","NotAction":"iot:Connect","Resource":"*"}]}`, "NotAction"},
		"a variable":     {`{"Statement":[{"Effect":"Allow","Action":"iot:Connect","Resource":"${iot:ClientId}"}]}`, "variable"},
		"no resource":    {`{"Statement":[{"Effect":"Allow","Action":"iot:Connect"}]}`, "lacks"},
		"another's type": {`{"Statement":[{"Effect":"Allow","Action":7,"Resource":"*"}]}`, "cannot be read"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := broker.ParsePolicy([]byte(tt.document))
			if (err == nil) != (tt.wrong == "") || err != nil && !strings.Contains(err.Error(), tt.wrong) {
				t.Errorf("error %v, want %q", err, tt.wrong)
			}
		})
	}
}

// TestHomePolicy sees what a home may do with each right taken away, and with what is
// denied or too wide.
func TestHomePolicy(t *testing.T) {
	b, err := broker.Start(broker.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	whole := string(b.HomePolicy("test"))
	without := func(action string) string { return strings.ReplaceAll(whole, `"`+action+`"`, `"iot:Nothing"`) }
	for name, tt := range map[string]struct {
		policy  string
		refused string // in the error; "" if the home is let in
		asked   string // the action that was denied; "" for none
	}{
		"whole":               {whole, "", ""},
		"no Connect":          {without("iot:Connect"), "refused with reason 135", "iot:Connect"},
		"no Subscribe":        {without("iot:Subscribe"), "refused with reason", "iot:Subscribe"},
		"no Publish":          {without("iot:Publish"), "", "iot:Publish"},
		"no RetainPublish":    {without("iot:RetainPublish"), "", "iot:RetainPublish"},
		"another's name":      {strings.ReplaceAll(whole, "hearthgate-test-home", "hearthgate-other-home"), "reason 135", "iot:Connect"},
		"another account":     {strings.ReplaceAll(whole, "123456789012", "210987654321"), "reason 135", "iot:Connect"},
		"denied all the same": {strings.Replace(whole, `"Statement":[`, `"Statement":[{"Effect":"Deny","Action":"iot:Conn*","Resource":"*"},`, 1), "reason 135", "iot:Connect"},
		"by question marks":   {strings.ReplaceAll(whole, "hearthgate-test-home", "hearthgate-????-home"), "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			key, request, err := broker.Request("hearthgate")
			if err != nil {
				t.Fatal(err)
			}
			c, err := b.Sign(request, []byte(tt.policy))
			if err != nil {
				t.Fatal(err)
			}
			s, err := b.Stage("test")
			if err != nil {
				t.Fatal(err)
			}
			s.Pairing.Certificate = c.PEM
			a, err := relayagent.Start(t.Context(), relayagent.Options{Pairing: s.Pairing, Key: key, Home: relayagent.Behind{}})
			if (err == nil) != (tt.refused == "") || err != nil && !strings.Contains(err.Error(), tt.refused) {
				t.Fatalf("error %v, want %q", err, tt.refused)
			}
			if a != nil {
				defer a.Cut()
				if tt.asked != "" {
					<-a.Done() // the broker ends the connection of a client that may not publish
				}
			}
			denied := ""
			for _, r := range b.Rights() {
				if r.By == "certificate "+c.ID[:8] && !r.Allowed {
					denied = r.Action
				}
			}
			if denied != tt.asked {
				t.Errorf("denied %q, want %q", denied, tt.asked)
			}
		})
	}
}

// TestCertificates sees that only certificates that the broker has signed let a home in.
func TestCertificates(t *testing.T) {
	b, err := broker.Start(broker.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	other, err := broker.Start(broker.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	mine, err := b.Stage("test")
	if err != nil {
		t.Fatal(err)
	}
	theirs, err := other.Stage("test")
	if err != nil {
		t.Fatal(err)
	}
	foreign := mine.Pairing
	foreign.Certificate = theirs.Pairing.Certificate
	if a, err := relayagent.Start(t.Context(), relayagent.Options{Pairing: foreign, Key: theirs.Key, Home: relayagent.Behind{}}); err == nil {
		a.Cut()
		t.Error("a certificate of another authority lets a home in")
	}
	a, err := relayagent.Start(t.Context(), relayagent.Options{Pairing: mine.Pairing, Key: mine.Key, Home: relayagent.Behind{}})
	if err != nil {
		t.Fatal(err)
	}
	defer a.Cut()
	b.Revoke(mine.Certificate.ID)
	<-a.Done()
	if a, err := relayagent.Start(t.Context(), relayagent.Options{Pairing: mine.Pairing, Key: mine.Key, Home: relayagent.Behind{}}); err == nil {
		a.Cut()
		t.Error("a certificate that was revoked lets a home in")
	}
}

// TestTakeOver has homes take each other's place: the last one is connected and subscribed.
func TestTakeOver(t *testing.T) {
	b, err := broker.Start(broker.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	s, err := b.Stage("test")
	if err != nil {
		t.Fatal(err)
	}
	var last *relayagent.Agent
	for range 100 {
		a, err := relayagent.Start(t.Context(), relayagent.Options{Pairing: s.Pairing, Key: s.Key, Home: relayagent.Behind{}})
		if err != nil {
			t.Fatal(err)
		}
		defer a.Cut()
		if last != nil {
			<-last.Done()
		}
		if n := b.Subscribers(relay.RequestTopic("test")); n != 1 {
			t.Fatalf("%d clients are subscribed", n)
		}
		last = a
	}
}
