package cache

import (
	"fmt"
	"slices"
	"time"

	"github.com/hearthgate/hearthgate/function/core"
)

// A Namespace holds entries of one sort, with its own limits.
type Namespace core.Namespace

// The namespaces.
const (
	Settings  = Namespace(core.NamespaceSettings)
	Discovery = Namespace(core.NamespaceDiscovery) // the last known good response
	Response  = Namespace(core.NamespaceResponse)  // results of operations; the default
	Identity  = Namespace(core.NamespaceIdentity)  // the users of tokens
	Negative  = Namespace(core.NamespaceNegative)  // rejections, so that a request is not repeated at once

	// usageCounts holds how often keys were used. It is on the levels below memory
	// only, and operations do not accept it.
	usageCounts Namespace = "used"
)

// Namespaces returns every namespace, in a stable order.
func Namespaces() []Namespace {
	return []Namespace{Settings, Discovery, Response, Identity, Negative}
}

const numNamespaces = 5

// Limits bound how much of a namespace is in memory, and the time to live of its
// entries.
type Limits struct {
	Entries int
	Bytes   int
	Min     time.Duration // time to live of an entry without hits, unless it was stored with one
	Default time.Duration // of one with a single hit
	Max     time.Duration // of one with many hits, and of any entry
}

// TTL returns the time to live, from when it was stored, of an entry with so many
// hits: Min without one, Default for the first, twice as much for each further one
// up to Max.
func (l Limits) TTL(hits uint32) time.Duration {
	if hits == 0 {
		return l.Min
	}
	d := l.Default
	for ; hits > 1 && d < l.Max; hits-- {
		d *= 2
	}
	return min(d, l.Max)
}

// Defaults returns the limits of a namespace that [Options] do not set. Together
// they stay below 8 MB of the 128 that a function has.
func (ns Namespace) Defaults() Limits {
	switch ns {
	case Settings:
		return Limits{256, 256 << 10, 30 * time.Second, 5 * time.Minute, time.Hour}
	case Discovery:
		return Limits{64, 3 << 20, 24 * time.Hour, 7 * 24 * time.Hour, 30 * 24 * time.Hour}
	case Identity:
		return Limits{512, 512 << 10, 5 * time.Minute, 30 * time.Minute, 12 * time.Hour}
	case Negative:
		// Shorter, and Home Assistant may ban the address; longer, and the home stays
		// unreachable after its owner has fixed it.
		return Limits{512, 256 << 10, 15 * time.Second, time.Minute, 5 * time.Minute}
	}
	return Limits{2000, 4 << 20, time.Minute, 5 * time.Minute, time.Hour}
}

// index returns the place of ns among [Namespaces]; that of Response for any other.
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

// orAll returns ns, or every namespace if it is "".
func (ns Namespace) orAll() []Namespace {
	if ns == "" {
		return Namespaces()
	}
	return []Namespace{ns}
}

// allowsPlain reports whether values without a secret may leave memory unencrypted.
func (ns Namespace) allowsPlain() bool {
	return ns == Discovery || ns == Response || ns == usageCounts
}

// usesTable reports whether the namespace is on the table too. A miss is the normal
// case in namespace negative, and must cost no time.
func (ns Namespace) usesTable() bool { return ns != Negative }

func checkNamespace(ns Namespace) error {
	if ns != "" && !slices.Contains(Namespaces(), ns) {
		return fmt.Errorf("field namespace is %.40q; expected settings, discovery, response, identity or negative", ns)
	}
	return nil
}
