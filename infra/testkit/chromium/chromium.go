// Package chromium is a real browser for the tests: Debian's Chromium, without a window
// and with a profile of its own.
package chromium

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// patience is how long a step may take before it fails.
const patience = 30 * time.Second

// A Browser is one window. It remembers what it has requested and complained of.
type Browser struct {
	t   testing.TB
	ctx context.Context

	mu         sync.Mutex
	requested  []string // guarded by mu; addresses
	complaints []string // guarded by mu; what the console shows as an error or a warning
}

// Start starts a browser that ends with the test. Without Chromium the test is skipped or,
// with CI=true, fails.
func Start(t testing.TB) *Browser {
	t.Helper()
	options := append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]),
		chromedp.ExecPath(find(t)), chromedp.NoSandbox, // the tests run as root in a container, and open our own page only
		chromedp.UserDataDir(t.TempDir()), chromedp.Flag("no-proxy-server", true), chromedp.Flag("disable-component-update", true),
	)
	allocated, release := chromedp.NewExecAllocator(t.Context(), options...)
	ctx, end := chromedp.NewContext(allocated)
	b := &Browser{t: t, ctx: ctx}
	t.Cleanup(func() {
		_ = chromedp.Cancel(ctx) // it waits for the browser, which writes to its profile until it ends
		end()
		release()
	})
	if err := chromedp.Listen(ctx, b.hear); err != nil {
		t.Fatalf("Chromium does not start: %v", err)
	}
	call(b, network.Enable, network.EnableParams{})
	call(b, log.Enable, cdp.Empty{})
	return b
}

// find returns the path of Chromium.
func find(t testing.TB) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	const missing = "skipped: Chromium is missing; install it with `apt-get install chromium`"
	if os.Getenv("CI") == "true" {
		t.Fatal(missing)
	}
	t.Skip(missing)
	return ""
}

// hear keeps what the browser reports.
func (b *Browser) hear(event any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		b.requested = append(b.requested, e.Request.URL)
	case *log.EventEntryAdded:
		if e.Entry.Level == log.EntryLevelError || e.Entry.Level == log.EntryLevelWarning {
			b.complaints = append(b.complaints, strings.TrimSpace(e.Entry.Text+" "+e.Entry.URL))
		}
	case *runtime.EventExceptionThrown:
		b.complaints = append(b.complaints, e.ExceptionDetails.Text)
	}
}

// call runs a command of the browser, which must succeed.
func call[P, R any](b *Browser, command cdp.Command[P, R], params P) {
	b.t.Helper()
	if _, err := chromedp.Call(b.ctx, command, params); err != nil {
		b.t.Fatal(err)
	}
}

// Do runs steps, which must succeed.
func (b *Browser) Do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		b.t.Fatalf("%v; the browser complains of %q, and shows %s", err, b.Complaints(), b.text())
	}
}

// text returns the beginning of what the page says, for a message about another error.
func (b *Browser) text() string {
	const most = 3000
	ctx, cancel := context.WithTimeout(b.ctx, time.Second)
	defer cancel()
	text, err := chromedp.Run(ctx, chromedp.Evaluate[string](`document.body ? document.body.innerText : ""`))
	if err != nil {
		return err.Error()
	}
	return text[:min(len(text), most)]
}

// Open opens an address.
func (b *Browser) Open(address string) {
	b.t.Helper()
	b.Do(chromedp.Navigate(address))
}

// Click clicks the first element of a CSS selector, as a mouse does. Where the page
// replaces or moves the element meanwhile, so that the click misses it, it clicks again.
func (b *Browser) Click(selector string) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	var err error
	hit := false
	for !hit && ctx.Err() == nil {
		b.Run(fmt.Sprintf(`window.missed = true; addEventListener("click", e => { window.missed = !e.target.closest(%q) }, {capture: true, once: true})`, selector))
		if err = chromedp.Do(ctx, chromedp.Click(chromedp.CSS(selector))); err == nil {
			missed, gone := try[bool](b, `window.missed === true`)
			hit = !missed || gone != nil // a page that the click has opened knows nothing of it
		} else if !strings.Contains(err.Error(), "Could not find node") {
			break
		}
	}
	if !hit {
		b.t.Fatalf("%s cannot be clicked: %v; the browser complains of %q", selector, cmp.Or(err, ctx.Err()), b.Complaints())
	}
}

// Type types keys into the first element of a CSS selector.
func (b *Browser) Type(selector, keys string) {
	b.t.Helper()
	b.Do(chromedp.SendKeys(chromedp.CSS(selector), keys))
}

// Press types keys where the focus is.
func (b *Browser) Press(keys string) {
	b.t.Helper()
	b.Do(chromedp.KeyEvent(keys))
}

// Run runs JavaScript whose result does not matter.
func (b *Browser) Run(script string) {
	b.t.Helper()
	b.Do(chromedp.Evaluate[chromedp.Void](script, chromedp.EvalAwaitPromise))
}

// Eval returns what an expression of JavaScript, which may be a promise, comes to.
func Eval[T any](b *Browser, expression string) T {
	b.t.Helper()
	v, err := try[T](b, expression)
	if err != nil {
		b.t.Fatalf("%v; the browser complains of %q", err, b.Complaints())
	}
	return v
}

func try[T any](b *Browser, expression string) (T, error) {
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	return chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
}

// Wait waits until an expression of JavaScript is true, on whatever page the browser is
// then.
func (b *Browser) Wait(expression string) {
	b.t.Helper()
	const every = 20 * time.Millisecond
	end := time.Now().Add(patience)
	for {
		is, err := try[bool](b, "Boolean("+expression+")")
		switch {
		case is:
			return
		case time.Now().After(end):
			b.t.Fatalf("it did not happen in %v: %s (%v); the browser complains of %q, and shows %s", patience, expression, err, b.Complaints(), b.text())
		}
		time.Sleep(every)
	}
}

// Sees waits until an element of a CSS selector has this text.
func (b *Browser) Sees(selector, text string) {
	b.t.Helper()
	b.Wait(`[...document.querySelectorAll(` + quote(selector) + `)].some(e => e.innerText.includes(` + quote(text) + `))`)
}

// Resize makes the window so many CSS pixels wide, and its colors dark or light.
func (b *Browser) Resize(width int, dark bool) {
	b.t.Helper()
	scheme := "light"
	if dark {
		scheme = "dark"
	}
	const height = 800
	b.Do(chromedp.EmulateViewport(int64(width), height))
	call(b, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}})
}

// Picture returns a picture of the whole page, as PNG.
func (b *Browser) Picture() []byte {
	b.t.Helper()
	const best = 100
	picture, err := chromedp.Run(b.ctx, chromedp.FullScreenshot(best))
	if err != nil {
		b.t.Fatal(err)
	}
	return picture
}

// Complaints returns what the console has shown as an error or a warning since the last call.
func (b *Browser) Complaints() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	all := b.complaints
	b.complaints = nil
	return all
}

// Requested returns the addresses that the browser has requested.
func (b *Browser) Requested() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.requested)
}

// Elsewhere returns the addresses that the browser has requested and that are not at host.
func (b *Browser) Elsewhere(host string) []string {
	return slices.DeleteFunc(b.Requested(), func(address string) bool {
		u, err := url.Parse(address)
		return err == nil && u.Host == host
	})
}

// quote returns a text as a string of JavaScript.
func quote(text string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, "'", `\'`, "\n", `\n`).Replace(text) + "'"
}
