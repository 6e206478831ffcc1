package skillsetup

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/hearthgate/hearthgate/infra/internal/skill/smapi"
)

// returnPath is where the browser comes back, see [DefaultPort].
const returnPath = "/cb"

func returnURL(port int) string { return fmt.Sprintf("http://127.0.0.1:%d%s", port, returnPath) }

// consent has the owner consent in the browser and returns the login. The browser comes
// back to this machine; where it cannot, its address is pasted at the prompt.
func (s *Setup) consent(ctx context.Context, o LoginOptions, profile smapi.Login) (smapi.Login, error) {
	c := smapi.NewConsent(s.options(profile), returnURL(o.Port))
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", fmt.Sprintf("127.0.0.1:%d", o.Port))
	if err != nil {
		return smapi.Login{}, fmt.Errorf("the browser could not come back to port %d, which another program uses: end that program, or choose another with --port and add %s to the profile's Allowed Return URLs", o.Port, returnURL(o.Port+1))
	}
	back := make(chan outcome, 1)
	server := &http.Server{Handler: loopback(c, back), ReadHeaderTimeout: 10 * time.Second}
	go server.Serve(l) // ends with Close
	defer server.Close()

	s.Out.Printf("Allow hearthgate to manage your skills, in the browser:\n%s\n", c.URL())
	if o.Open != nil {
		if err := o.Open(c.URL()); err != nil {
			s.Out.Printf("%s\n", s.Out.Dim("The browser could not be opened: open this address yourself."))
		}
	}
	done, err := s.await(ctx, o.Wait, c, back)
	if err != nil {
		return smapi.Login{}, err
	}
	// The page is shown before the server ends.
	closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer cancel()
	_ = server.Shutdown(closing)
	if done.err != nil {
		return smapi.Login{}, done.err
	}
	return c.Exchange(ctx, done.code)
}

// An outcome is how the browser came back.
type outcome struct {
	code string
	err  error
}

// await returns how the browser came back to this machine, or what was pasted.
func (s *Setup) await(ctx context.Context, wait time.Duration, c *smapi.Consent, back <-chan outcome) (outcome, error) {
	ctx, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	var pasted chan outcome
	reading, stop := context.WithCancel(ctx)
	defer stop()
	if s.interactive() {
		pasted = make(chan outcome, 1)
		s.Out.Printf("%s", s.Out.Dim("Waiting for the browser. If it runs on another machine, paste here the address at which it ends: "))
		go func() { pasted <- s.paste(reading, c) }()
	}
	select {
	case done := <-back:
		if stop(); pasted != nil {
			<-pasted // the prompt is for one goroutine
		}
		return done, nil
	case done := <-pasted:
		return done, nil
	case <-ctx.Done():
	}
	if stop(); pasted != nil {
		<-pasted
	}
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return outcome{}, &smapi.Error{Code: smapi.Timeout, Err: fmt.Errorf("the browser did not come back within %v: if Amazon's page shows an error, check that the security profile has this among its Allowed Return URLs, and that the client id is right: %s; then run it again", wait, c.ReturnURL())}
	}
	return outcome{}, context.Cause(ctx)
}

// paste reads the address at which the browser ended, until it is one.
func (s *Setup) paste(ctx context.Context, c *smapi.Consent) outcome {
	for {
		line, err := s.Prompt.Line(ctx)
		switch {
		case errors.Is(err, io.EOF): // no one will paste anything
			<-ctx.Done()
			return outcome{err: context.Cause(ctx)}
		case err != nil:
			return outcome{err: err}
		case strings.TrimSpace(line) == "":
			continue
		}
		address, err := url.Parse(strings.TrimSpace(line))
		if err != nil || address.RawQuery == "" {
			s.Out.Printf("This is not the address at which the browser ends, which begins with http://127.0.0.1: ")
			continue
		}
		code, err := c.Code(address.Query())
		return outcome{code, err}
	}
}

// loopback answers the browser that comes back, and passes the first return on.
func loopback(c *smapi.Consent, back chan<- outcome) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+returnPath, func(w http.ResponseWriter, r *http.Request) {
		code, err := c.Code(r.URL.Query())
		text := "You can close this page: hearthgate goes on in the terminal."
		if err != nil {
			text = "This did not work: the terminal says why."
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("Content-Security-Policy", "default-src 'none'")
		w.Header().Set("Referrer-Policy", "no-referrer")
		fmt.Fprintf(w, "<!doctype html><meta charset=utf-8><title>hearthgate</title><p>%s</p>\n", text)
		select {
		case back <- outcome{code, err}:
		default: // it has come back before
		}
	})
	return mux
}
