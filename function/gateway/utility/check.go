package utility

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"
)

// A CheckInput is the input of [HealthCheck].
type CheckInput struct {
	Only []string `json:"only,omitempty" doc:"clock, random, json, tmp or memory; default: all of them"`
}

var checkNames = []string{"clock", "random", "json", "tmp", "memory"}

// Check refuses a name that no check has.
func (in CheckInput) Check() error {
	for _, name := range in.Only {
		if !slices.Contains(checkNames, name) {
			return fmt.Errorf("field only has %.40q in it; %s are wanted", name, strings.Join(checkNames, ", "))
		}
	}
	return nil
}

// Checked is what [HealthCheck] found.
type Checked struct {
	OK     bool        `json:"ok" doc:"whether every check succeeded"`
	Checks []CheckView `json:"checks"`
}

// A CheckView is one thing that was tried.
type CheckView struct {
	Name    string  `json:"name" doc:"clock, random, json, tmp or memory"`
	OK      bool    `json:"ok"`
	Found   string  `json:"found,omitempty" doc:"what came of it"`
	Problem string  `json:"problem,omitempty" doc:"what is wrong, and what to do"`
	Took    float64 `json:"took" unit:"ms"`
}

// healthCheck tries what everything else relies on.
func (g *Gateway) healthCheck(_ context.Context, in CheckInput) (Checked, error) {
	checks := map[string]func() (string, error){
		"clock": clock, "random": random, "json": roundTrip, "tmp": g.tmp, "memory": g.memory,
	}
	c := Checked{OK: true, Checks: []CheckView{}}
	for _, name := range checkNames {
		if len(in.Only) > 0 && !slices.Contains(in.Only, name) {
			continue
		}
		began := time.Now()
		found, err := checks[name]()
		v := CheckView{Name: name, OK: err == nil, Found: found, Took: float64(time.Since(began).Microseconds()) / 1000}
		if err != nil {
			v.Problem = err.Error()
		}
		c.OK = c.OK && v.OK
		c.Checks = append(c.Checks, v)
	}
	return c, nil
}

// clock looks whether the time can be right: certificates and signatures need it.
func clock() (string, error) {
	now := time.Now()
	found := now.UTC().Format(time.RFC3339)
	if now.Year() < 2025 || now.Year() > 2100 {
		return found, errors.New("the clock is wrong by years, so no certificate will seem valid: set it")
	}
	if time.Since(now) < 0 {
		return found, errors.New("the clock goes backwards, so no time-out can be relied on")
	}
	return found, nil
}

func random() (string, error) {
	var a, b [16]byte
	if _, err := rand.Read(a[:]); err != nil {
		return "", err
	}
	if _, err := rand.Read(b[:]); err != nil {
		return "", err
	}
	if a == b {
		return "", errors.New("the system's source of random numbers gave the same twice, so nothing encrypted is safe")
	}
	return "32 random bytes", nil
}

// roundTrip writes a message as JSON and reads it again.
func roundTrip() (string, error) {
	want := Response{Success: true, Message: "küche \"licht\" 💡\u2028", Data: json.RawMessage(`{"a":[1,2.5e-7,null]}`), Timestamp: time.Unix(1, 5).UTC()}
	b, err := json.Marshal(want)
	if err != nil {
		return "", err
	}
	var got Response
	if err := json.Unmarshal(b, &got); err != nil {
		return "", err
	}
	if again, err := json.Marshal(got); err != nil || !bytes.Equal(again, b) || got.Message != want.Message {
		return "", fmt.Errorf("a message is another one after it was written and read: %.200s", again)
	}
	return fmt.Sprintf("%d bytes there and back", len(b)), nil
}

// tmp writes a file, reads it and removes it.
func (g *Gateway) tmp() (found string, err error) {
	const size = 64 << 10
	f, err := os.CreateTemp(g.opts.Dir, "health-*")
	if err != nil {
		return "", fmt.Errorf("no file can be made in %s, so the cache is in memory only: %w", g.opts.Dir, err)
	}
	defer func() { err = errors.Join(err, os.Remove(f.Name())) }()
	want := bytes.Repeat([]byte{0xa5}, size)
	_, written := f.Write(want)
	if err := errors.Join(written, f.Close()); err != nil {
		return "", fmt.Errorf("%s does not take %d bytes more, so the cache is in memory only: %w", g.opts.Dir, size, err)
	}
	if got, err := os.ReadFile(f.Name()); err != nil || !bytes.Equal(got, want) {
		return "", errors.Join(fmt.Errorf("a file in %s is not as it was written", g.opts.Dir), err)
	}
	return fmt.Sprintf("%d bytes written and read", size), nil
}

// memory compares what the process takes with what it has.
func (g *Gateway) memory() (string, error) {
	used, limit := g.opts.Memory()
	if limit <= 0 {
		return fmt.Sprintf("%d MB", used/1e6), nil
	}
	found := fmt.Sprintf("%d of %d MB", used/1e6, limit/1e6)
	if used > limit/10*9 {
		return found, errors.New("more than nine tenths of the function's memory are used, and Lambda ends what takes all of it: give the stage more memory")
	}
	return found, nil
}
