package initialization_test

import (
	"testing"

	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/gateway/initialization"
)

func TestRefresh(t *testing.T) {
	env := map[string]string{"HOME_ASSISTANT_URL": "https://one.example.com", "HOME_ASSISTANT_TOKEN": "one"}
	var applied []string
	s := initialization.New(initialization.Options{
		Getenv: func(name string) string { return env[name] },
		Apply: func(s *initialization.Settings) error {
			applied = append(applied, s.URL)
			return nil
		},
	})
	d := core.NewDispatcher()
	initialization.Bind(d, s)
	refresh := func() (initialization.Status, error) {
		return core.Do(t.Context(), d, initialization.Refresh, initialization.RefreshInput{})
	}
	if status, err := refresh(); err != nil || !status.Ready || s.Settings().URL != "https://one.example.com" {
		t.Fatalf("the first time: %+v, %v", status, err)
	}
	env["HOME_ASSISTANT_URL"], env["HOME_ASSISTANT_TOKEN"] = "https://two.example.com", "two"
	if status, err := refresh(); err != nil || !status.Ready || s.Settings().URL != "https://two.example.com" || s.Settings().Token.Reveal() != "two" {
		t.Errorf("changed: %+v, %v", status, err)
	}
	env["HOME_ASSISTANT_URL"] = ""
	if _, err := refresh(); core.CauseOf(err) != "settings" {
		t.Errorf("wrong settings: %v", err)
	}
	if got := s.Settings(); got == nil || got.URL != "https://two.example.com" || applied[len(applied)-1] != got.URL {
		t.Errorf("wrong settings are in effect: %+v, applied %v", got, applied)
	}
}
