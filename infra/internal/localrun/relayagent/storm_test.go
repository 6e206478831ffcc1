package relayagent_test

import (
	"container/heap"
	"math/rand/v2"
	"os"
	"regexp"
	"strconv"
	"testing"
)

// connects is how many connects AWS IoT Core accepts of an account in a second.
const connects = 500

// attempts are when homes try next, in seconds, the earliest first.
type attempts []attempt

type attempt struct {
	at float64
	n  int // failed attempts before
}

func (a attempts) Len() int           { return len(a) }
func (a attempts) Less(i, j int) bool { return a[i].at < a[j].at }
func (a attempts) Swap(i, j int)      { a[i], a[j] = a[j], a[i] }
func (a *attempts) Push(x any)        { *a = append(*a, x.(attempt)) }
func (a *attempts) Pop() any {
	last := (*a)[len(*a)-1]
	*a = (*a)[:len(*a)-1]
	return last
}

// TestStorm computes what becomes of homes that all lose their connection in one moment, as
// after an outage, when they wait as the integration does and the account accepts its quota.
// It is a model of that waiting: nothing connects. The figures are in reliability.md.
func TestStorm(t *testing.T) {
	base, most := backOff(t, "BACK_OFF_BASE"), backOff(t, "BACK_OFF_MOST")
	for _, homes := range []int{1000, 10_000} {
		random := rand.New(rand.NewPCG(1, 2))
		var waiting attempts
		wait := func(n int) float64 { return random.Float64() * min(most, base*float64(uint(1)<<min(n, 16))) }
		for range homes {
			waiting = append(waiting, attempt{wait(0), 0})
		}
		heap.Init(&waiting)
		tried, accepted := map[int]int{}, map[int]int{}
		back, tries, last, nine := 0, 0, 0.0, 0.0
		for waiting.Len() > 0 {
			next := heap.Pop(&waiting).(attempt)
			second := int(next.at)
			tries++
			tried[second]++
			if accepted[second] < connects {
				accepted[second]++
				back++
				last = next.at
				if back == homes*9/10 {
					nine = next.at
				}
				continue
			}
			heap.Push(&waiting, attempt{next.at + wait(next.n+1), next.n + 1})
		}
		peak := 0
		for second, n := range tried {
			if second > 0 { // in the first all of them try
				peak = max(peak, n)
			}
		}
		t.Logf("%d homes: nine of ten back after %.0f s, the last after %.0f s, %.1f attempts each, at most %d in a second after the first", homes, nine, last, float64(tries)/float64(homes), peak)
		ideal := float64(homes) / connects
		if last > 10*ideal+most || peak > homes || float64(tries)/float64(homes) > 16 {
			t.Errorf("%d homes: the last is back after %.0f s, with %d attempts", homes, last, tries)
		}
	}
}

// backOff returns a constant of the integration, in seconds.
func backOff(t *testing.T, name string) float64 {
	t.Helper()
	b, err := os.ReadFile("../../../integration/custom_components/hearthgate/home.py")
	if err != nil {
		t.Fatal(err)
	}
	m := regexp.MustCompile(`(?m)^` + name + ` = ([\d.]+)`).FindSubmatch(b)
	if m == nil {
		t.Fatalf("the integration has no %s", name)
	}
	v, err := strconv.ParseFloat(string(m[1]), 64)
	if err != nil {
		t.Fatal(err)
	}
	return v
}
