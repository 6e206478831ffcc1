package simulator_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/config/relay"
	"github.com/hearthgate/hearthgate/infra/internal/awsaccount"
	"github.com/hearthgate/hearthgate/infra/internal/simulator"
	"github.com/hearthgate/hearthgate/infra/testkit/fakeaws"
)

// TestMonitoringOfARelay reads the graphs of a deployed home behind a relay, whose metric of
// being online has no dimension.
func TestMonitoringOfARelay(t *testing.T) {
	cloud := fakeaws.Start(fakeaws.Options{})
	defer cloud.Close()
	file := filepath.Join(t.TempDir(), "config")
	if err := os.WriteFile(file, []byte("[profile cabin]\n"+cloud.Profile()), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, value := range map[string]string{
		"AWS_CONFIG_FILE": file, "AWS_SHARED_CREDENTIALS_FILE": "/dev/null", "AWS_EC2_METADATA_DISABLED": "true",
		"AWS_ENDPOINT_URL": "", "AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "", "AWS_PROFILE": "",
	} {
		t.Setenv(name, value)
	}
	s := config.NewStage("cabin")
	s.Locale, s.Region, s.Connection, s.AWSProfile = "de-DE", "eu-west-1", config.Relay, "cabin"
	cloud.SetParameter(s.Region, fakeaws.Parameter{Name: "/hearthgate/cabin" + relay.EndpointParameter, Type: "String", Value: fakeaws.RelayHost(s.Region)})
	if err := cloud.Deploy(s.Region, config.StackName(s.Name), fakeaws.StageTemplate(s)); err != nil {
		t.Fatal(err)
	}
	account, err := new(awsaccount.Pool).Open(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	m, err := simulator.ReadMonitoring(t.Context(), account, s, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	var titles []string
	for _, g := range m.Charts {
		titles = append(titles, g.Title)
	}
	if !slices.Contains(titles, "Is the home connected? (a gap: no)") {
		t.Errorf("the graphs are %q", titles)
	}
	s.Connection = config.HTTPS
	https := simulator.MonitoringCost(s)
	s.Connection = config.Relay
	if relayed := simulator.MonitoringCost(s); relayed <= https {
		t.Errorf("asking costs %v with a relay, and %v without", relayed, https)
	}
}
