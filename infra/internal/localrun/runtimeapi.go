package localrun

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/hearthgate/hearthgate/config/alexa"
)

// maxPayload is Lambda's limit for a synchronous reply.
const maxPayload = alexa.MaxPayload + 100

// A task is an event on its way through the function.
type task struct {
	id, trace string
	event     []byte
	deadline  time.Time
	result    chan result // has room for one, so that a reply never waits for a reader
}

type result struct {
	payload []byte
	err     string
}

func newTask(event []byte) *task {
	var b [28]byte
	rand.Read(b[:])
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return &task{
		id:     fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:16]),
		trace:  fmt.Sprintf("Root=1-%08x-%x;Parent=%x;Sampled=0", time.Now().Unix(), b[16:28], b[:8]),
		event:  event,
		result: make(chan result, 1),
	}
}

// runtimeAPI returns the API of 2018-06-01 for this process.
func (p *process) runtimeAPI() http.Handler {
	const root = "/2018-06-01/runtime"
	var (
		mu    sync.Mutex
		first sync.Once
		now   *task // guarded by mu; the event that the function is handling
	)
	take := func(id string) *task { // at most once a task
		mu.Lock()
		defer mu.Unlock()
		if now == nil || now.id != id {
			return nil
		}
		t := now
		now = nil
		return t
	}
	reply := func(w http.ResponseWriter, r *http.Request, failed bool) {
		t := take(r.PathValue("id"))
		if t == nil {
			refuse(w, http.StatusBadRequest, "InvalidRequestID", "no event with this id waits for a reply")
			return
		}
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxPayload))
		if tooLarge := new(http.MaxBytesError); errors.As(err, &tooLarge) {
			f := failure{"Function.ResponseSizeTooLarge", fmt.Sprintf("Response payload size exceeded maximum allowed payload size (%d bytes).", maxPayload)}
			payload, _ := json.Marshal(f)
			t.result <- result{payload, f.String()}
			refuse(w, http.StatusRequestEntityTooLarge, f.Type, f.Message)
			return
		}
		if err != nil { // the process is exiting: its exit is the result
			return
		}
		res := result{payload: body}
		if failed {
			res.err = readFailure(r, body).String()
		}
		accepted(w)
		t.result <- res
	}

	mux := http.NewServeMux()
	mux.HandleFunc("GET "+root+"/invocation/next", func(w http.ResponseWriter, r *http.Request) {
		first.Do(func() { p.init = time.Since(p.started) })
		select {
		case p.idle <- struct{}{}:
		default:
		}
		select {
		case t := <-p.events:
			mu.Lock()
			now = t
			mu.Unlock()
			offer(w, t)
		case <-r.Context().Done():
		case <-p.exited:
		}
	})
	mux.HandleFunc("POST "+root+"/invocation/{id}/response", func(w http.ResponseWriter, r *http.Request) { reply(w, r, false) })
	mux.HandleFunc("POST "+root+"/invocation/{id}/error", func(w http.ResponseWriter, r *http.Request) { reply(w, r, true) })
	mux.HandleFunc("POST "+root+"/init/error", func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(io.LimitReader(r.Body, maxPayload))
		select {
		case p.initial <- readFailure(r, body):
		default: // the first report counts
		}
		accepted(w)
	})
	return mux
}

// offer answers next with a task.
func offer(w http.ResponseWriter, t *task) {
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Lambda-Runtime-Aws-Request-Id", t.id)
	h.Set("Lambda-Runtime-Deadline-Ms", strconv.FormatInt(t.deadline.UnixMilli(), 10))
	h.Set("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:"+region+":123456789012:function:"+Name)
	h.Set("Lambda-Runtime-Trace-Id", t.trace)
	w.Write(t.event)
}

// accepted sends status 202 at once, before the caller publishes the result.
func accepted(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusAccepted)
	io.WriteString(w, `{"status":"OK"}`)
	http.NewResponseController(w).Flush()
}

func refuse(w http.ResponseWriter, status int, kind, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(failure{kind, message})
}

// readFailure reads an error from the body, and its type from the header if the body
// has none.
func readFailure(r *http.Request, body []byte) failure {
	var f failure
	if json.Unmarshal(body, &f) != nil {
		f.Message = string(body)
	}
	if f.Type == "" {
		f.Type = r.Header.Get("Lambda-Runtime-Function-Error-Type")
	}
	return f
}
