package main

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestRun(t *testing.T) {
	const module = "github.com/hearthgate/hearthgate/"
	events := []struct {
		after time.Duration
		line  string
	}{
		{40 * time.Second, `{"Action":"start","Package":"` + module + `infra/e2e"}`},
		{time.Second, `{"Action":"start","Package":"` + module + `config"}`},
		{0, `{"Action":"run","Package":"` + module + `infra/e2e","Test":"TestSoak"}`},
		{0, `{"Action":"run","Package":"` + module + `infra/e2e","Test":"TestSoak/light"}`},
		{0, `{"Action":"pass","Package":"` + module + `infra/e2e","Test":"TestSoak/light"}`},
		{0, "not an event"},
		{30 * time.Second, `{"Action":"pass","Package":"` + module + `config"}`},
		{30 * time.Second, `{"Action":"fail","Package":"` + module + `infra/e2e"}`},
		{30 * time.Second, `{"Action":"start","Package":"` + module + `function"}`},
	}
	synctest.Test(t, func(t *testing.T) {
		in, w := io.Pipe()
		var sent strings.Builder
		go func() {
			for _, e := range events {
				time.Sleep(e.after)
				sent.WriteString(e.line + "\n")
				io.WriteString(w, e.line+"\n")
			}
			w.Close()
		}()
		var out, report strings.Builder
		if err := run(in, &out, &report); err != nil {
			t.Fatal(err)
		}
		if out.String() != sent.String() {
			t.Errorf("copied %q, want %q", out.String(), sent.String())
		}
		const want = "... 30s: building\n" +
			"... 1m0s: testing config for 19s, infra/e2e for 20s (TestSoak)\n" +
			"... 1m30s: testing infra/e2e for 50s (TestSoak)\n" +
			"... 2m0s: building\n"
		if got := report.String(); got != want {
			t.Errorf("reported:\n%s\nwant:\n%s", got, want)
		}
	})
}

func TestOutputFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		broken := errors.New("broken pipe")
		if err := run(strings.NewReader("{}\n{}\n"), failing{broken}, io.Discard); err != broken {
			t.Errorf("error %v, want %v", err, broken)
		}
	})
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }
