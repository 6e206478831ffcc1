package web

import (
	"fmt"
	"slices"

	"github.com/hearthgate/hearthgate/config/wire"
	"github.com/hearthgate/hearthgate/infra/internal/simulator"
)

// A bar is a row of a waterfall.
type bar struct {
	Name, Took, Mark string
	Kind             string // the class: "good", "bad" or "hit"
	From, Wide       string // percent of the width
	Depth            int
}

// hops returns the way of a turn as a waterfall, the outermost operation first.
//
// The log has how long each operation took, in the order in which they ended. An operation
// that ended before another one and fits into it was part of it: the operations of a
// directive are nested or follow each other. Where a bar begins follows from that, with the
// time that no inner operation accounts for shared out evenly.
func hops(t simulator.Turn) []bar {
	var roots []*node
	for _, h := range t.Way {
		n := &node{hop: h}
		for left := h.Took; len(roots) > 0; {
			last := roots[len(roots)-1]
			if last.hop.Took > left {
				break
			}
			left -= last.hop.Took
			n.inner = append(n.inner, last)
			roots = roots[:len(roots)-1]
		}
		slices.Reverse(n.inner)
		roots = append(roots, n)
	}
	total := 0.0
	for _, n := range roots {
		total += n.hop.Took
	}
	if total == 0 {
		return nil
	}
	var all []bar
	at := 0.0
	for _, n := range roots {
		all = n.bars(all, at, total, 0, t.Tries)
		at += n.hop.Took
	}
	return all
}

// A node is an operation and those that it was made of.
type node struct {
	hop   wire.Hop
	inner []*node
}

// bars adds the bars of a node that begins at a time. Tries are those to reach the home.
func (n *node) bars(all []bar, at, total float64, depth, tries int) []bar {
	const least = 0.5 // percent, so that it can be seen
	b := bar{
		Name: n.hop.Operation, Took: fmt.Sprintf("%.3f ms", n.hop.Took), Kind: "good", Mark: "ok", Depth: depth,
		From: percent(at, total), Wide: fmt.Sprintf("%.2f", max(n.hop.Took/total*100, least)),
	}
	switch {
	case !n.hop.OK:
		b.Kind, b.Mark = "bad", "failed: "+n.hop.Cause
	case n.hop.CacheHit:
		b.Kind, b.Mark = "hit", "from the cache"
	}
	if tries > 1 && n.hop.Operation == "http_client.make_request" {
		b.Mark += fmt.Sprintf(", tried %d times", tries)
	}
	all = append(all, b)
	rest := n.hop.Took
	for _, i := range n.inner {
		rest -= i.hop.Took
	}
	gap := rest / float64(len(n.inner)+1)
	for _, i := range n.inner {
		at += gap
		all = i.bars(all, at, total, depth+1, tries)
		at += i.hop.Took
	}
	return all
}

func percent(part, total float64) string { return fmt.Sprintf("%.2f", part/total*100) }

// A share is a part of the time of a turn.
type share struct {
	Name, Class, Took string
	From, Wide        string // percent of the width
}

// split returns where the time of a turn went.
func split(t simulator.Times) []share {
	parts := t.Ours + t.Network + t.Home + t.Confirm
	total := max(t.Total, parts)
	var all []share
	at := 0.0
	for _, p := range []struct {
		name, class string
		ms          float64
	}{{"function", "ours", t.Ours}, {"network", "network", t.Network}, {"home", "home", t.Home}, {"waiting for the device", "confirm", t.Confirm}, {"this machine", "rest", total - parts}} {
		if p.ms > 0 {
			all = append(all, share{p.name, p.class, fmt.Sprintf("%.1f ms", p.ms), percent(at, total), percent(p.ms, total)})
			at += p.ms
		}
	}
	return all
}
