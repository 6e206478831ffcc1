package initialization_test

import (
	"context"
	"fmt"

	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/gateway/initialization"
)

// A start with a stage that the application adds.
func Example() {
	env := map[string]string{"HOME_ASSISTANT_URL": "https://home.example.org", "HOME_ASSISTANT_TOKEN": "a long-lived one", "DEBUG": "1"}
	start := initialization.New(initialization.Options{Getenv: func(name string) string { return env[name] }})
	d := core.NewDispatcher()
	d.Install(start)

	ctx := context.Background()
	order, _ := core.Do(ctx, d, initialization.AddStage, initialization.Dependency{
		Stage: "connections",
		After: []string{initialization.ParametersStage},
		Run: func(_ context.Context, s *initialization.Settings) error {
			fmt.Println("connecting to", s.URL, "with", s.Token)
			return nil
		},
	})
	fmt.Println(order.Stages)
	status, _ := core.Do(ctx, d, initialization.Run, core.None{})
	fmt.Println(status.Ready, status.Warnings)
	// Output:
	// [settings parameters connections]
	// connecting to https://home.example.org with [secret]
	// true [the variable DEBUG of the Lambda in Home Assistant's documentation still works, and its name is now LOG_LEVEL: A value makes the level debug.]
}
