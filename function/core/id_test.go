package core_test

import (
	"regexp"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hearthgate/hearthgate/function/core"
)

// TestNewID compares ids with RFC 9562: the time in milliseconds, then the version and
// the variant among random bits.
func TestNewID(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		form := regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)
		seen, last := map[string]bool{}, ""
		for range 1000 {
			id := core.NewID()
			if !form.MatchString(id) {
				t.Fatalf("%s is no UUID of version 7", id)
			}
			ms, err := strconv.ParseInt(strings.ReplaceAll(id[:13], "-", ""), 16, 64)
			if want := time.Now().UnixMilli(); err != nil || ms != want {
				t.Fatalf("%s was made at %d, %v; want %d", id, ms, err, want)
			}
			if seen[id] {
				t.Fatalf("%s comes twice", id)
			}
			if id[:13] <= last {
				t.Fatalf("%s does not sort after %s, a millisecond earlier", id, last)
			}
			seen[id], last = true, id[:13]
			time.Sleep(time.Millisecond)
		}
	})
}

// TestIDsOfOneMoment looks at the random bits, which are all that differs: 74 of them,
// so that a collision in a thousand ids is no accident.
func TestIDsOfOneMoment(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		seen, used := map[string]bool{}, [36]map[byte]bool{}
		for range 1000 {
			id := core.NewID()
			if seen[id] {
				t.Fatalf("%s comes twice", id)
			}
			seen[id] = true
			for i := range id {
				if used[i] == nil {
					used[i] = map[byte]bool{}
				}
				used[i][id[i]] = true
			}
		}
		for i, digits := range used {
			want := 16
			switch {
			case i < 14, i == 14, i == 18, i == 23: // the time, the version and the dashes
				want = 1
			case i == 19: // the variant leaves two bits
				want = 4
			}
			if len(digits) != want {
				t.Errorf("the character %d has %d values among a thousand ids, want %d", i, len(digits), want)
			}
		}
	})
}
