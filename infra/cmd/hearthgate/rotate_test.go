package main_test

import (
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/infra/testkit/fakeaws"
)

// TestRotate has a rotation go wrong in each way: the token before is put back, or what is
// in place is said.
func TestRotate(t *testing.T) {
	o := newOwner(t)
	s := o.deployed()
	name := s.TokenParameterName()
	in := func(value string) {
		t.Helper()
		p := o.cloud.Parameter(s.Region, name)
		if p == nil || p.Value != value || p.Type != "SecureString" {
			t.Errorf("the parameter is %+v, want %q", p, value)
		}
	}
	works := func() {
		t.Helper()
		in(canary)
		o.sees(o.types("", "invoke", "turn-on", "--endpoint", "switch.outlet", "--stage", "dev"), 0, `"name": "Response"`)
	}
	o.sees(o.types(canary, "token", "--rotate"), 0, "version 2", "delete the old token in Home Assistant")
	works()

	t.Run("a token that the home rejects", func(t *testing.T) {
		o.sees(o.types("wrong", "token", "--rotate"), 1, "hearthgate: Home Assistant rejected the token (401)")
		in(canary)
		r := o.types("wrong", "token", "--rotate", "--offline")
		o.sees(r, 1, "hearthgate: the deployed function cannot use the new token: Home Assistant rejected the token (401)", ". The token before is in place again, version 4 of "+name+", and the function uses it")
		if strings.Contains(r.err, "no device") {
			t.Errorf("it names another cause: %s", r.err)
		}
		works()
	})
	t.Run("a function that cannot read it", func(t *testing.T) {
		o.cloud.Deny("ssm.GetParameters", "AccessDeniedException", "no")
		defer o.cloud.Allow()
		o.sees(o.types("another", "token", "--rotate", "--offline"), 1, "the function could not read it: ", "may not read", ". The token before is in place again, version 6", "the function was not asked to read it")
		in(canary)
	})
	t.Run("someone else at the same time", func(t *testing.T) {
		first := true
		o.cloud.Before("ssm.PutParameter", func() {
			if first {
				first = false
				o.cloud.SetParameter(s.Region, fakeaws.Parameter{Name: name, Type: "SecureString", Value: "theirs", Version: 7, Tags: map[string]string{}})
			}
		})
		o.sees(o.types(canary, "token", "--rotate"), 0, "version 8", "Someone else has stored a token at the same time, version 7, which is no longer used")
		o.cloud.Before("ssm.PutParameter", nil)
		works()
		o.cloud.Before("lambda.Invoke", func() {
			o.cloud.SetParameter(s.Region, fakeaws.Parameter{Name: name, Type: "SecureString", Value: "theirs", Version: 10, Tags: map[string]string{}})
		})
		o.sees(o.types("wrong", "token", "--rotate", "--offline"), 1, "Someone else has stored another token meanwhile, version 10 of "+name+", which is left as it is")
		o.cloud.Before("lambda.Invoke", nil)
		in("theirs")
		o.sees(o.types(canary, "token", "--rotate"), 0, "version 11")
	})
	t.Run("a token that cannot be put back", func(t *testing.T) {
		o.cloud.Before("lambda.Invoke", func() { o.cloud.Deny("ssm.PutParameter", "AccessDeniedException", "no") })
		o.sees(o.types("wrong", "token", "--rotate", "--offline"), 1, name+" still has the new token, version 12, because the one before could not be stored again", "does not allow", "`hearthgate token --stage dev` stores a good one")
		o.cloud.Before("lambda.Invoke", nil)
		o.cloud.Allow()
		o.sees(o.types(canary, "token", "--rotate"), 0, "version 13")
		works()
	})
	t.Run("a token that cannot be stored", func(t *testing.T) {
		o.cloud.Deny("ssm.PutParameter", "AccessDeniedException", "no")
		o.sees(o.types(canary, "token", "--rotate"), 1, "does not allow", "The token that was stored before is still in place")
		o.cloud.Allow()
		works()
	})
	t.Run("Ctrl-C in the middle", func(t *testing.T) {
		held := make(chan struct{})
		o.cloud.Before("lambda.Invoke", func() { <-held })
		term := o.sits(nil, "token", "--rotate", "--offline")
		term.Answer("Long-lived token", "wrong")
		term.Wait("checking that the deployed function can use")
		o.cloud.Before("lambda.Invoke", nil)
		term.Interrupt("checking that the deployed function can use")
		code, shown := term.End()
		close(held)
		if code != 130 || !strings.Contains(shown, "stopped: the token before is in place again, version 15 of "+name+", and the function uses it") {
			t.Errorf("code %d: %s", code, shown)
		}
		works()
	})
	t.Run("nothing before", func(t *testing.T) {
		o.cloud.SetParameter(s.Region, fakeaws.Parameter{Name: name})
		o.sees(o.types("wrong", "token", "--rotate", "--offline"), 1, name+" has the new token, version 1, because there was none before: `hearthgate token --stage dev` replaces it")
		o.sees(o.types(canary, "token", "--rotate"), 0, "version 2")
		works()
	})
	t.Run("nothing deployed", func(t *testing.T) {
		o.cloud.Edit("hearthgate-dev", "AWS::Lambda::Function", func(*fakeaws.Resource) bool { return false })
		o.sees(o.types("another", "token", "--rotate", "--offline"), 1, "nothing was stored: there is no deployed function", "without --rotate")
		in(canary)
	})
}
