package app

import (
	"context"
	"encoding/json"
	"time"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/legacy"
)

// deployed reports whether the process is a function of AWS, rather than one on a
// person's own machine.
func deployed(getenv func(string) string) bool {
	name := getenv("AWS_LAMBDA_FUNCTION_NAME")
	return name != "" && name != config.LocalFunction
}

// Execute runs an operation by its name, of today or of the older system. A deployed
// function, which whoever may invoke it could change, runs one that changes something
// only while its owner allows it.
func (h host) Execute(ctx context.Context, name string, input []byte) (json.RawMessage, error) {
	today, _, err := legacy.Resolve(name, input)
	if err != nil {
		return nil, err
	}
	if s := h.dispatcher.Spec(today); s != nil && s.Changes() && s.GoOnly() == "" && !h.mayChange(time.Now()) {
		return nil, core.Errorf(core.Forbidden, core.CauseNotAllowed, "%s changes something, and a deployed function runs such operations only while its owner allows them: run `hearthgate op --allow --stage %s`, which allows them for an hour", s, h.stage())
	}
	return legacy.Execute(ctx, h.dispatcher, name, input)
}

// mayChange reports whether operations that change something may be run now. A time
// further ahead than the command writes is not one that it wrote.
func (h host) mayChange(now time.Time) bool {
	const skew = 5 * time.Minute // between two clocks
	if !deployed(h.getenv) {
		return true
	}
	s := h.loader.Settings()
	return s != nil && now.Before(s.OperationsUntil) && s.OperationsUntil.Sub(now) <= config.MaxOperations+skew
}
