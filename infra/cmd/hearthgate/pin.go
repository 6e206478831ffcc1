package main

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/project"
	"github.com/hearthgate/hearthgate/infra/internal/setup"
)

// pinFlags are the flags of the command.
type pinFlags struct {
	stage string
	set   bool
	also  []string
}

func (c *command) pin() *cobra.Command {
	var f pinFlags
	cmd := &cobra.Command{
		Use:   "pin",
		Short: "Show the public keys of the home, and pin them",
		Long: `pin connects to the home and shows the public key of each certificate that it sends: its
own, and those of the authorities that signed it. With --set it writes the home's own key
into the stage, as pinnedKeys. After the next deployment the function sends nothing to a
server without a pinned key, even if its certificate is good.

A home that gets a new key is not reached until that is pinned. So pin the next key too:
--also FILE adds the key of a certificate, a signing request or a key, in PEM; or keep the
key when you renew the certificate (certbot --reuse-key); or pin the key of your authority.`,
		Example: `  hearthgate pin
  hearthgate pin --set --also next-key.pem
  hearthgate pin --stage prod/cabin --set`,
		Args: takes(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error { return c.runPin(cmd.Context(), f) },
	}
	homeFlag(cmd, &f.stage)
	cmd.Flags().BoolVar(&f.set, "set", false, "write the home's own key, and those of --also, into the stage")
	cmd.Flags().StringArrayVar(&f.also, "also", nil, "a `file` whose key is pinned too; may be given more than once")
	return cmd
}

func (c *command) runPin(ctx context.Context, f pinFlags) error {
	s, err := project.Home(f.stage)
	switch {
	case err != nil:
		return err
	case s.HasRelay():
		return fmt.Errorf("%s has a relay, and the function connects to AWS alone: there is no key to pin", s.FullName())
	}
	c.progress("connecting to " + s.URL)
	shown, err := setup.HomeWith(s, nil).ShownKeys(ctx)
	if err != nil {
		return err
	}
	keys := setup.Keys{Stage: s.FullName(), Keys: shown}
	pins := []string{shown[0].Pin}
	for _, file := range f.also {
		text, err := readFile("key", file)
		if err != nil {
			return err
		}
		key, err := setup.FileKey(file, []byte(text))
		if err != nil {
			return err
		}
		keys.Keys = append(keys.Keys, key)
		pins = append(pins, key.Pin)
	}
	if !f.set {
		keys.Compare(s.PinnedKeys)
		c.show(keys)
		return nil
	}
	value, _ := json.Marshal(slices.Compact(pins)) // texts: cannot fail
	folder, err := project.Stages()
	if err != nil {
		return err
	}
	field := s.Path("pinnedKeys")
	if _, err := setup.Edit(folder, s.Name, field, func(s *config.Stage) error { return setup.SetField(s, field, string(value)) }); err != nil {
		return err
	}
	keys.Compare(pins)
	keys.Next = "hearthgate deploy --stage " + s.Name
	c.show(keys)
	return nil
}
