package utility

import (
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hearthgate/hearthgate/function/core"
)

// A Level is how close the month's projected usage is to the end of a free allowance.
type Level uint8

// The levels, each with the share of the most used allowance that it starts at.
const (
	Normal     Level = iota // below 75 %
	Warning                 // from 75 %
	Protection              // from 90 %
	Emergency               // from 95 %

	numLevels = iota
)

var levels = [numLevels]struct {
	name string
	from float64
}{{"normal", 0}, {"warning", 0.75}, {"protection", 0.9}, {"emergency", 0.95}}

// String returns the level's one word.
func (l Level) String() string {
	if l < numLevels {
		return levels[l].name
	}
	return fmt.Sprintf("level(%d)", uint8(l))
}

// MarshalText returns the level's one word.
func (l Level) MarshalText() ([]byte, error) { return []byte(l.String()), nil }

// levelOf returns the level of a share.
func levelOf(share float64) Level {
	l := Normal
	for l+1 < numLevels && share >= levels[l+1].from {
		l++
	}
	return l
}

// An OptionalTask is work that the function skips when it would cost money.
// Directives are always answered.
type OptionalTask uint8

// The optional tasks, the least important first.
const (
	DebugLines   OptionalTask = iota // log lines other than the one of each invocation
	Probes                           // scheduled checks that the home is reachable
	RefreshAhead                     // refreshing cache entries before they expire, after the reply

	numTasks = iota
)

var tasks = [numTasks]struct {
	name, about string
	stops       Level
}{
	{"debug_lines", "log lines of single operations; the line of each invocation is always written", Warning},
	{"probes", "scheduled checks that the home is reachable; directives still show whether it is", Protection},
	{"refresh_ahead", "refreshing cache entries before they expire; without it the next request for one fetches it", Emergency},
}

// String returns the task's name.
func (t OptionalTask) String() string {
	if t < numTasks {
		return tasks[t].name
	}
	return fmt.Sprintf("task(%d)", uint8(t))
}

// A Usage is the projected use of one allowance that is free of charge each month.
type Usage struct {
	Name  string  `json:"name" doc:"of the allowance, such as requests or gb_seconds"`
	Used  float64 `json:"used" doc:"projected for the whole month, in the allowance's unit"`
	Limit float64 `json:"limit" doc:"free of charge each month, in the same unit"`
}

// Share returns the used share of the allowance: 0.5 for half of it, 0 for one
// without a limit.
func (u Usage) Share() float64 {
	if u.Limit <= 0 || !(u.Used > 0) {
		return 0
	}
	return u.Used / u.Limit
}

// A CostGuard decides which optional tasks may run, so that they cost nothing. It is
// safe for concurrent use. The zero value knows no usage and allows every task.
type CostGuard struct {
	Usage func() []Usage // projected for this month; default: unknown
	Every time.Duration  // for which a result of Usage is reused; default: 1 s

	reading sync.Mutex // held while Usage runs
	last    atomic.Pointer[usageSnapshot]
	skipped [numTasks]atomic.Int64
}

// A usageSnapshot is a result of Usage and what follows from it. It is immutable.
type usageSnapshot struct {
	usages  []Usage
	highest Usage // the allowance with the largest used share
	level   Level
	expires time.Time
}

// Allows reports whether t may run now. It counts a refusal as a skipped task.
func (g *CostGuard) Allows(t OptionalTask) bool {
	if g.snapshot().level < tasks[t].stops {
		return true
	}
	g.skipped[t].Add(1)
	return false
}

// Level returns the current level.
func (g *CostGuard) Level() Level { return g.snapshot().level }

func (g *CostGuard) health() core.Health {
	s := g.snapshot()
	h := core.Healthy(map[string]any{"cost_level": s.level.String(), "cost_share": s.highest.Share()})
	if s.level > Normal {
		var paused []string
		for _, task := range tasks {
			if s.level >= task.stops {
				paused = append(paused, task.name)
			}
		}
		h.Deduct(int(s.level)*15, fmt.Sprintf("the month is projected to use %.0f %% of the free %s, so these tasks are paused: %s", s.highest.Share()*100, s.highest.Name, strings.Join(paused, ", ")))
	}
	return h
}

var unknownUsage = new(usageSnapshot)

// snapshot returns the last snapshot, and takes a new one when that has expired. Only
// one caller at a time runs Usage; meanwhile the others, and what Usage itself calls,
// get the expired one.
func (g *CostGuard) snapshot() *usageSnapshot {
	if g.Usage == nil {
		return unknownUsage
	}
	s := g.last.Load()
	now := time.Now()
	if s != nil && now.Before(s.expires) || !g.reading.TryLock() {
		if s == nil {
			return unknownUsage
		}
		return s
	}
	defer g.reading.Unlock()
	s = &usageSnapshot{usages: g.Usage()}
	for _, u := range s.usages {
		if u.Share() > s.highest.Share() {
			s.highest = u
		}
	}
	s.level = levelOf(s.highest.Share())
	every := g.Every
	if every <= 0 {
		every = time.Second
	}
	s.expires = now.Add(every)
	g.last.Store(s)
	return s
}
