package logview

import (
	"context"
	"sync"
	"time"

	"github.com/hearthgate/hearthgate/infra/internal/awsaccount"
)

// A merge returns the lines of several logs in the order of their times. It holds at most
// two pages of each.
type merge struct {
	stop  func() // ends the reading
	pages []<-chan []line
	heads [][]line // what is left of the page of each log

	mu     sync.Mutex
	failed []failure // guarded by mu
}

// A failure is that of one log.
type failure struct {
	home string
	err  error
}

// merge begins to read all logs from a time on.
func (v *View) merge(ctx context.Context, since time.Time) *merge {
	ctx, stop := context.WithCancel(ctx)
	m := &merge{stop: stop, heads: make([][]line, len(v.Sources))}
	const most, least = 10_000, 200 // lines on a page, of all logs and of one
	limit := max(least, most/max(1, len(v.Sources)))
	for _, s := range v.Sources {
		pages := make(chan []line)
		m.pages = append(m.pages, pages)
		go func() {
			defer close(pages)
			scan := awsaccount.Scan{Group: s.Group, Pattern: v.Filter.pattern(), From: since, Limit: limit}
			_, err := s.Account.Scan(ctx, scan, func(page []awsaccount.Line) bool {
				var lines []line
				for _, l := range page {
					if l, ok := v.parse(s.Home, l); ok {
						lines = append(lines, l)
					}
				}
				select {
				case pages <- lines:
					return true
				case <-ctx.Done():
					return false
				}
			})
			if err != nil && ctx.Err() == nil {
				m.mu.Lock()
				defer m.mu.Unlock()
				m.failed = append(m.failed, failure{s.Home, err})
			}
		}()
	}
	return m
}

// next returns the oldest line that was not returned yet; ok is false at the end.
func (m *merge) next() (oldest line, ok bool) {
	at := -1
	for i := range m.heads {
		for len(m.heads[i]) == 0 && m.pages[i] != nil {
			page, more := <-m.pages[i]
			if m.heads[i] = page; !more {
				m.pages[i] = nil
			}
		}
		if len(m.heads[i]) > 0 && (at < 0 || m.heads[i][0].At.Before(m.heads[at][0].At)) {
			at = i
		}
	}
	if at < 0 {
		return line{}, false
	}
	oldest, m.heads[at] = m.heads[at][0], m.heads[at][1:]
	return oldest, true
}

// failures returns the logs that could not be read to their end. It is complete after the
// last line.
func (m *merge) failures() []failure {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.failed
}
