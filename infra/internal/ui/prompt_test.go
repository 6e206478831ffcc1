package ui_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/creack/pty"

	"github.com/hearthgate/hearthgate/infra/internal/ui"
)

func prompt(in io.Reader) *ui.Prompt { return ui.NewPrompt(in, ui.Paint(&bytes.Buffer{}, false)) }

func TestLine(t *testing.T) {
	for name, in := range map[string]io.Reader{
		"at once":     strings.NewReader("one\r\n\nlast"),
		"a byte each": iotest.OneByteReader(strings.NewReader("one\r\n\nlast")),
	} {
		t.Run(name, func(t *testing.T) {
			p := prompt(in)
			for _, want := range []string{"one", "", "last"} {
				if got, err := p.Line(t.Context()); got != want || err != nil {
					t.Errorf("line %q, %v, want %q", got, err, want)
				}
			}
			if got, err := p.Line(t.Context()); got != "" || !errors.Is(err, io.EOF) {
				t.Errorf("at the end: %q, %v", got, err)
			}
		})
	}
}

func TestAll(t *testing.T) {
	for _, tt := range []struct {
		name, in string
		most     int
		want     string
	}{
		{"whole", "one\ntwo", 100, "one\ntwo"},
		{"too much", "0123456789", 4, "0123"},
		{"nothing", "", 4, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := prompt(strings.NewReader(tt.in)).All(t.Context(), tt.most)
			if string(got) != tt.want || err != nil {
				t.Errorf("%q, %v, want %q", got, err, tt.want)
			}
		})
	}
	t.Run("after a line", func(t *testing.T) {
		p := prompt(strings.NewReader("one\ntwo\nthree"))
		if _, err := p.Line(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got, err := p.All(t.Context(), 100); string(got) != "two\nthree" || err != nil {
			t.Errorf("%q, %v", got, err)
		}
	})
	t.Run("broken", func(t *testing.T) {
		if _, err := prompt(iotest.ErrReader(io.ErrUnexpectedEOF)).All(t.Context(), 100); !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("error %v", err)
		}
	})
}

func TestReadingEndsWithItsContext(t *testing.T) {
	silent, end := io.Pipe()
	defer end.Close()
	ctx, cancel := context.WithCancelCause(t.Context())
	interrupted := errors.New("interrupted")
	cancel(interrupted)
	if _, err := prompt(silent).Line(ctx); !errors.Is(err, interrupted) {
		t.Errorf("error %v", err)
	}
}

func TestConfirmWithoutATerminal(t *testing.T) {
	if err := prompt(strings.NewReader("y\n")).Confirm(t.Context(), "Change it?"); err == nil || !strings.Contains(err.Error(), "--yes") {
		t.Errorf("error %v", err)
	}
	if _, err := prompt(strings.NewReader("x")).Hidden(t.Context(), "Token"); err == nil {
		t.Error("a token was read from what is not a terminal")
	}
}

// A typist types an answer at the very moment that it sees a question.
type typist struct {
	keyboard io.Writer
	asked    string
	answer   string
}

func (p *typist) Write(b []byte) (int, error) {
	if strings.Contains(string(b), p.asked) {
		if _, err := io.WriteString(p.keyboard, p.answer+"\n"); err != nil {
			return 0, err
		}
	}
	return len(b), nil
}

// TestHidden sees that the terminal shows nothing of an answer that comes at once.
func TestHidden(t *testing.T) {
	keyboard, terminal, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer keyboard.Close()
	defer terminal.Close()
	const answer = "canary-4f9a"
	p := ui.NewPrompt(terminal, ui.Paint(&typist{keyboard, "Token (it is not shown)", answer}, false))
	if got, err := p.Hidden(t.Context(), "Token"); got != answer || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
	if _, err := io.WriteString(terminal, "the end"); err != nil {
		t.Fatal(err)
	}
	shown := make([]byte, 100)
	n, err := keyboard.Read(shown)
	if text := string(shown[:n]); err != nil || text != "the end" {
		t.Errorf("the terminal shows %q, %v", text, err)
	}
}

// TestAQuestionAnsweredElsewhere sees that what is typed after a question was given up
// answers the next one.
func TestAQuestionAnsweredElsewhere(t *testing.T) {
	keyboard, terminal, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer keyboard.Close()
	defer terminal.Close()
	p := prompt(terminal)
	answered, elsewhere := context.WithCancel(t.Context())
	elsewhere()
	if _, err := p.Line(answered); !errors.Is(err, context.Canceled) {
		t.Fatalf("error %v", err)
	}
	for _, want := range []string{"first", "second"} {
		if _, err := io.WriteString(keyboard, want+"\n"); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := p.Hidden(t.Context(), "Secret"); got != "first" || err != nil {
		t.Errorf("hidden: %q, %v", got, err)
	}
	if got, err := p.Line(t.Context()); got != "second" || err != nil {
		t.Errorf("line: %q, %v", got, err)
	}
}
