package app

import (
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
)

// TestConcurrentConnections has the home answer 64 directives at a time, again and again:
// the connections of the first time are enough.
func TestConcurrentConnections(t *testing.T) {
	const atOnce, rounds = 64, 5
	var dialled atomic.Int64
	arrived, answer := make(chan struct{}), make(chan struct{})
	home := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost { // and not the request of the start
			arrived <- struct{}{}
			<-answer
		}
		_, _ = w.Write([]byte(handled))
	}))
	home.Config.ConnState = func(_ net.Conn, s http.ConnState) {
		if s == http.StateNew {
			dialled.Add(1)
		}
	}
	home.Start()
	defer home.Close()
	app, _ := started(t, home.URL, nil)
	for range rounds {
		var round sync.WaitGroup
		for range atOnce {
			round.Go(func() { invoke(t, app, turnOn) })
		}
		for range atOnce { // all are there, each on a connection of its own
			<-arrived
		}
		for range atOnce {
			answer <- struct{}{}
		}
		round.Wait()
	}
	if n := dialled.Load(); n < atOnce || n > atOnce+1 { // and that of the start
		t.Errorf("%d connections were made for %d rounds of %d directives at once", n, rounds, atOnce)
	}
}
