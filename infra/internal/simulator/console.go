package simulator

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/hearthgate/hearthgate/infra/internal/cloudwatch"
	"github.com/hearthgate/hearthgate/infra/internal/invoke"
	"github.com/hearthgate/hearthgate/infra/internal/policyview"
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

// turn returns the turn of a number, the last one without a number.
func (c *Console) turn(number string) (Turn, error) {
	turns := c.Session.Turns()
	n := len(turns)
	if number != "" {
		var err error
		if n, err = strconv.Atoi(number); err != nil {
			return Turn{}, fmt.Errorf("%.40q is not the number of a turn: `history` lists them", number)
		}
	}
	if n < 1 || n > len(turns) {
		return Turn{}, errors.New("there is no such turn: `history` lists them")
	}
	return turns[n-1], nil
}

func (c *Console) asJSON(_ context.Context, number string) error {
	t, err := c.turn(number)
	if err == nil {
		t.ShowJSON(c.Out)
	}
	return err
}

func (c *Console) trail(_ context.Context, number string) error {
	t, err := c.turn(number)
	if err == nil {
		t.ShowWay(c.Out)
	}
	return err
}

func (c *Console) breakIt(_ context.Context, rest string) error {
	fault, much, _ := strings.Cut(rest, " ")
	if err := c.Session.Break(fault, strings.TrimSpace(much)); err != nil {
		return err
	}
	return c.faults()
}

func (c *Console) mend(ctx context.Context, rest string) error {
	if err := c.Session.Mend(ctx, rest); err != nil {
		return err
	}
	return c.faults()
}

// faults says what is broken.
func (c *Console) faults() error {
	if c.JSON {
		return nil
	}
	text := c.Session.Faults().String()
	if text == "" {
		c.Out.Printf("%s\n", c.Out.Good("nothing is broken"))
		return nil
	}
	c.Out.Printf("%s\n", c.Out.Bad("broken: "+text))
	return nil
}

func (c *Console) cold(ctx context.Context, _ string) error {
	if err := c.Session.Cold(ctx); err != nil {
		return err
	}
	if !c.JSON {
		c.Out.Printf("the function was started again\n")
	}
	return nil
}

func (c *Console) setting(ctx context.Context, rest string) error {
	if err := c.Session.Set(ctx, rest); err != nil {
		return err
	}
	if !c.JSON {
		c.Out.Printf("the function was started again with it\n")
	}
	return nil
}

func (c *Console) policy(ctx context.Context, rest string) error {
	v, err := c.Session.Policy(ctx)
	if err != nil {
		return err
	}
	if rest == "" {
		v.Report(time.Now()).Show(c.Out)
		return nil
	}
	name, device, _ := strings.Cut(rest, " ")
	verdicts, err := v.Try(name, strings.Trim(device, `"' `), time.Now())
	if err != nil {
		return err
	}
	policyview.Verdicts(verdicts).Show(c.Out)
	return nil
}

// Policy asks the function for its policy.
func (s *Session) Policy(ctx context.Context) (*policyview.View, error) {
	settings, err := s.target.Settings(ctx)
	if err != nil {
		return nil, err
	}
	v, err := policyview.New(s.Where, settings)
	if err != nil {
		return nil, err
	}
	for _, d := range s.Devices() {
		known := invoke.Device{ID: d.ID, Name: d.Name}
		for _, has := range d.capabilities {
			known.Interfaces = append(known.Interfaces, has.Interface)
		}
		v.Devices = append(v.Devices, known)
	}
	if len(v.Devices) == 0 {
		v.Missing = "the discovery returned none; `hearthgate doctor` says why"
	}
	return v, nil
}

func (c *Console) alarms(context.Context, string) error {
	m, err := c.Session.Monitoring(time.Now())
	switch {
	case err != nil:
		return err
	case m.Alarms == nil:
		return errors.New("the alarms of a deployed stage are in CloudWatch: `hearthgate status` shows them")
	}
	t := c.Out.Table("  ")
	for _, a := range m.Alarms {
		state := c.Out.Good(string(a.State))
		if a.State == cloudwatch.InAlarm {
			state = c.Out.Bad(string(a.State))
		}
		t.Row(a.Name, state, c.Out.Dim(a.Text))
	}
	t.Flush()
	return nil
}

func (c *Console) replay(ctx context.Context, number string) error {
	n := 0
	if number != "" {
		t, err := c.turn(number)
		if err != nil {
			return err
		}
		n = t.N
	}
	t, err := c.Session.Replay(ctx, n)
	if err != nil {
		return err
	}
	return c.show(t)
}

func (c *Console) history(context.Context, string) error {
	t := c.Out.Table("  ", 0)
	for _, turn := range c.Session.Turns() {
		t.Row(strconv.Itoa(turn.N), turn.Said, c.Out.Dim(turn.Outcome), turn.Alexa)
	}
	t.Flush()
	return nil
}

// Ended reports whether the error of a line says that the conversation has ended.
func Ended(err error) bool { return errors.Is(err, errQuit) }
