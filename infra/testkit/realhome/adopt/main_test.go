package main

import (
	"slices"
	"strings"
	"testing"
)

func TestComponents(t *testing.T) {
	got, err := components("../configuration.yaml", "../devices-2025.4.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"alexa", "conversation", "demo", "generic_thermostat", "http", "light", "manual", "template", "universal"} {
		if !slices.Contains(got, want) {
			t.Errorf("no %s in %q", want, got)
		}
	}
	if slices.Contains(got, "kitchen_light") {
		t.Errorf("a device is taken for a component: %q", got)
	}
}

func TestRelease(t *testing.T) {
	for _, release := range []string{"", "2026.12", "latest", "2026.12.0b1"} {
		if err := adopt(t.Context(), release, "3.14", "forky"); err == nil || !strings.Contains(err.Error(), "2026.12.0") {
			t.Errorf("%q: error %v, want an example of a release", release, err)
		}
	}
}
