package utility

import (
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hearthgate/hearthgate/function/core"
)

// A Level says how much of what is free of charge the month will take.
type Level uint8

// The levels, each with the share of the most used allowance that it begins at.
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

// levelOf returns the level that begins at or below a share.
func levelOf(share float64) Level {
	l := Normal
	for l+1 < numLevels && share >= levels[l+1].from {
		l++
	}
	return l
}

// A Work can be left out when it would cost money. Answering a directive is none:
// it always runs.
type Work uint8

// The works, the one that is missed least first.
const (
	DebugLines   Work = iota // lines below the one that an invocation writes
	Probes                   // scheduled looks whether the home is there
	RefreshAhead             // fetching anew what is about to expire, after the reply

	numWorks = iota
)

var works = [numWorks]struct {
	name, about string
	stops       Level
}{
	{"debug_lines", "lines of single operations; the line of the invocation is written all the same", Warning},
	{"probes", "scheduled looks whether the home is there; directives show it as well", Protection},
	{"refresh_ahead", "fetching anew what is about to expire; it is then fetched when it is asked for", Emergency},
}

// String returns the work's name.
func (w Work) String() string {
	if w < numWorks {
		return works[w].name
	}
	return fmt.Sprintf("work(%d)", uint8(w))
}

// A Usage is how far one allowance goes that is free of charge each month.
type Usage struct {
	Name  string  `json:"name" doc:"of the allowance, such as requests or gb_seconds"`
	Used  float64 `json:"used" doc:"what the whole month will have used if it goes on like this, in the allowance's own unit"`
	Limit float64 `json:"limit" doc:"what is free of charge, in the same unit"`
}

// Share returns which part of the allowance is used, 0.5 for half of it.
func (u Usage) Share() float64 {
	if u.Limit <= 0 || !(u.Used > 0) {
		return 0
	}
	return u.Used / u.Limit
}

// A Guard says which work may run, so that nothing optional costs money. It is
// safe for concurrent use; the zero value knows of no usage and allows everything.
type Guard struct {
	Usage func() []Usage // of this month, as far as it is known; default: nothing is known
	Every time.Duration  // how long an answer of Usage holds; default: 1 s

	looking sync.Mutex // held by the one that asks Usage
	seen    atomic.Pointer[sight]
	skipped [numWorks]atomic.Int64
}

// sight is what the last look at the usage showed.
type sight struct {
	level  Level
	most   Usage // the allowance of which the largest share is used
	usages []Usage
	until  time.Time
}

// Allows reports whether w may run now.
func (g *Guard) Allows(w Work) bool {
	if g.look().level < works[w].stops {
		return true
	}
	g.skipped[w].Add(1)
	return false
}

// Level returns the level that holds now.
func (g *Guard) Level() Level { return g.look().level }

// Health says how it is going: well, while nothing has to be left out.
func (g *Guard) Health() core.Health {
	s := g.look()
	h := core.Healthy(map[string]any{"cost_level": s.level.String(), "cost_share": s.most.Share()})
	if s.level > Normal {
		var out []string
		for _, work := range works {
			if s.level >= work.stops {
				out = append(out, work.name)
			}
		}
		h.Deduct(int(s.level)*15, fmt.Sprintf("the month will take %.0f %% of the %s that are free of charge, so this is left out: %s", s.most.Share()*100, s.most.Name, strings.Join(out, ", ")))
	}
	return h
}

var nothing = new(sight)

// look returns what is known of the usage. One caller at a time asks for it anew,
// when it is due; the others have what was seen before, and so has whatever Usage
// itself runs.
func (g *Guard) look() *sight {
	if g.Usage == nil {
		return nothing
	}
	s := g.seen.Load()
	now := time.Now()
	if s != nil && now.Before(s.until) || !g.looking.TryLock() {
		if s == nil {
			return nothing
		}
		return s
	}
	defer g.looking.Unlock()
	s = &sight{usages: g.Usage()}
	for _, u := range s.usages {
		if u.Share() > s.most.Share() {
			s.most = u
		}
	}
	s.level = levelOf(s.most.Share())
	every := g.Every
	if every <= 0 {
		every = time.Second
	}
	s.until = now.Add(every)
	g.seen.Store(s)
	return s
}
