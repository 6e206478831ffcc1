package main

import (
	"context"
	"log/slog"

	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/gateway/logging"
	"github.com/hearthgate/hearthgate/function/gateway/security"
)

// clean reports whether a text has nothing in it that looks like a secret.
func clean(text []byte) bool {
	_, found := security.Scrub(string(text))
	return found == 0
}

// warn writes what is wrong, and costs no directive, to the log.
func (a *App) warn(problem string) {
	_, _ = core.Do(context.Background(), a.dispatcher, logging.Write, logging.WriteInput{Level: slog.LevelWarn, Message: problem})
}
