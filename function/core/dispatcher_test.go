package core_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/core/coretest"
)

type echoInput struct {
	Text  string       `json:"text"`
	Times int          `json:"times"`
	For   core.Seconds `json:"for_seconds"`
}

func (in echoInput) run(context.Context) (string, error) {
	switch in.Text {
	case "fail":
		return "", core.Errorf(core.RateLimited, "too_often", "asked too often: wait")
	case "plain":
		return "", errors.New("no kind")
	case "panic":
		panic("planted")
	}
	return strings.Repeat(in.Text, in.Times), nil
}

var seven = []core.Gateway{
	core.Utility, core.Logging, core.Metrics, core.Initialization, core.Security, core.Cache, core.Singleton,
}

// bound returns a dispatcher on which an operation of g is bound, behind services
// that note in order who took part.
func bound(g core.Gateway) (*core.Dispatcher, core.Operation[echoInput, string], *[]core.Gateway) {
	order := new([]core.Gateway)
	var modules []core.Module
	for _, s := range slices.Backward(seven) { // in another order than they are wrapped in
		modules = append(modules, coretest.Serve(s, func(next core.Handler) core.Handler {
			return func(ctx context.Context, c *core.Call) error {
				c.MarkUsed(s)
				*order = append(*order, s)
				return next(ctx, c)
			}
		}))
	}
	d := core.NewDispatcher(modules...)
	op := core.Define[echoInput, string](g, "echo", "Return the text.")
	core.Handle(d, op, func(ctx context.Context, in echoInput) (string, error) { return in.run(ctx) })
	return d, op, order
}

// TestServices looks that a call of each gateway goes through exactly the services
// that its row ticks, outermost first.
func TestServices(t *testing.T) {
	for g := range core.Gateway(core.NumGateways) {
		t.Run(g.String(), func(t *testing.T) {
			d, op, order := bound(g)
			ctx, run := core.NewRun(t.Context(), "id")
			out, err := core.Do(ctx, d, op, echoInput{Text: "ab", Times: 2})
			if out != "abab" || err != nil {
				t.Errorf("got %q and %v, want abab", out, err)
			}
			want := slices.DeleteFunc(slices.Clone(seven), func(s core.Gateway) bool { return !g.Uses().Has(s) })
			if !slices.Equal(*order, want) {
				t.Errorf("services were %v, want %v", *order, want)
			}
			if got := run.Utilization(); got != 1 {
				t.Errorf("utilization is %v, want 1: all took part", got)
			}
			var chain []string
			for _, s := range append(want, g) {
				chain = append(chain, s.String())
			}
			if got := run.Chain(); got != strings.Join(chain, ">") {
				t.Errorf("chain is %s, want %s", got, strings.Join(chain, ">"))
			}
		})
	}
}

func TestErrors(t *testing.T) {
	d, op, _ := bound(core.Utility)
	for _, tt := range []struct {
		text  string
		cause core.Cause
		want  string
		kind  core.Kind
	}{
		{"fail", "too_often", "utility.echo: asked too often: wait", core.RateLimited},
		{"plain", "internal", "utility.echo: no kind", core.Internal},
		{"panic", "panic", "utility.echo: panic: planted", core.Internal},
	} {
		t.Run(tt.text, func(t *testing.T) {
			_, err := core.Do(t.Context(), d, op, echoInput{Text: tt.text})
			if core.KindOf(err) != tt.kind || core.CauseOf(err) != tt.cause || err.Error() != tt.want {
				t.Errorf("got %v, %s, %q; want %v, %s, %q", core.KindOf(err), core.CauseOf(err), err, tt.kind, tt.cause, tt.want)
			}
		})
	}
}

// TestInnermostIsNamed looks that an error keeps the name of the operation that
// failed when it passes through another.
func TestInnermostIsNamed(t *testing.T) {
	d, inner, _ := bound(core.Utility)
	outer := core.Define[struct{}, string](core.Lambda, "outer", "Call the other.")
	core.Handle(d, outer, func(ctx context.Context, _ struct{}) (string, error) {
		return core.Do(ctx, d, inner, echoInput{Text: "fail"})
	})
	_, err := core.Do(t.Context(), d, outer, struct{}{})
	if e, ok := errors.AsType[*core.Error](err); !ok || e.Spec != inner.Spec {
		t.Errorf("%v names another operation than the one that failed", err)
	}
}

