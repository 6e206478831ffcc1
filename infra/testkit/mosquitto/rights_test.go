package mosquitto

import (
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/infra/internal/localrun/broker"
)

// TestRights reads the policies of a stage's relay.
func TestRights(t *testing.T) {
	for name, tt := range map[string]struct {
		document []byte
		want     rights
	}{
		"home":     {broker.Options{}.HomePolicy("test"), rights{"hearthgate-test-home", "topic read hearthgate/test/request\ntopic write hearthgate/test/response/#\ntopic write hearthgate/test/presence\n"}},
		"function": {broker.Options{}.FunctionPolicy("test"), rights{"hearthgate-test-fn-", "topic write hearthgate/test/request\ntopic read hearthgate/test/response/#\ntopic read hearthgate/test/presence\n"}},
	} {
		if got, err := compile(tt.document); err != nil || got != tt.want {
			t.Errorf("the rights of the %s are %+v (%v), want %+v", name, got, err, tt.want)
		}
	}
}

// TestRightsRejects reads policies that Mosquitto would judge otherwise than AWS.
func TestRightsRejects(t *testing.T) {
	for name, tt := range map[string]struct{ effect, action, resource, want string }{
		"a denial":                {"Deny", "iot:Publish", "topic/x", "the effect Deny"},
		"any action":              {"Allow", "iot:*", "topic/x", "no right like iot:*"},
		"another kind":            {"Allow", "iot:Publish", "client/x", "no right like iot:Publish"},
		"in the middle":           {"Allow", "iot:Publish", "topic/a*b", "no pattern"},
		"the beginning of a word": {"Allow", "iot:Publish", "topic/a*", "no pattern"},
		"any character":           {"Allow", "iot:Receive", "topic/a?", "no pattern"},
		"a filter":                {"Allow", "iot:Receive", "topic/a/#", "no pattern"},
	} {
		document := `{"Statement":{"Effect":"` + tt.effect + `","Action":"` + tt.action + `","Resource":"arn:aws:iot:us-east-1:123456789012:` + tt.resource + `"}}`
		if got, err := compile([]byte(document)); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %+v, %v; want %q", name, got, err, tt.want)
		}
	}
	if _, err := compile([]byte("{")); err == nil {
		t.Error("what is no policy is accepted")
	}
}
