package localrun

import (
	"bytes"
	"crypto/rand"
	"io"
	"os"
	"sync"
	"time"
)

// An output is everything that the processes of one function wrote, by lines.
type output struct {
	copy io.Writer // gets a copy of each line; default: none

	mu    sync.Mutex
	lines []string // guarded by mu
}

func (o *output) add(line []byte) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.lines = append(o.lines, string(line))
	if o.copy != nil {
		o.copy.Write(append(line[:len(line):len(line)], '\n'))
	}
}

func (o *output) all() []string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return append([]string(nil), o.lines...)
}

func (o *output) last(n int) []string {
	lines := o.all()
	return lines[max(0, len(lines)-n):]
}

// A pipe carries what one process writes to stdout and stderr into an output.
//
// Its writing end stays open here too: a mark that we write comes out after
// everything that the process wrote before it, so that sync can wait for exactly
// that. Marks are removed from the stream.
type pipe struct {
	out            *output
	reader, writer *os.File
	mark           []byte
	marks          chan struct{} // one for each mark that came out
	done           chan struct{} // closed when nothing more comes out
}

func newPipe(out *output) (*pipe, error) {
	r, w, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	p := &pipe{
		out: out, reader: r, writer: w,
		mark:  []byte("\x00" + rand.Text() + "\x00"),
		marks: make(chan struct{}, 1),
		done:  make(chan struct{}),
	}
	go p.read()
	return p, nil
}

// read moves lines to the output until the pipe ends.
func (p *pipe) read() {
	defer close(p.done)
	defer p.reader.Close()
	var rest []byte // begins with the line that is not yet complete
	chunk := make([]byte, 64<<10)
	for {
		n, err := p.reader.Read(chunk)
		rest = p.take(append(rest, chunk[:n]...))
		if err != nil {
			if len(rest) > 0 {
				p.out.add(rest)
			}
			return
		}
	}
}

// take moves the complete lines of b to the output and returns what is left.
func (p *pipe) take(b []byte) []byte {
	seen := false
	if before, after, ok := bytes.Cut(b, p.mark); ok {
		b, seen = append(before[:len(before):len(before)], after...), true
	}
	for {
		line, after, ok := bytes.Cut(b, []byte("\n"))
		if !ok {
			break
		}
		p.out.add(line)
		b = after
	}
	if seen {
		p.marks <- struct{}{}
	}
	return b
}

// sync waits until what the process has written so far is in the output.
func (p *pipe) sync() {
	if _, err := p.writer.Write(p.mark); err != nil { // closed: the process is gone
		<-p.done
		return
	}
	select {
	case <-p.marks:
	case <-p.done:
	}
}

// close closes the pipe after the process has exited and waits for what is in it. It
// does not wait for a child of the process that still holds the pipe.
func (p *pipe) close() {
	p.writer.Close()
	p.reader.SetReadDeadline(time.Now().Add(grace))
	<-p.done
}
