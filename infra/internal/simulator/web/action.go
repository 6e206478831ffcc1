package web

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
)

// confirmed is the key of a context in which the person has confirmed what is sent.
type confirmed struct{}

// An unconfirmed is the error of what a person must confirm first.
type unconfirmed string

func (u unconfirmed) Error() string { return string(u) }

// Confirm is the Confirm of a session in a browser: it holds back what changes something
// at a deployed home, until the page has asked the person.
func Confirm(ctx context.Context, what string) error {
	if ctx.Value(confirmed{}) != nil {
		return nil
	}
	return unconfirmed(what)
}

// act runs an action of the page, and answers with nothing (204), with a question to
// confirm (409), or with what is wrong (422).
func (s *Server) act(w http.ResponseWriter, r *http.Request, do func(ctx context.Context) error) {
	ctx := r.Context()
	if r.PostFormValue("confirmed") == "yes" {
		ctx = context.WithValue(ctx, confirmed{}, true)
	}
	err := do(ctx)
	question, asks := errors.AsType[unconfirmed](err)
	switch {
	case err == nil:
		w.WriteHeader(http.StatusNoContent)
	case asks:
		http.Error(w, shown(string(question), longText), http.StatusConflict)
	default:
		http.Error(w, shown(err.Error(), longText), http.StatusUnprocessableEntity)
	}
}

func (s *Server) say(w http.ResponseWriter, r *http.Request) {
	const most = 64 << 10
	r.Body = http.MaxBytesReader(w, r.Body, most)
	sentence := strings.TrimSpace(r.PostFormValue("sentence"))
	s.act(w, r, func(ctx context.Context) error {
		if sentence == "" {
			return errors.New("nothing was said: write a sentence, such as turn on kitchen light")
		}
		_, err := s.session.Say(ctx, sentence)
		return err
	})
}

func (s *Server) replay(w http.ResponseWriter, r *http.Request) {
	n, _ := strconv.Atoi(r.PostFormValue("n"))
	if n < 1 {
		n = -1 // no turn: what is no number is none
	}
	s.act(w, r, func(ctx context.Context) error {
		_, err := s.session.Replay(ctx, n)
		return err
	})
}

func (s *Server) discover(w http.ResponseWriter, r *http.Request) {
	s.act(w, r, func(ctx context.Context) error {
		_, err := s.session.Discover(ctx)
		return err
	})
}

func (s *Server) cold(w http.ResponseWriter, r *http.Request) { s.act(w, r, s.session.Cold) }

func (s *Server) fault(w http.ResponseWriter, r *http.Request) {
	name, much := r.PostFormValue("name"), r.PostFormValue("much")
	s.act(w, r, func(ctx context.Context) error {
		if r.PostFormValue("on") == "true" {
			return s.session.Break(name, much)
		}
		return s.session.Mend(ctx, name)
	})
}

// complete returns sentences that begin with what was typed.
func (s *Server) complete(w http.ResponseWriter, r *http.Request) {
	const most = 20
	all := []string{}
	for _, sentence := range s.session.Complete(r.URL.Query().Get("typed"), most) {
		if shown(sentence, longName) == sentence {
			all = append(all, sentence)
		}
	}
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(all) // text: cannot fail; a page that is gone reads nothing
}
