package logging

import (
	"io"
	"log/slog"
	"sync"
)

// An output writes lines one after the other, and counts them.
type output struct {
	mu     sync.Mutex
	w      io.Writer
	lines  [4]int64 // guarded by mu; debug, info, warn, error
	bytes  int64    // guarded by mu
	lost   int64    // guarded by mu; lines whose write failed
	reason error    // guarded by mu; why the last one failed
}

// write writes a line.
func (o *output) write(level slog.Level, line []byte) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	n, err := o.w.Write(line)
	o.bytes += int64(n)
	if err != nil {
		o.lost++
		o.reason = err
		return err
	}
	o.lines[index(level)]++
	return nil
}

// index returns the place of a level in the counts.
func index(l slog.Level) int {
	switch {
	case l < slog.LevelInfo:
		return 0
	case l < slog.LevelWarn:
		return 1
	case l < slog.LevelError:
		return 2
	}
	return 3
}
