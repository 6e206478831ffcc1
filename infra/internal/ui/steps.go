package ui

import (
	"fmt"
	"sync"
	"time"
)

// Steps shows work that takes a while, step by step, with the time that each took: on a
// terminal in one line that is rewritten until the step ends, elsewhere in a line when a
// step begins and another one when it ends. Its methods may be called from several
// goroutines.
type Steps struct {
	screen *Screen
	plain  bool

	mu     sync.Mutex
	text   string        // guarded by mu; of the step, "" between two
	detail string        // guarded by mu
	began  time.Time     // guarded by mu
	said   time.Time     // guarded by mu; when the detail was last written where lines stay
	ticks  chan struct{} // guarded by mu; closed when the step ends
}

// Steps returns steps that are shown on s. If other programs write there too, they are
// in lines that stay.
func (s *Screen) Steps(others bool) *Steps {
	return &Steps{screen: s, plain: others || !s.rewrites}
}

// Begin begins a step, and ends the one before it.
func (p *Steps) Begin(text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.text == text {
		return
	}
	p.end(p.screen.Good("+"))
	p.text, p.detail, p.began, p.said = text, "", time.Now(), time.Now()
	if p.plain {
		p.screen.Progress(text)
		return
	}
	p.ticks = make(chan struct{})
	p.draw()
	go p.tick(p.ticks)
}

// Detail says how far the step is, such as "3 of 29 resources". Where lines stay, it is
// written every ten seconds at most.
func (p *Steps) Detail(text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.text == "" || p.detail == text {
		return
	}
	p.detail = text
	const seldom = 10 * time.Second
	switch now := time.Now(); {
	case !p.plain:
		p.draw()
	case now.Sub(p.said) >= seldom:
		p.said = now
		p.screen.Printf("  %s, %s\n", text, Took(now.Sub(p.began)))
	}
}

// Printf writes lines between the steps or beside one.
func (p *Steps) Printf(format string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.text == "" || p.plain {
		p.screen.Printf(format, args...)
		return
	}
	p.screen.Printf("%s", mark(erasing))
	p.screen.Printf(format, args...)
	p.draw()
}

// End ends the last step: as done, or as failed if err is not nil.
func (p *Steps) End(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if err != nil {
		p.end(p.screen.Bad("-"))
		return
	}
	p.end(p.screen.Good("+"))
}

// end ends the step, if there is one; the caller holds mu.
func (p *Steps) end(sign string) {
	if p.text == "" {
		return
	}
	text := p.text
	if p.detail != "" {
		text += ", " + p.detail
	}
	took := Took(time.Since(p.began))
	if p.plain {
		p.screen.Printf("%s %s: %s\n", sign, text, took)
	} else {
		close(p.ticks)
		p.screen.Printf("%s%s %s  %s\n", mark(erasing), sign, text, p.screen.Dim(took))
	}
	p.text = ""
}

// tick keeps the time of a step up to date.
func (p *Steps) tick(end <-chan struct{}) {
	every := time.NewTicker(time.Second)
	defer every.Stop()
	for {
		select {
		case <-end:
			return
		case <-every.C:
		}
		p.mu.Lock()
		select {
		case <-end:
		default:
			p.draw()
		}
		p.mu.Unlock()
	}
}

// draw rewrites the line of the step; the caller holds mu.
func (p *Steps) draw() {
	line := "  " + p.text + " ..."
	if p.detail != "" {
		line += " " + p.detail
	}
	if d := time.Since(p.began); d >= time.Second {
		line += fmt.Sprintf(", %.0f s", d.Truncate(time.Second).Seconds())
	}
	if r := []rune(line); p.screen.width > 0 && len(r) >= p.screen.width {
		line = string(r[:p.screen.width-1])
	}
	p.screen.Printf("%s%s", mark(erasing), p.screen.Dim(line))
}

// Took returns a duration as a person reads it.
func Took(d time.Duration) string {
	switch {
	case d < 10*time.Second:
		return fmt.Sprintf("%.1f s", d.Seconds())
	case d < time.Minute:
		return fmt.Sprintf("%.0f s", d.Seconds())
	}
	d = d.Round(time.Second)
	return fmt.Sprintf("%d min %d s", d/time.Minute, d%time.Minute/time.Second)
}
