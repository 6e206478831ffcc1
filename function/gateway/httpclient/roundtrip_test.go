package httpclient_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/hearthgate/hearthgate/function/gateway/httpclient"
)

// TestRoundTrip sends as a library does.
func TestRoundTrip(t *testing.T) {
	hold := make(chan struct{})
	store := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/slow" {
			<-hold
		}
		b, _ := io.ReadAll(r.Body)
		w.Header().Set("X-Target", r.Header.Get("X-Target"))
		w.WriteHeader(http.StatusTeapot)
		_, _ = w.Write(b)
	}))
	defer store.Close()
	defer close(hold)
	c := client(t, httpclient.Config{})
	vendor := &http.Client{Transport: c}
	r, err := http.NewRequest(http.MethodPost, store.URL, strings.NewReader(`{"a":1}`))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("X-Target", "Get")
	res, err := vendor.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	b, _ := io.ReadAll(res.Body)
	if res.StatusCode != http.StatusTeapot || string(b) != `{"a":1}` || res.Header.Get("X-Target") != "Get" || status(t, c).Requests != 1 {
		t.Errorf("got %s %q %v", res.Status, b, res.Header)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	r, _ = http.NewRequestWithContext(ctx, http.MethodGet, store.URL+"/slow", nil)
	if _, err = vendor.Do(r); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v, want an error that libraries recognize as a timeout", err)
	}
}
