package simulator

import (
	"context"
	"errors"
	"fmt"
	"strconv"
)

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
