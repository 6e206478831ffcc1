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

func TestPatientWritesThrough(t *testing.T) {
	var b bytes.Buffer
	w := logging.Patient(&b, time.Second)
	for _, line := range []string{"one\n", "two\n"} {
		if n, err := io.WriteString(w, line); n != len(line) || err != nil {
			t.Errorf("wrote %d, %v", n, err)
		}
	}
	if got, want := b.String(), "one\ntwo\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestPatientGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, out := io.Pipe()
		w := logging.Patient(out, 100*time.Millisecond)
		for i, line := range []string{"stuck\n", "lost\n", "lost, too\n"} {
			began := time.Now()
			if _, err := io.WriteString(w, line); err == nil || !strings.Contains(err.Error(), "is lost") {
				t.Errorf("error %v, want one that says so", err)
			}
			want := 100 * time.Millisecond
			if i > 0 {
				want = 0 // it is known that nobody reads
			}
			if took := time.Since(began); took != want {
				t.Errorf("waited %v with line %d, want %v", took, i, want)
			}
		}
		// Somebody reads again: the line that was stuck comes, and new ones do.
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

func BenchmarkPatient(b *testing.B) {
	w := logging.Patient(io.Discard, time.Second)
	line := bytes.Repeat([]byte("x"), 1000)
	b.ReportAllocs()
	for b.Loop() {
		w.Write(line)
	}
}
