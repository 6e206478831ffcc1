package e2e_test

import (
	"testing"
	"time"

	"github.com/hearthgate/hearthgate/infra/internal/localrun"
	"github.com/hearthgate/hearthgate/infra/testkit/faultyhome"
	"github.com/hearthgate/hearthgate/infra/testkit/realhome"
)

// TestRestartInTheMiddle restarts Home Assistant while 500 directives are under
// way. Each is answered validly, none reaches it twice, and when it is back so is
// everything, within five seconds.
func TestRestartInTheMiddle(t *testing.T) {
	const directives, back = 500, 5 * time.Second
	h := ownHome(t, realhome.Options{})
	front, err := faultyhome.New(faultyhome.Pass(h.URL), nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(front.Close)
	f := start(t, localrun.Options{}, at(front.URL, h.Token)...)
	before := f.ask(discover())
	before.expect(t, "Discover.Response", "")
	offered := len(before.reply.Event.Payload.Endpoints)

	up := make(chan error, 1)
	stale := 0                    // discoveries answered while it was away
	commands := map[string]bool{} // by messageId; a question may be asked again
	ask := func(i int) outcome {
		switch i % 10 {
		case 8:
			return f.ask(reportState("input_number#radio_volume"))
		case 9:
			o := f.ask(discover())
			if n := len(o.reply.Event.Payload.Endpoints); n != offered {
				t.Errorf("%d endpoints are found, want the %d of before (%s)", n, offered, o.line.Cause)
			}
			if o.line.Cause != "" {
				stale++
			}
			return o
		}
		d := command("RangeController.AdjustRangeValue/input_number.value", "input_number#radio_volume", `{"rangeValueDelta":1,"rangeValueDeltaDefault":false}`)
		commands[d.id] = true
		return f.ask(d)
	}
	asked, failed := 0, 0
	var returned, recovered time.Time
	pace := time.NewTicker(10 * time.Millisecond) // so that they last as long as the restart
	defer pace.Stop()
	for i := 0; i < directives || recovered.IsZero(); i++ {
		<-pace.C
		if i == directives/5 {
			go func() {
				h.Stop()
				up <- h.Start(t.Context())
			}()
		}
		o := ask(i)
		asked++
		if o.line.Cause != "" {
			failed++
		}
		if returned.IsZero() {
			select {
			case err := <-up:
				if err != nil {
					t.Fatal(err)
				}
				returned = time.Now()
			default:
			}
			continue
		}
		if o.line.Cause == "" && recovered.IsZero() {
			recovered = time.Now()
		}
		if recovered.IsZero() && time.Since(returned) > 3*back {
			t.Fatalf("Home Assistant has been back for %v, and still: %s", time.Since(returned), o.line.Error)
		}
	}
	took := recovered.Sub(returned)
	t.Logf("%d directives, %d while it was away, of them %d discoveries from the last known good answer; back to normal %v after its return", asked, failed, stale, took.Round(time.Millisecond))
	if failed == 0 || stale == 0 {
		t.Error("no command or no discovery failed: the home was not away while it was asked")
	}
	if took > back {
		t.Errorf("back to normal %v after its return, want %v at most", took, back)
	}
	for id, n := range front.Received() {
		if n > 1 && commands[id] {
			t.Errorf("%s has reached the home %d times", id, n)
		}
	}
}
