package initialization_test

import (
	"maps"
	"reflect"
	"slices"
	"testing"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/gateway/initialization"
)

// TestFurtherHomeStandsAlone has the first home with every setting that a home has, and a
// further one with an address and a token alone: it has nothing of the first, whose second
// address would get its commands and its token.
func TestFurtherHomeStandsAlone(t *testing.T) {
	const pem = "-----BEGIN CERTIFICATE-----\\nAA==\\n-----END CERTIFICATE-----\\n-----BEGIN PRIVATE KEY-----\\nAA==\\n-----END PRIVATE KEY-----"
	cabin := map[string]string{
		config.EnvHomes: "cabin",
		config.HomeVariable(config.EnvURL, "cabin"):   "https://cabin.example.org",
		config.HomeVariable(config.EnvToken, "cabin"): "token-of-cabin",
	}
	https := map[string]string{
		config.EnvSecondURL: "https://second.example.org", config.EnvTimeout: "3", config.EnvVerifySSL: "false", config.EnvCA: "ca", config.EnvPins: "pin",
		config.EnvHeaders: `{"X-Service":"secret-header"}`, config.EnvClientCertificate: pem, config.EnvLabel: "in town", config.EnvAgent: "conversation.a",
		config.EnvPolicy: `[{"effect":"deny","name":"Unlock"}]`, config.EnvConfirm: "cover", config.EnvTokenSource: string(config.Stored),
	}
	relay := map[string]string{config.EnvURL: "", config.EnvToken: "", config.EnvConnection: string(config.Relay), config.EnvRelayEndpoint: "broker.example.org"}
	read := func(first map[string]string) (*initialization.Settings, *initialization.Settings) {
		env := maps.Clone(cabin)
		maps.Copy(env, first)
		l, d := loader(initialization.Options{}, env)
		if status, err := core.Do(t.Context(), d, initialization.Run, core.None{}); err != nil || status.Problem != "" {
			t.Fatal(status.Problem, err)
		}
		return l.Settings(), l.Settings().Homes[0]
	}
	plainFirst, plain := read(nil)
	ofHome := []string{"Label", "SecondURL", "Certificate", "Key", "Pins", "Headers", "Timeout", "VerifySSL", "CA", "Agent", "Policy", "Confirm"}
	for name, settings := range map[string]map[string]string{"https": https, "relay": relay} {
		first, got := read(settings)
		for i := range reflect.TypeFor[initialization.Settings]().NumField() {
			field := reflect.TypeFor[initialization.Settings]().Field(i)
			value := func(s *initialization.Settings) any { return reflect.ValueOf(s).Elem().Field(i).Interface() }
			switch {
			case !field.IsExported() || field.Name == "Homes":
			case name == "https" && slices.Contains(ofHome, field.Name) && reflect.DeepEqual(value(first), value(plainFirst)):
				t.Errorf("the first home has no %s of its own here, so that nothing is checked", field.Name)
			case !reflect.DeepEqual(value(got), value(plain)):
				t.Errorf("%s of a further home is %v beside a first home by %s, want %v", field.Name, value(got), name, value(plain))
			}
		}
	}
}
