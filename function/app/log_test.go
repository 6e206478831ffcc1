package app

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/gateway/logging"
	"github.com/hearthgate/hearthgate/function/gateway/security"
)

// planted returns a new secret that can be recognized by its shape, and the part of it
// that must not be shown.
func planted(random *rand.Rand) (secret, part string) {
	const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	word := func(n int) string {
		b := make([]byte, n)
		for i := range b {
			b[i] = letters[random.IntN(len(letters))]
		}
		return string(b)
	}
	part = word(24)
	forms := []string{
		"eyJ" + word(20) + ".eyJ" + part + "." + word(43), "Atza|IwEBI" + part, "Atzr|IwEBI" + part, "Bearer " + part,
		"https://user:" + part + "@home.example.com/", "Authorization: Basic " + part, "access_token=" + part, `{"password":"` + part + `"}`,
		"-----BEGIN PRIVATE KEY-----\n" + part + "\n-----END PRIVATE KEY-----",
	}
	return forms[random.IntN(len(forms))], part
}

// framed puts a secret into a longer text.
func framed(random *rand.Rand, secret string) string {
	frames := []string{"%s", "it failed: %s", "a\n%s\nb", `"%s"`, "(%s), and so on", "\x01 %s", "\xff%s\xff", "\u00e9 %s", "<p>%s</p>", "%[1]s %[1]s"}
	return fmt.Sprintf(frames[random.IntN(len(frames))], secret)
}

// TestNoSecretIsLogged plants secrets in every place that is logged, and searches the
// output for them.
func TestNoSecretIsLogged(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 11))
	debug := slog.LevelDebug
	for range 500 {
		var out bytes.Buffer
		l := logging.New(logging.Options{Output: &out, Redact: security.Redact})
		d := core.NewDispatcher(l)
		fails := core.Define[int, int](core.Lambda, "fail", "Fail.")
		var parts []string
		text := func() string {
			secret, part := planted(random)
			parts = append(parts, part)
			return framed(random, secret)
		}
		core.Handle(d, fails, func(context.Context, int) (int, error) { return 0, errors.New(text()) })

		ctx, _ := core.NewRun(t.Context(), "id")
		record, err := core.Do(ctx, d, logging.Begin, logging.BeginInput{Subject: text()})
		if err != nil {
			t.Fatal(err)
		}
		ctx = logging.With(ctx, record)
		_, failure := core.Do(ctx, d, fails, 1)
		for _, level := range []slog.Level{slog.LevelDebug, slog.LevelWarn} {
			if _, err := core.Do(ctx, d, logging.Write, logging.WriteInput{Level: level, Message: text(), Fields: map[string]any{
				text(): text(), "text": text(), "list": []any{text(), map[string]any{"deep": text(), text(): 1}},
				"error": errors.New(text()), "json": json.RawMessage(`{"token":"` + strings.Repeat("9", 20) + `"}`),
				"headers": map[string][]string{"Authorization": {text()}}, "odd": func() {},
			}}); err != nil {
				t.Fatal(err)
			}
		}
		logging.Note(ctx, slog.String("endpoint", text()), slog.Any("error", failure), slog.Any("list", []string{text()}),
			slog.Group("group", slog.String("a", text()), slog.Any("b", text())), slog.Any("stringer", slog.StringValue(text())))
		if _, err := core.Do(ctx, d, logging.End, logging.EndInput{Err: errors.Join(failure, errors.New(text()), &core.Panic{Value: text(), Stack: []byte(text())})}); err != nil {
			t.Fatal(err)
		}
		outputs := map[string]string{"log": out.String()}
		for _, op := range []string{"search", "export", "flush", "stats", "health"} {
			in := "{}"
			if op == "search" || op == "export" {
				in = `{"level":"DEBUG","limit":1000}`
			}
			answer, err := core.Execute(ctx, d, "logging."+op, []byte(in))
			if err != nil {
				t.Fatal(err)
			}
			outputs[op] = string(answer)
		}
		outputs["log after"] = out.String()
		found, err := core.Do(ctx, d, logging.Search, logging.SearchInput{Level: &debug, Limit: 1000})
		if err != nil || found.Matched < 4 {
			t.Fatalf("%d records match, %v; want 4 or more", found.Matched, err)
		}
		for name, output := range outputs {
			for _, part := range append(parts, strings.Repeat("9", 20)) {
				if at := strings.Index(output, part); at >= 0 {
					t.Fatalf("%s shows %s: %s", name, part, output[max(0, at-300):min(len(output), at+100)])
				}
			}
		}
		for line := range strings.Lines(outputs["log after"]) {
			if !json.Valid([]byte(line)) || !strings.HasSuffix(line, "\n") {
				t.Fatalf("the line is not JSON: %q", line)
			}
		}
	}
}

func TestNoSecretInAnyOutput(t *testing.T) {
	answers := []string{handled, `{"event":` + handled + `}`, `<html>Bearer ` + canary}
	for _, status := range []int{200, 401, 403, 500} {
		for _, answer := range answers {
			home := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(status)
				_, _ = w.Write([]byte(answer))
			}))
			for _, source := range []config.TokenSource{config.Stored, config.Linked} {
				app, out := started(t, home.URL, map[string]string{config.EnvTokenSource: string(source), config.EnvLogLevel: "debug"})
				for _, event := range []string{turnOn, discover, reportState, acceptGrant, turnOn[:len(turnOn)-9], `{"operation":"initialization.settings"}`, `{"operation":"lambda.status"}`} {
					b, err := app.Invoke(t.Context(), []byte(event))
					if err != nil {
						t.Errorf("Invoke failed: %v", err)
					}
					if !strings.Contains(event, "directive") && bytes.Contains(b, []byte(canary)) {
						t.Errorf("the reply to %s shows a secret", event)
					}
				}
				if log := strings.Join(out.lines, ""); strings.Contains(log, canary) {
					t.Errorf("the log shows a secret (status %d): %s", status, log)
				}
			}
			home.Close()
		}
	}
}
