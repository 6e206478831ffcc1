package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// takes returns a check that a command has at least and at most so many arguments.
func takes(least, most int) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		name := cmd.CommandPath()
		switch {
		case len(args) > most && most == 0:
			return fmt.Errorf("%s takes only flags, and %q is not a flag: `%s --help` shows them", name, args[0], name)
		case len(args) > most:
			return fmt.Errorf("%q is one argument too many: write `%s`, and put what has spaces in it into quotation marks", args[most], cmd.UseLine())
		case len(args) < least:
			return fmt.Errorf("an argument is missing: write `%s`; `%s --help` explains it", cmd.UseLine(), name)
		}
		return nil
	}
}

// known rejects a first argument that is not a command of parent.
func known(parent *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	path := parent.CommandPath()
	if like := parent.SuggestionsFor(args[0]); len(like) > 0 {
		return fmt.Errorf("there is no command %q: is it `%s %s`?", args[0], path, strings.Join(like, "` or `"+path+" "))
	}
	return fmt.Errorf("there is no command %q: `%s --help` lists them", args[0], path)
}

// someTime is what a flag with a duration takes.
const someTime = "a time such as 90m, 24h or 1h30m"

// misused returns the error of a wrong flag for a person.
func misused(cmd *cobra.Command, err error) error {
	help := fmt.Sprintf("`%s --help` shows the flags", cmd.CommandPath())
	if e, ok := errors.AsType[*pflag.NotExistError](err); ok {
		dashes := "--"
		if e.GetSpecifiedShortnames() != "" {
			dashes = "-"
		}
		return fmt.Errorf("there is no flag %s%s: %s", dashes, e.GetSpecifiedName(), help)
	}
	if e, ok := errors.AsType[*pflag.ValueRequiredError](err); ok {
		return fmt.Errorf("--%s needs a value: write --%[1]s and then the value; %s", e.GetSpecifiedName(), help)
	}
	e, ok := errors.AsType[*pflag.InvalidValueError](err)
	if !ok {
		return fmt.Errorf("%w: %s", err, help)
	}
	wanted := map[string]string{
		"duration": someTime,
		"bool":     "true or false, or nothing, which is true",
	}[e.GetFlag().Value.Type()]
	if wanted == "" {
		return fmt.Errorf("%w: %s", err, help)
	}
	return fmt.Errorf("--%s is %q: write %s", e.GetFlag().Name, e.GetValue(), wanted)
}