func TestExecute(t *testing.T) {
	d, _, _ := bound(core.Utility)
	for _, tt := range []struct{ name, op, in, want string }{
		{"an answer", "utility.echo", `{"text":"a","times":3}`, `"aaa"`},
		{"no input", "utility.echo", ``, `""`},
		{"unknown operation", "utility.none", `{}`, `there is no operation "utility.none"`},
		{"unknown field", "utility.echo", `{"txt":"a"}`, `there is no field "txt"; there are text, times, for_seconds`},
		{"another case", "utility.echo", `{"Text":"a"}`, `there is no field "Text"`},
		{"wrong type", "utility.echo", `{"times":"a"}`, `field times is a JSON string; expected a number`},
		{"wrong duration", "utility.echo", `{"for_seconds":"a"}`, `field for_seconds`},
		{"twice", "utility.echo", `{"text":"a","text":"b"}`, `field text comes twice`},
		{"control character", "utility.echo", `{"text":"a\u0000"}`, `field text has a control character`},
		{"end of a line", "utility.echo", `{"text":"a\n","times":1}`, `"a\n"`},
		{"a list", "utility.echo", `[]`, `not a JSON object`},
		{"cut off", "utility.echo", `{"text":"a`, `field text ends too early`},
		{"something behind", "utility.echo", `{} {}`, `more behind`},
		{"negative duration", "utility.echo", `{"for_seconds":-1}`, `field for_seconds cannot be used: -1 seconds`},
		{"too long", "utility.echo", `{"text":"` + strings.Repeat("a", core.MaxInput) + `"}`, `bytes long`},
		{"deep", "utility.echo", `{"text":` + strings.Repeat("[", 20000) + strings.Repeat("]", 20000) + `}`, `more than 10000 levels deep`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			out, err := core.Execute(t.Context(), d, tt.op, []byte(tt.in))
			if got := string(out) + fmt.Sprint(err); !strings.Contains(got, tt.want) {
				t.Errorf("got %.200s, want %s in it", got, tt.want)
			}
		})
	}
}

func TestGoOnly(t *testing.T) {
	d := core.NewDispatcher()
	op := core.Define[struct{ F func() }, string](core.Singleton, "make", "Make it.")
	core.Handle(d, op, func(context.Context, struct{ F func() }) (string, error) { return "", nil })
	_, err := core.Execute(t.Context(), d, "singleton.make", nil)
	if core.KindOf(err) != core.Invalid || !strings.Contains(err.Error(), "cannot be run by name") {
		t.Errorf("got %v, want that it cannot be run by name", err)
	}
}

func TestSecretIsHidden(t *testing.T) {
	const s = core.Secret("canary")
	b, err := json.Marshal(map[string]any{"a": s, "b": []core.Secret{s}})
	for _, shown := range []string{fmt.Sprint(s), fmt.Sprintf("%v %+v %#v %q %s", s, s, s, s, s), string(b), s.LogValue().String()} {
		if err != nil || strings.Contains(shown, "canary") {
			t.Errorf("the secret shows in %s (%v)", shown, err)
		}
	}
	if s.Reveal() != "canary" {
		t.Error("Reveal does not return the text")
	}
}

func FuzzExecute(f *testing.F) {
	for _, seed := range []string{`{}`, `{"text":"a","times":2}`, `{"for_seconds":1e99}`, `[`, "\x00", `{"times":1e3}`} {
		f.Add("utility.echo", seed)
	}
	d, _, _ := bound(core.Utility)
	f.Fuzz(func(t *testing.T, name, input string) {
		var in echoInput
		if core.Decode([]byte(input), &in) == nil && (in.Times > 1000 || in.Times < 0) {
			t.Skip() // the operation under test repeats its text so often
		}
		out, err := core.Execute(t.Context(), d, name, []byte(input))
		if err == nil && !json.Valid(out) {
			t.Errorf("the answer %q is not JSON", out)
		}
		if err != nil && core.CauseOf(err) == core.CausePanic && in.Text != "panic" {
			t.Error(err)
		}
	})
}

// BenchmarkDo is an operation through the five services of its row.
func BenchmarkDo(b *testing.B) {
	var modules []core.Module
	for _, g := range seven {
		modules = append(modules, coretest.Serve(g, func(next core.Handler) core.Handler {
			return func(ctx context.Context, c *core.Call) error { c.MarkUsed(g); return next(ctx, c) }
		}))
	}
	d := core.NewDispatcher(modules...)
	op := core.Define[int, int](core.Utility, "same", "Return what came.")
	core.Handle(d, op, func(_ context.Context, n int) (int, error) {
		if n < 0 {
			return 0, core.Errorf(core.Invalid, core.CauseInput, "negative")
		}
		return n, nil
	})
	ctx, _ := core.NewRun(b.Context(), "id")
	for name, in := range map[string]int{"good": 1, "failing": -1} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_, _ = core.Do(ctx, d, op, in)
			}
		})
	}
}
