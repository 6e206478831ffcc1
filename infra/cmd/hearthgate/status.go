package main

import (
	"encoding/json"
	"fmt"
	"sort"
	"strings"

	"github.com/spf13/cobra"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/screen"
)

func (c *command) status() *cobra.Command {
	var w where
	cmd := &cobra.Command{
		Use:   "status",
		Short: "Say how the function is doing: its health report",
		Long: `status asks the deployed function of a stage, dev unless --stage says another, how it
is doing, gateway by gateway. It answers with what one of its processes has seen.
With --local, or with ` + config.EnvURL + ` set, it is one that starts on this
machine.`,
		Example: `  hearthgate status
  hearthgate status --stage prod --json`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if w == (where{}) && c.getenv(config.EnvURL) == "" {
				w.stage = "dev"
			}
			t, err := c.open(cmd.Context(), w)
			if err != nil {
				return err
			}
			defer t.Close()
			r, err := t.Operate(cmd.Context(), "lambda.status", nil)
			if err != nil {
				return err
			}
			if c.json || !r.Success {
				return c.response("lambda.status", r)
			}
			var report any
			if err := json.Unmarshal(r.Data, &report); err != nil {
				return fmt.Errorf("the report of %s cannot be read: %w", t.Where, err)
			}
			s := c.screen()
			s.Printf("%s\n", s.Bold(t.Where))
			outline(s, "  ", report)
			return nil
		},
	}
	w.flags(cmd)
	return cmd
}

// outline prints JSON as an indented list of names and values.
func outline(s *screen.Screen, indent string, v any) {
	object, ok := v.(map[string]any)
	if !ok {
		s.Printf("%s%v\n", indent, v)
		return
	}
	var names []string
	for name := range object {
		names = append(names, name)
	}
	sort.Slice(names, func(i, j int) bool { // plain values first
		_, a := object[names[i]].(map[string]any)
		_, b := object[names[j]].(map[string]any)
		return a != b && b || a == b && names[i] < names[j]
	})
	for _, name := range names {
		title := strings.ReplaceAll(name, "_", " ")
		switch value := object[name].(type) {
		case map[string]any:
			s.Printf("%s%s\n", indent, s.Bold(title))
			outline(s, indent+"  ", value)
		case []any:
			s.Printf("%s%s\n", indent, s.Bold(title))
			for _, item := range value {
				outline(s, indent+"  ", item)
			}
		default:
			s.Printf("%s%s %v\n", indent, s.Dim(fmt.Sprintf("%-20s", title)), value)
		}
	}
}
