package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/awsaccount"
	"github.com/hearthgate/hearthgate/infra/internal/invoke"
)

// smoke sends a directive through the deployed function. With linked accounts there
// is no token to send, so what counts is that the function answers at all.
func (c *command) smoke(ctx context.Context, s config.Stage, a *awsaccount.Account) error {
	c.progress("sending a Discover through the deployed function")
	t := invoke.Deployed(a, config.FunctionName(s.Name), config.Alias)
	if s.TokenSource == config.Linked {
		_, err := t.Operate(ctx, "lambda.status", nil)
		return err
	}
	event, err := invoke.SampleEvent("discover", "", "no-token-of-a-linked-account")
	if err != nil {
		return err
	}
	return discovers(ctx, t, event)
}

// discovers says what is wrong if the function finds no device.
func discovers(ctx context.Context, t *invoke.Target, event []byte) error {
	answer, err := t.Invoke(ctx, event)
	switch {
	case err != nil:
		return err
	case answer.Error != "":
		return fmt.Errorf("the function failed instead of answering: %s", answer.Error)
	}
	var reply struct {
		Event struct {
			Header  struct{ Name string }
			Payload struct{ Endpoints []json.RawMessage }
		}
	}
	if err := json.Unmarshal(answer.Payload, &reply); err != nil || reply.Event.Header.Name != "Discover.Response" {
		return errors.New("the function does not answer a Discover as Alexa expects it")
	}
	if len(reply.Event.Payload.Endpoints) == 0 {
		return errors.New("the function answers, but it found no device in the home")
	}
	return nil
}
