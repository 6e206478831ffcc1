package cache

import (
	"fmt"
	"slices"
	"time"

	"github.com/hearthgate/hearthgate/function/core"
)

// A Namespace holds entries of one sort, with limits and times of their own.
type Namespace core.Namespace

// The namespaces.
const (
	Settings  = Namespace(core.NamespaceSettings)
	Discovery = Namespace(core.NamespaceDiscovery) // the last known good one
	Response  = Namespace(core.NamespaceResponse)  // results of operations; the default
	Identity  = Namespace(core.NamespaceIdentity)  // who a token belongs to
	Negative  = Namespace(core.NamespaceNegative)  // what was refused, so that it is not asked again

	// used holds how often keys were used. It is on the levels below only, and
	// nobody can name it.
	used Namespace = "used"
)

// Namespaces returns every namespace, in a stable order.
func Namespaces() []Namespace {
	return []Namespace{Settings, Discovery, Response, Identity, Negative}
}

const numNamespaces = 5

// Limits are how much of a namespace is kept in memory, and for how long an entry
// holds whose keeper did not say: [Limits.Life].
type Limits struct {
	Entries int
	Bytes   int
	Min     time.Duration // of an entry that is never hit
	Default time.Duration // of one that was hit once
	Max     time.Duration // of one that is hit often, and the most that anybody may ask for
}

// Life returns how long an entry holds, from when it was stored, that was hit so
// often since: twice as long with each hit after the first, up to the maximum.
func (l Limits) Life(hits uint32) time.Duration {
	if hits == 0 {
		return l.Min
	}
	d := l.Default
	for ; hits > 1 && d < l.Max; hits-- {
		d *= 2
	}
	return min(d, l.Max)
}

// Defaults returns the limits that a namespace has unless [Options] say otherwise.
// Together they stay below 8 MB of the 128 that a function has.
func (ns Namespace) Defaults() Limits {
	switch ns {
	case Settings:
		return Limits{256, 256 << 10, 30 * time.Second, 5 * time.Minute, time.Hour}
	case Discovery:
		return Limits{64, 3 << 20, 24 * time.Hour, 7 * 24 * time.Hour, 30 * 24 * time.Hour}
	case Identity:
		return Limits{512, 512 << 10, 5 * time.Minute, 30 * time.Minute, 12 * time.Hour}
	case Negative:
		// An address that is refused too often is banned, one that is left alone
		// too long stays broken for its owner.
		return Limits{512, 256 << 10, 15 * time.Second, time.Minute, 5 * time.Minute}
	}
	return Limits{2000, 4 << 20, time.Minute, 5 * time.Minute, time.Hour}
}

// index returns the place of ns among [Namespaces].
func (ns Namespace) index() int {
	switch ns {
	case Settings:
		return 0
	case Discovery:
		return 1
	case Identity:
		return 3
	case Negative:
		return 4
	}
	return 2
}

// inClear reports whether what holds no secret may go below memory without a key.
func (ns Namespace) inClear() bool { return ns == Discovery || ns == Response || ns == used }

// asksTable reports whether a look-up may ask the table. A miss is the normal
// answer in the negative namespace, and must cost no time.
func (ns Namespace) asksTable() bool { return ns != Negative }

func checkNamespace(ns Namespace) error {
	if ns != "" && !slices.Contains(Namespaces(), ns) {
		return fmt.Errorf("field namespace is %.40q; settings, discovery, response, identity or negative is wanted", ns)
	}
	return nil
}
