package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/demo"
	"github.com/hearthgate/hearthgate/infra/internal/localrun/homestate"
	"github.com/hearthgate/hearthgate/infra/internal/simulator"
	"github.com/hearthgate/hearthgate/infra/internal/simulator/web"
)

// unmetCode is the exit code of a script in which something was not as expected.
const unmetCode = 2

// simulatorFlags are the flags of `hearthgate simulator`.
type simulatorFlags struct {
	stage, locale, script string
	devices               int
	yes, web, printOnly   bool
	all                   bool
}

func (c *command) simulator() *cobra.Command {
	var f simulatorFlags
	cmd := &cobra.Command{
		Use:   "simulator",
		Short: "Talk to your home as you would to Alexa, and see everything that happens",
		Long: `simulator builds the function, starts it as AWS Lambda would, and takes sentences as
Alexa does: "turn on kitchen light", "is the front door locked?", "open faithful butler".
It shows what Alexa would say, the state before and after, and where the time went. The
home is a small one that is built in; with ` + config.EnvURL + ` and
` + config.EnvToken + ` it is that Home Assistant, and with --stage the function is a
deployed one. help, typed there, lists what else there is: faults, the trail through the
gateways, policy, replay.

--web shows it in your browser instead: devices by room, the conversation, the way of each
directive through the gateways, and the alarms and graphs that the stack of a stage has.
With --stage or --all it shows how the deployed homes are too, the worst first: what
status says, the doctor's steps, and the graphs from CloudWatch, each when you ask for it
and with what that costs. The page is on this machine only, and only the browser that
opens its address can use it. Ctrl-C ends it.

--script runs a file of such lines. A line "expect says OK." compares what the last one
came to: says, reply, event, outcome, cause, why, state, alarm or devices. "wait 2s" waits, and
# begins a comment. Without --yes nothing that may change a deployed home is sent.

The exit code is 0; 2 if a script met something that it did not expect; 1 if something
could not be run; 130 after Ctrl-C.`,
		Example: `  hearthgate simulator
  hearthgate simulator --locale de-DE
  hearthgate simulator --web
  hearthgate simulator --web --all
  hearthgate simulator --script infra/docs/stories/morning.txt
  hearthgate simulator --stage prod --json < lines.txt`,
		Args: takes(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error { return c.simulate(cmd.Context(), f) },
	}
	stageFlag(cmd, &f.stage, "", "the deployed function of this `stage`")
	cmd.Flags().BoolVar(&f.all, "all", false, "with --web: show how all deployed stages are, and talk to the first that answers")
	cmd.Flags().StringVar(&f.locale, "locale", "", "the `locale` in which you speak, such as de-DE (default: that of the stage, else en-US)")
	cmd.Flags().StringVar(&f.script, "script", "", "run the lines of this `file`; - is standard input")
	cmd.Flags().BoolVar(&f.web, "web", false, "show it in the browser")
	cmd.Flags().BoolVar(&f.printOnly, "print", false, "with --web: only print the address, and open no browser")
	cmd.Flags().IntVar(&f.devices, "devices", 0, "how many devices the demo home has, such as 300 (default: ten)")
	cmd.Flags().BoolVar(&f.yes, "yes", false, "send what may change a deployed home without a question")
	return cmd
}

// simulate runs a conversation, or a script.
func (c *command) simulate(ctx context.Context, f simulatorFlags) error {
	var story simulator.Story
	if f.all && !f.web {
		return errors.New("--all shows all homes in the browser: use it with --web; in the terminal `hearthgate status --all` does")
	}
	if f.all && f.stage != "" {
		return errors.New("--all is every stage, and --stage names one: use only one of them")
	}
	if f.web && (f.script != "" || c.json) {
		return errors.New("--web is a page for a person: leave --script and --json out, or --web")
	}
	if f.script != "" {
		text, err := c.file(ctx, f.script)
		if err != nil {
			return fmt.Errorf("the script cannot be read: %w", err)
		}
		if story, err = simulator.ParseStory(text); err != nil {
			return fmt.Errorf("the script %s cannot be run: %w", f.script, err)
		}
	}
	if f.devices == 0 {
		f.devices = story.Devices
	}
	homes, err := c.deployedHomes(ctx, &f)
	if err != nil {
		return err
	}
	o, err := c.simulated(ctx, f)
	if err != nil {
		return err
	}
	hub := &web.Hub{}
	if f.web {
		o.Watch = hub.Notify
		if !f.yes {
			o.Confirm = web.Confirm
		}
	}
	steps := c.errScreen().Steps(false)
	o.Steps = steps.Begin
	s, err := simulator.Open(ctx, o)
	steps.End(err)
	if err != nil {
		return err
	}
	defer s.Close()
	if f.web {
		return c.serve(ctx, s, hub, homes, f.printOnly)
	}
	console := &simulator.Console{Session: s, Out: c.screen(), JSON: c.json}
	if f.script != "" {
		return c.tell(ctx, console, story)
	}
	return c.converse(ctx, console)
}

// simulated returns the function and the home that the flags and the environment choose.
func (c *command) simulated(ctx context.Context, f simulatorFlags) (simulator.Options, error) {
	o := simulator.Options{Locale: f.locale, Devices: f.devices}
	if f.stage != "" {
		if f.devices != 0 {
			return o, errors.New("--devices is for the demo home, and --stage chooses a real one: leave one of them out")
		}
		stage, _, err := c.deployed(ctx, f.stage)
		if err != nil {
			return o, err
		}
		if o.Locale == "" {
			o.Locale = stage.Locale
		}
		o.SkillID, o.Token = stage.CustomSkillID, c.linkedToken()
		o.Confirm = func(ctx context.Context, what string) error {
			if f.yes {
				return nil
			}
			return c.prompt().Confirm(ctx, what)
		}
		o.Deployed, err = c.open(ctx, targetFlags{stage: f.stage})
		return o, err
	}
	home, err := demo.FromEnvironment(c.getenv, "", false)
	if err != nil {
		return o, err
	}
	if home.URL != "" && f.devices != 0 {
		return o, fmt.Errorf("--devices is for the demo home, and %s chooses a real one: leave one of them out", config.EnvURL)
	}
	o.Root, o.Env = home.Root, home.Env
	o.Home = homestate.Home{URL: home.URL, Token: home.Token, Headers: home.Headers, Client: home.Client}
	for _, name := range []string{config.EnvPolicy, config.EnvConversation, config.EnvConfirm, config.EnvAllowedUsers, config.EnvAgent, config.EnvAmazonClientID} {
		if v := c.getenv(name); v != "" {
			o.Env = append(o.Env, name+"="+v)
		}
	}
	return o, nil
}

// tell runs a script.
func (c *command) tell(ctx context.Context, console *simulator.Console, story simulator.Story) error {
	unmet, err := console.Tell(ctx, story)
	if err != nil {
		return err
	}
	s := c.errScreen()
	for _, u := range unmet {
		s.Printf("%s %s\n", s.Bad("not as expected:"), u)
	}
	if len(unmet) > 0 {
		return exit(unmetCode)
	}
	if !c.json {
		s.Printf("\n%s\n", s.Good("everything was as expected"))
	}
	return nil
}

// converse takes lines from a terminal, or from a program.
func (c *command) converse(ctx context.Context, console *simulator.Console) error {
	in, isFile := c.in.(*os.File)
	out, toFile := c.out.(*os.File)
	if p := c.prompt(); !isFile || !toFile || !p.Interactive() {
		return c.piped(ctx, console)
	}
	console.Out.Printf("You talk to %s, in %s. help says what can be said; Tab completes.\n", console.Session.Where, console.Session.Locale())
	switch err := console.Converse(ctx, in, out); {
	case errors.Is(err, simulator.ErrInterrupted):
		c.errScreen().Printf("stopped\n")
		return exit(interruptedCode)
	default:
		return err
	}
}

// interruptedCode is the exit code after Ctrl-C.
const interruptedCode = 130

// piped takes the lines of a program. A line that is wrong ends it.
func (c *command) piped(ctx context.Context, console *simulator.Console) error {
	p := c.prompt()
	for {
		line, err := p.Line(ctx)
		if errors.Is(err, io.EOF) && line == "" {
			return nil
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		if strings.HasPrefix(line, "#") {
			continue
		}
		if err := console.Line(ctx, line); simulator.Ended(err) {
			return nil
		} else if err != nil {
			return err
		}
	}
}
