package up

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/awsaccount"
	"github.com/hearthgate/hearthgate/infra/internal/setup"
	"github.com/hearthgate/hearthgate/infra/internal/ui"
)

// token stores what Home Assistant asks of the function: a token, unless each directive
// brings its own, and the headers of a login in front of it.
func (w *way) token(ctx context.Context) (string, error) {
	if w.stage.HasRelay() {
		return "none is needed: Home Assistant connects by itself, once it is paired", nil
	}
	var found []string
	if w.stage.SecretHeaders {
		text, err := w.secret(ctx, w.stage.HeadersParameterName(), "hearthgate headers", w.readHeaders)
		if err != nil {
			return "", err
		}
		found = append(found, text)
	}
	if w.stage.NeedsClientCertificate() {
		text, err := w.secret(ctx, w.stage.ClientCertificateParameterName(), "hearthgate certificate", w.readCertificate)
		if err != nil {
			return "", err
		}
		found = append(found, text)
	}
	if w.stage.TokenSource == config.Linked {
		return strings.Join(append(found, "every directive brings the token of the linked account"), "; "), nil
	}
	text, err := w.secret(ctx, w.stage.TokenParameterName(), "hearthgate token", w.readToken)
	return strings.Join(append(found, text), "; "), err
}

// secret returns what there is of a secret. One that is not stored yet is read until it is
// right. Without a terminal the error names the command that stores it.
func (w *way) secret(ctx context.Context, name, command string, read func(context.Context) (setup.Stored, error)) (string, error) {
	p, err := w.account.Parameter(ctx, name)
	switch {
	case err == nil && p.Type == "SecureString":
		return fmt.Sprintf("%s, version %d", name, p.Version), nil
	case err != nil && awsaccount.CodeOf(err) != awsaccount.NotFound:
		return "", err
	case w.Prompt == nil:
		return "", fmt.Errorf("%s is not stored, and there is no terminal to ask for it at: run `%s --stage %s` first", name, command, w.Stage)
	}
	for {
		stored, err := read(ctx)
		if wrong, ok := errors.AsType[*wrongSecret](err); ok && ctx.Err() == nil {
			w.Out.Printf("  %s\n", ui.Lines(w.Out.Bad(wrong.Error())))
			continue
		}
		return fmt.Sprintf("%s, version %d", stored.Parameter, stored.Version), err
	}
}

// A wrongSecret says why what was typed is not right.
type wrongSecret struct{ error }

func (w *way) readToken(ctx context.Context) (setup.Stored, error) {
	w.Out.Printf("  %s\n", w.Out.Dim("In Home Assistant open your profile, Security, and create a long-lived access token."))
	text, err := w.Prompt.Hidden(ctx, "  Long-lived token")
	if err != nil {
		return setup.Stored{}, err
	}
	token, err := setup.CleanToken(text)
	if err == nil {
		w.Out.Printf("  ")
		w.Out.Progress("asking " + w.stage.URL + " whether it accepts the token")
		err = setup.CheckToken(ctx, w.stage, w.account, token)
	}
	if err != nil {
		return setup.Stored{}, &wrongSecret{err}
	}
	return setup.StoreToken(ctx, w.stage, w.account, token)
}

func (w *way) readCertificate(ctx context.Context) (setup.Stored, error) {
	w.Out.Printf("  %s", "File with the client certificate and its key, in PEM: ")
	file, err := w.Prompt.Line(ctx)
	if err != nil {
		return setup.Stored{}, err
	}
	text, err := os.ReadFile(strings.TrimSpace(file))
	var own setup.ClientCertificate
	if err == nil {
		own, err = setup.ParseClientCertificate(string(text))
	}
	if err == nil {
		w.Out.Printf("  ")
		w.Out.Progress("asking " + w.stage.URL + " whether it lets a request with it in")
		home := setup.HomeWith(w.stage, nil)
		home.Certificate = &own.TLS
		err = home.Reach(ctx)
	}
	if err != nil {
		return setup.Stored{}, &wrongSecret{err}
	}
	return setup.StoreCertificate(ctx, w.stage, w.account, own)
}

func (w *way) readHeaders(ctx context.Context) (setup.Stored, error) {
	headers, err := setup.AskHeaders(ctx, w.Prompt, setup.AccessHeaders)
	if err != nil {
		return setup.Stored{}, err
	}
	err = headers.Check()
	if err == nil {
		w.Out.Printf("  ")
		w.Out.Progress("asking " + w.stage.URL + " whether it admits a request with them")
		err = setup.HomeWith(w.stage, headers).Reach(ctx)
	}
	if err != nil {
		return setup.Stored{}, &wrongSecret{err}
	}
	return setup.StoreHeaders(ctx, w.stage, w.account, headers)
}
