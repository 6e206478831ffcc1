package localrun_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"syscall"
)

// function is what the tests run: a runtime of few words that does with each
// event what the event says.
func function() {
	api := "http://" + os.Getenv("AWS_LAMBDA_RUNTIME_API") + "/2018-06-01/runtime/"
	if os.Getenv("DEAF") != "" {
		signal.Ignore(syscall.SIGTERM)
	}
	switch mode := os.Getenv("INIT"); mode {
	case "exit":
		os.Exit(4)
	case "hang":
		select {}
	case "error", "once":
		if _, err := os.Stat("started"); mode == "once" && os.IsNotExist(err) {
			os.WriteFile("started", nil, 0o600)
			break
		}
		fmt.Println("I am about to fail")
		post(api+"init/error", `{"errorType":"settings","errorMessage":"HOME_ASSISTANT_URL is missing"}`)
		os.Exit(1)
	}
	for serve(api) {
	}
}

// serve does one event and says whether there may be another.
func serve(api string) bool {
	r, err := http.Get(api + "invocation/next")
	if err != nil {
		return false
	}
	event, _ := io.ReadAll(r.Body)
	r.Body.Close()
	var e struct{ Do string }
	json.Unmarshal(event, &e)
	reply := string(event)
	this := api + "invocation/" + r.Header.Get("Lambda-Runtime-Aws-Request-Id")
	switch e.Do {
	case "echo":
		fmt.Printf("echo %s\n", event)
	case "see":
		reply = see(r.Header)
	case "error":
		post(this+"/error", `{"errorType":"errorString","errorMessage":"it is broken"}`)
		return true
	case "exit":
		os.Exit(3)
	case "leave":
		os.Exit(0)
	case "say and hang":
		fmt.Println("hanging")
		select {}
	case "hang":
		select {}
	case "large":
		reply = strings.Repeat("x", 7<<20)
	case "write":
		fmt.Fprint(os.Stdout, "one\n")
		fmt.Fprint(os.Stderr, "two\n")
		fmt.Fprint(os.Stdout, strings.Repeat("3", 200_000)+"\nhalf")
	}
	post(this+"/response", reply)
	return e.Do != "exit after"
}

func see(headers http.Header) string {
	flat := map[string]string{}
	for name := range headers {
		flat[name] = headers.Get(name)
	}
	dir, _ := os.Getwd()
	b, _ := json.Marshal(map[string]any{"headers": flat, "env": os.Environ(), "dir": dir})
	return string(b)
}

func post(url, body string) {
	r, err := http.Post(url, "application/json", bytes.NewReader([]byte(body)))
	if err != nil {
		return
	}
	io.Copy(io.Discard, r.Body)
	r.Body.Close()
}
