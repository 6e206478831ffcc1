package e2e_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/hearthgate/hearthgate/config"
)

// A diary has, in order, what a function asks for.
type diary chan string

// runtime is a Runtime API that hands over n events and then has them wait.
func (d diary) runtime(n int, event []byte) http.Handler {
	mux := http.NewServeMux()
	const root = "/2018-06-01/runtime/invocation/"
	mux.HandleFunc("GET "+root+"next", func(w http.ResponseWriter, r *http.Request) {
		d <- "next"
		if n--; n < 0 {
			<-r.Context().Done()
			return
		}
		w.Header().Set("Lambda-Runtime-Aws-Request-Id", strconv.Itoa(n))
		w.Header().Set("Lambda-Runtime-Deadline-Ms", strconv.FormatInt(time.Now().Add(8*time.Second).UnixMilli(), 10))
		_, _ = w.Write(event)
	})
	mux.HandleFunc("POST "+root+"{id}/response", func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		d <- "reply"
		w.WriteHeader(http.StatusAccepted)
	})
	return mux
}

// table is a table that has nothing, and keeps nothing.
func (d diary) table(w http.ResponseWriter, r *http.Request) {
	_, action, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	if action == "PutItem" {
		d <- "work"
	}
	_, _ = io.WriteString(w, "{}")
}

// TestWorkAfterTheReply looks that optional work, here writing down what the cache
// is used for, comes when the reply is out and before the next event is asked for.
func TestWorkAfterTheReply(t *testing.T) {
	const events = 3
	token := canaries.make("stored")
	_, home := demo(t, token)
	d := make(diary, 100)
	api := httptest.NewServer(d.runtime(events, reportState("light#kitchen_light").event()))
	t.Cleanup(api.Close)
	t.Cleanup(api.CloseClientConnections)
	table := httptest.NewServer(http.HandlerFunc(d.table))
	t.Cleanup(table.Close)

	cmd := exec.CommandContext(t.Context(), binary(t))
	cmd.Env = append(at(home.URL, token), "AWS_LAMBDA_RUNTIME_API="+strings.TrimPrefix(api.URL, "http://"), "TMPDIR="+t.TempDir(),
		config.EnvCacheTable+"=cache", "AWS_REGION=eu-west-1", "AWS_ENDPOINT_URL_DYNAMODB="+table.URL,
		"AWS_ACCESS_KEY_ID=AKIACANARYCANARY0000", "AWS_SECRET_ACCESS_KEY="+canaries.make("secretkey"))
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })

	var got []string
	for asked := 0; asked <= events; {
		select {
		case what := <-d:
			if got = append(got, what); what == "next" {
				asked++
			}
		case <-time.After(20 * time.Second):
			t.Fatalf("nothing more happens after %v", got)
		}
	}
	if want := []string{"next", "reply", "next", "reply", "work", "next", "reply", "next"}; !slices.Equal(got, want) {
		t.Errorf("the order is %v\nwant %v", got, want)
	}
}
