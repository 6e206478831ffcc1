package web

import "sync"

// A Hub tells every open page that something has changed. Its zero value is ready.
type Hub struct {
	mu    sync.Mutex
	pages map[chan struct{}]bool // guarded by mu; each holds at most one notice
}

// Notify says that something has changed. It never waits.
func (h *Hub) Notify() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for page := range h.pages {
		select {
		case page <- struct{}{}:
		default: // it has a notice that it has not read yet
		}
	}
}

// join returns a page's notices, and what ends them.
func (h *Hub) join() (notices <-chan struct{}, leave func()) {
	page := make(chan struct{}, 1)
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.pages == nil {
		h.pages = map[chan struct{}]bool{}
	}
	h.pages[page] = true
	return page, func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		delete(h.pages, page)
	}
}
