package main

import (
	"encoding/json"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/hearthgate/hearthgate/config"
)

// severalHomes synthesizes a stage with one home, and the same with two more: one by
// https, one with a relay.
var severalHomes = sync.OnceValue(func() (t [2]template) {
	s := config.NewStage("village")
	s.Locale, s.Region, s.URL = "en-US", "us-east-1", "https://home.example.com"
	t[0] = synthesized(s)["village"]
	cabin, office := config.NewHome(), config.NewHome()
	cabin.URL, cabin.SecretHeaders, office.Connection = "https://cabin.example.com", true, config.Relay
	s.Homes = config.Homes{"cabin": cabin, "office": office}
	t[1] = synthesized(s)["village"]
	return t
})

// TestSeveralHomesAdd checks that homes are added to a stage without a change of what the
// first one and the skill know it by.
func TestSeveralHomesAdd(t *testing.T) {
	one, three := severalHomes()[0], severalHomes()[1]
	for id, r := range one.Resources {
		if now, ok := three.Resources[id]; r.Type != "AWS::Lambda::Version" && (!ok || now.Type != r.Type) {
			t.Errorf("the %s %s is gone", r.Type, id)
		}
	}
	var more []string
	for id, r := range three.Resources {
		if _, ok := one.Resources[id]; !ok && r.Type != "AWS::Lambda::Version" {
			more = append(more, r.Type)
		}
	}
	slices.Sort(more)
	if want := slices.Sorted(slices.Values(append([]string{"AWS::CloudWatch::Alarm"}, relayResources...))); !slices.Equal(more, want) {
		t.Errorf("two homes add %v, want %v", more, want)
	}
	var outputs []string
	for name := range three.Outputs {
		if _, ok := one.Outputs[name]; !ok {
			outputs = append(outputs, name)
		}
	}
	slices.Sort(outputs)
	if want := []string{"HeadersParameterCabin", "TokenParameterCabin"}; !slices.Equal(outputs, want) {
		t.Errorf("two homes add the outputs %v, want %v", outputs, want)
	}
}

// TestSeveralHomesRights checks that the function may read the secrets of each home that has
// some, and use the relay of the one that has one, and nothing else.
func TestSeveralHomesRights(t *testing.T) {
	const path, topic = "parameter/hearthgate/village/", "topic/hearthgate/village_office/"
	text, err := json.Marshal(severalHomes()[1].of("AWS::IAM::Policy"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{
		path + "home-assistant/token", path + "homes/cabin/home-assistant/token", path + "homes/cabin/home-assistant/headers",
		topic + "request", topic + "response/*", topic + "presence", "client/hearthgate-village_office-fn-*",
	} {
		if !strings.Contains(string(text), name+`"`) {
			t.Errorf("the function may not use %s", name)
		}
	}
	for _, name := range []string{path + "home-assistant/headers", "homes/office/home-assistant", "hearthgate/village/request"} {
		if strings.Contains(string(text), name) {
			t.Errorf("the function may use %s, which it does not need", name)
		}
	}
}
