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

	"github.com/hearthgate/hearthgate/config/wire"
)

// A CheckInput is the input of [HealthCheck].
type CheckInput struct {
	Only []string `json:"only,omitempty" doc:"clock, random, json, tmp or memory; default: all of them"`
}

var checkNames = []string{"clock", "random", "json", "tmp", "memory"}

// Check rejects an unknown name.
func (in CheckInput) Check() error {
	for _, name := range in.Only {
		if !slices.Contains(checkNames, name) {
			return fmt.Errorf("field only has %.40q in it; expected %s", name, strings.Join(checkNames, ", "))
		}
	}
	return nil
}

// A CheckReport is the output of [HealthCheck].
type CheckReport struct {
	OK     bool          `json:"ok" doc:"whether every check succeeded"`
	Checks []CheckResult `json:"checks"`
}

// A CheckResult is the result of one check.
type CheckResult struct {
	Name    string  `json:"name" doc:"clock, random, json, tmp or memory"`
	OK      bool    `json:"ok"`
	Found   string  `json:"found,omitempty" doc:"what was measured"`
	Problem string  `json:"problem,omitempty" doc:"what is wrong, and what to do"`
	Took    float64 `json:"took" unit:"ms"`
}

func (g *Gateway) healthCheck(_ context.Context, in CheckInput) (CheckReport, error) {
	checks := map[string]func() (string, error){
		"clock": clock, "random": random, "json": roundTrip, "tmp": g.tmp, "memory": g.memory,
	}
	c := CheckReport{OK: true, Checks: []CheckResult{}}
	for _, name := range checkNames {
		if len(in.Only) > 0 && !slices.Contains(in.Only, name) {
			continue
		}
		began := time.Now()
		found, err := checks[name]()
		v := CheckResult{Name: name, OK: err == nil, Found: found, Took: float64(time.Since(began).Microseconds()) / 1000}
		if err != nil {
			v.Problem = err.Error()
		}
		c.OK = c.OK && v.OK
		c.Checks = append(c.Checks, v)
	}
	return c, nil
}

// clock checks that the time is plausible: certificates and signatures depend on it.
func clock() (string, error) {
	now := time.Now()
	found := now.UTC().Format(time.RFC3339)
	if now.Year() < 2025 || now.Year() > 2100 {
		return found, errors.New("the clock is wrong by years, so certificates will be rejected: set it")
	}
	if time.Since(now) < 0 {
		return found, errors.New("the clock runs backwards, so timeouts are unreliable")
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
		return "", errors.New("the system's random source returned the same bytes twice, so encryption is not secure")
	}
	return "32 random bytes", nil
}

// roundTrip encodes a message as JSON and decodes it again.
func roundTrip() (string, error) {
	want := wire.Response{Success: true, Message: "küche \"licht\" 💡\u2028", Data: json.RawMessage(`{"a":[1,2.5e-7,null]}`), Timestamp: time.Unix(1, 5).UTC()}
	b, err := json.Marshal(want)
	if err != nil {
		return "", err
	}
	var got wire.Response
	if err := json.Unmarshal(b, &got); err != nil {
		return "", err
	}
	if again, err := json.Marshal(got); err != nil || !bytes.Equal(again, b) || got.Message != want.Message {
		return "", fmt.Errorf("a message changed when it was encoded and decoded: %.200s", again)
	}
	return fmt.Sprintf("%d bytes encoded and decoded", len(b)), nil
}

// tmp writes a file, reads it and removes it.
func (g *Gateway) tmp() (found string, err error) {
	const size = 64 << 10
	f, err := os.CreateTemp(g.opts.Dir, "health-*")
	if err != nil {
		return "", fmt.Errorf("no file can be created in %s, so the cache is in memory only: %w", g.opts.Dir, err)
	}
	defer func() { err = errors.Join(err, os.Remove(f.Name())) }()
	want := bytes.Repeat([]byte{0xa5}, size)
	_, written := f.Write(want)
	if err := errors.Join(written, f.Close()); err != nil {
		return "", fmt.Errorf("%d bytes cannot be written to %s, so the cache is in memory only: %w", size, g.opts.Dir, err)
	}
	if got, err := os.ReadFile(f.Name()); err != nil || !bytes.Equal(got, want) {
		return "", errors.Join(fmt.Errorf("a file in %s differs from what was written", g.opts.Dir), err)
	}
	return fmt.Sprintf("%d bytes written and read", size), nil
}

// memory compares the memory in use with that of the function.
func (g *Gateway) memory() (string, error) {
	used, limit := g.opts.Memory()
	if limit <= 0 {
		return fmt.Sprintf("%d MB", used>>20), nil
	}
	found := fmt.Sprintf("%d of %d MB", used>>20, limit>>20)
	if used > limit/10*9 {
		return found, errors.New("more than 90 % of the function's memory is in use, and Lambda kills a process that uses all of it: give the stage more memory")
	}
	return found, nil
}
