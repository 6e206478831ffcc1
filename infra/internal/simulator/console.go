package simulator

import (
	"context"
	"encoding/json"
	"errors"
	"strings"

	"github.com/hearthgate/hearthgate/infra/internal/ui"
)

// A Console is a session at a terminal: it takes lines, which are sentences and commands,
// and shows what comes of them.
type Console struct {
	Session *Session
	Out     *ui.Screen
	JSON    bool // turns are printed as JSON, one a line
}

// errQuit is the error of the command that ends the conversation.
var errQuit = errors.New("quit")

// A command is one of the console's own.
type command struct {
	name, usage, doc string
	run              func(c *Console, ctx context.Context, rest string) error
}

// commands returns them in the order of the help.
func commands() []command {
	return []command{
		{"help", "help", "what can be said here", (*Console).help},
		{"devices", "devices", "discover again, and list the devices with their states", (*Console).devices},
		{"json", "json [N]", "request, reply and line of the log, of the last turn or of turn N", (*Console).asJSON},
		{"trail", "trail [N]", "the way through the gateways, with their times", (*Console).trail},
		{"break", "break FAULT", "break network, slow 6s, token, ban or restart", (*Console).breakIt},
		{"mend", "mend [FAULT]", "mend what was broken", (*Console).mend},
		{"cold", "cold", "the next sentence meets a fresh process of the function, which has paused for nothing", (*Console).cold},
		{"setting", "setting NAME=VALUE", "start the function again with a setting, such as DIRECTIVE_POLICY", (*Console).setting},
		{"policy", "policy [DIRECTIVE DEVICE]", "what the policy allows and denies", (*Console).policy},
		{"alarms", "alarms", "the alarms of a stage as they would be; a second here is a minute for them", (*Console).alarms},
		{"replay", "replay [N]", "send the last turn again, or turn N", (*Console).replay},
		{"history", "history", "list the turns", (*Console).history},
		{"quit", "quit", "end; so does Ctrl-D", func(*Console, context.Context, string) error { return errQuit }},
	}
}

// Line does what a line says. The error says what is wrong with the line; [errQuit] ends
// the conversation.
func (c *Console) Line(ctx context.Context, line string) error {
	line = strings.TrimSpace(line)
	if line == "" {
		return nil
	}
	if found, rest, ok := c.command(line); ok {
		return found.run(c, ctx, rest)
	}
	t, err := c.Session.Say(ctx, line)
	if err != nil {
		return err
	}
	return c.show(t)
}

// command returns the command that a line begins with. A slash before it says that it is
// one: while the custom skill is open, help and quit go to the skill without it.
func (c *Console) command(line string) (found command, rest string, ok bool) {
	bare, slash := strings.CutPrefix(line, "/")
	word, rest, _ := strings.Cut(bare, " ")
	for _, cmd := range commands() {
		if cmd.name != word {
			continue
		}
		if !slash && word == "help" && c.Session.Talking() {
			return command{}, "", false
		}
		return cmd, strings.TrimSpace(rest), true
	}
	return command{}, "", false
}

// show writes a turn.
func (c *Console) show(t Turn) error {
	if !c.JSON {
		t.Show(c.Out)
		return nil
	}
	b, err := json.Marshal(t)
	if err != nil {
		return err
	}
	c.Out.Verbatim(b)
	return nil
}

func (c *Console) help(context.Context, string) error {
	o := c.Out
	o.Printf("%s\n", o.Bold("What you would say to Alexa, such as"))
	for _, s := range c.examples() {
		o.Printf("  %s\n", s)
	}
	o.Printf("%s\n", o.Bold("A directive by its name, such as"))
	o.Printf("  TurnOn Kitchen Light\n  SetBrightness Kitchen Light {\"brightness\": 40}\n")
	o.Printf("%s\n", o.Bold("Commands (with / before them while the custom skill is open)"))
	t := o.Table("  ")
	for _, cmd := range commands() {
		t.Row(cmd.usage, cmd.doc)
	}
	t.Flush()
	return nil
}

// examples returns sentences that fit the home: one for each of some devices.
func (c *Console) examples() []string {
	const most = 6
	var all []string
	for _, d := range c.Session.Devices() {
		if s := c.Session.Example(d); s != "" && len(all) < most {
			all = append(all, s)
		}
	}
	return append(all, c.Session.SkillExample())
}

func (c *Console) devices(ctx context.Context, _ string) error {
	if _, err := c.Session.Discover(ctx); err != nil {
		return err
	}
	t := c.Out.Table("  ")
	for _, d := range c.Session.Devices() {
		t.Row(d.Name, c.Out.Dim(d.Entity()), d.Room, d.State)
	}
	t.Flush()
	return nil
}

// Ended reports whether the error of a line says that the conversation has ended.
func Ended(err error) bool { return errors.Is(err, errQuit) }
