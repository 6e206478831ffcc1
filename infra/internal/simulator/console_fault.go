package simulator

import (
	"context"
	"strings"
)

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
