package logging_test

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hearthgate/hearthgate/function/gateway/logging"
)

func TestTimeoutWriterWritesThrough(t *testing.T) {
	var b bytes.Buffer
	w := logging.NewTimeoutWriter(&b, time.Second)
	for _, line := range []string{"one\n", "two\n"} {
		if n, err := io.WriteString(w, line); n != len(line) || err != nil {
			t.Errorf("wrote %d, %v", n, err)
		}
	}
	if got, want := b.String(), "one\ntwo\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestTimeoutWriterGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, out := io.Pipe()
		w := logging.NewTimeoutWriter(out, 100*time.Millisecond)
		line := make([]byte, 0, 16) // the same memory for all
		for i, text := range []string{"stuck\n", "lost\n", "lost, too\n"} {
			began := time.Now()
			line = append(line[:0], text...)
			if _, err := w.Write(line); err == nil || !strings.Contains(err.Error(), "is lost") {
				t.Errorf("error %v, want one that says so", err)
			}
			want := 100 * time.Millisecond
			if i > 0 {
				want = 0 // the output is known to be blocked
			}
			if took := time.Since(began); took != want {
				t.Errorf("waited %v with line %d, want %v", took, i, want)
			}
		}
		// The output is read again: the stuck line arrives, and new ones do.
		got := make(chan string)
		go func() {
			b, _ := io.ReadAll(r)
			got <- string(b)
		}()
		synctest.Wait()
		if _, err := io.WriteString(w, "new\n"); err != nil {
			t.Error(err)
		}
		out.Close()
		if got, want := <-got, "stuck\nnew\n"; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	})
}

func BenchmarkTimeoutWriter(b *testing.B) {
	w := logging.NewTimeoutWriter(io.Discard, time.Second)
	line := bytes.Repeat([]byte("x"), 1000)
	b.ReportAllocs()
	for b.Loop() {
		w.Write(line)
	}
}
