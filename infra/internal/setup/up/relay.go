package up

import (
	"context"
	"fmt"
	"strings"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/invoke"
	"github.com/hearthgate/hearthgate/infra/internal/setup"
	"github.com/hearthgate/hearthgate/infra/internal/setup/pairing"
	"github.com/hearthgate/hearthgate/infra/internal/ui"
)

// reachQuestion decides how directives get to a new home.
var reachQuestion = setup.Question{
	Field: "reachable", Flag: setup.ConnectionQuestion.Flag, Text: "Can your home be reached from the internet: yes, no, or ? if you do not know",
	Help: []string{
		"yes: Home Assistant has an address with https, such as https://home.example.com, that works on a phone without Wi-Fi.",
		"no or ?: then Home Assistant connects to your AWS account by itself, with an integration that is paired once. It needs no address, no open port and no token.",
	},
}

// connection asks how directives get to the home, unless that is given or the stage has a
// file.
func (w *way) connection(ctx context.Context, i *setup.Interview, isNew bool) error {
	if text, ok := w.Given[setup.ConnectionQuestion.Field]; ok {
		return i.Give(ctx, setup.ConnectionQuestion, text)
	}
	_, address := w.Given["homeAssistantUrl"]
	if !isNew || address || w.Prompt == nil {
		return nil
	}
	text, err := choice(ctx, i, reachQuestion, nil, "yes", checkReach)
	if err == nil && !yes(text) {
		i.Stage.Connection = config.Relay
	}
	return err
}

func yes(text string) bool { return strings.HasPrefix(strings.ToLower(text), "y") }

func checkReach(text string) error {
	switch strings.ToLower(text) {
	case "y", "yes", "n", "no", "?":
		return nil
	}
	return fmt.Errorf("%.20q is neither yes, no nor ?: write one of them", text)
}

// homeQuestion asks where Home Assistant is in the owner's own network.
var homeQuestion = setup.Question{
	Field: "homeAtHome", Flag: "home", Text: "Address of Home Assistant in your own network",
	Help: []string{
		"Home Assistant needs the integration now: copy it with `hearthgate pair --install root@homeassistant.local:/config` in another window, or by hand from " + pairing.IntegrationDir + " into custom_components, and restart Home Assistant.",
		"For pairing by two lines that you paste, stop here and run `hearthgate pair`.",
	},
}

// pair connects the home with the relay, unless one is paired, and checks that it answers.
func (w *way) pair(ctx context.Context) error {
	d := pairing.Desk{Stage: w.stage, Account: w.account}
	homes, err := d.Certificates(ctx)
	if err != nil || len(homes) > 0 {
		return err
	}
	if w.Prompt == nil {
		return fmt.Errorf("the stack is deployed, and no home is paired with it: run `hearthgate pair --stage %s`", w.Stage)
	}
	i := &setup.Interview{Stage: &w.stage, Out: w.Out, Prompt: w.Prompt, Draft: w.draft}
	for {
		address, err := i.AskOther(ctx, homeQuestion, "http://homeassistant.local:8123", checkHome)
		if err != nil {
			return err
		}
		if err = w.pairAt(ctx, d, address); err == nil {
			return invoke.Deployed(w.account, config.FunctionName(w.Stage), config.Alias).Discovers(ctx)
		}
		if ctx.Err() != nil {
			return err
		}
		w.Out.Printf("  %s\n", ui.Lines(w.Out.Bad(err.Error())))
	}
}

func (w *way) pairAt(ctx context.Context, d pairing.Desk, address string) error {
	w.Out.Printf("  %s\n", w.Out.Dim("The token is needed once, and kept nowhere: in Home Assistant open your profile, Security, and create a long-lived access token."))
	text, err := w.Prompt.Hidden(ctx, "  Long-lived token of an administrator")
	if err != nil {
		return err
	}
	token, err := setup.CleanToken(text)
	if err != nil {
		return err
	}
	_, err = d.PairAt(ctx, pairing.Home{URL: address, Token: token}, false, func(text string) {
		w.Out.Printf("  ")
		w.Out.Progress(text)
	})
	return err
}

func checkHome(text string) error {
	if strings.HasPrefix(text, "http://") || strings.HasPrefix(text, "https://") {
		return nil
	}
	return fmt.Errorf("%.40q is no web address: write it as http://homeassistant.local:8123", text)
}
