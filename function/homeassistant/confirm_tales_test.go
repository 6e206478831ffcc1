package homeassistant_test

import (
	"time"

	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/gateway/httpclient"
)

// A tale is one command to one device.
type tale struct {
	name     string
	command  string // default: Lock
	report   func(since time.Duration, n int) (httpclient.Response, error)
	deadline time.Duration // default: 7.5 s
	delay    time.Duration // of the reply to the command

	want      string        // the lockState or type of error in the reply, "" for an error
	cause     core.Cause    // of that
	questions int           // exactly
	took      time.Duration // exactly
}

const usual = 7500 * time.Millisecond

var tales = []tale{
	{name: "locks at once", report: states(map[time.Duration]string{0: lockState("LOCKED")}),
		want: "LOCKED", questions: 1, took: 300 * time.Millisecond},
	{name: "unlocks at once", command: "Unlock", report: states(map[time.Duration]string{0: lockState("UNLOCKED")}),
		want: "UNLOCKED", questions: 1, took: 300 * time.Millisecond},
	{name: "locks in 2 s", report: states(map[time.Duration]string{0: lockState("UNLOCKED"), 2 * time.Second: lockState("LOCKED")}),
		want: "LOCKED", questions: 5, took: 2892 * time.Millisecond},
	{name: "locks in 20 s", report: states(map[time.Duration]string{0: lockState("UNLOCKED"), 20 * time.Second: lockState("LOCKED")}),
		want: "UNLOCKED", questions: 8, took: 6500 * time.Millisecond},
	{name: "jams on the way", report: states(map[time.Duration]string{0: lockState("UNLOCKED"), time.Second: lockState("JAMMED")}),
		want: "JAMMED", questions: 3, took: 1233 * time.Millisecond},
	{name: "jams at once", report: states(map[time.Duration]string{0: lockState("JAMMED")}),
		want: "JAMMED", questions: 5, took: 2892 * time.Millisecond},
	{name: "was jammed, and locks in 2 s", report: states(map[time.Duration]string{0: lockState("JAMMED"), 2 * time.Second: lockState("LOCKED")}),
		want: "LOCKED", questions: 5, took: 2892 * time.Millisecond},
	{name: "never reports", report: states(map[time.Duration]string{0: connectivity("OK")}),
		want: "LOCKED", questions: 8, took: 6500 * time.Millisecond},
	{name: "is offline", report: states(map[time.Duration]string{0: lockState("JAMMED") + "," + connectivity("UNREACHABLE")}),
		want: "ENDPOINT_UNREACHABLE", questions: 2, took: 700 * time.Millisecond},
	{name: "is offline for a moment", report: states(map[time.Duration]string{0: lockState("JAMMED") + "," + connectivity("UNREACHABLE"), 600 * time.Millisecond: lockState("LOCKED") + "," + connectivity("OK")}),
		want: "LOCKED", questions: 2, took: 700 * time.Millisecond},
	{name: "its home reports an error", report: func(time.Duration, int) (httpclient.Response, error) { return errorResponse("NO_SUCH_ENDPOINT"), nil },
		want: "NO_SUCH_ENDPOINT", questions: 2, took: 700 * time.Millisecond},
	{name: "its home reports an error once", report: func(_ time.Duration, n int) (httpclient.Response, error) {
		if n == 1 {
			return errorResponse("INTERNAL_ERROR"), nil
		}
		return said("StateReport", "c1", lockState("LOCKED")), nil
	}, want: "LOCKED", questions: 2, took: 700 * time.Millisecond},
	{name: "its home dies", report: func(_ time.Duration, n int) (httpclient.Response, error) {
		if n < 3 {
			return said("StateReport", "c1", lockState("UNLOCKED")), nil
		}
		return httpclient.Response{}, core.Errorf(core.Unreachable, core.CauseRefused, "nothing listens there")
	}, cause: core.CauseRefused, questions: 4, took: 1944 * time.Millisecond},
	{name: "its home stops for a second", report: func(_ time.Duration, n int) (httpclient.Response, error) {
		if n == 1 {
			return httpclient.Response{Status: 503}, nil
		}
		return said("StateReport", "c1", lockState("LOCKED")), nil
	}, want: "LOCKED", questions: 2, took: 700 * time.Millisecond},
	{name: "its home hangs", report: func(time.Duration, int) (httpclient.Response, error) { return httpclient.Response{}, errHangs },
		cause: core.CauseTimeout, questions: 2, took: 2700 * time.Millisecond},
	{name: "its home hangs and the deadline is near", deadline: 1700 * time.Millisecond, report: func(time.Duration, int) (httpclient.Response, error) { return httpclient.Response{}, errHangs },
		cause: core.CauseTimeout, questions: 1, took: 1300 * time.Millisecond},
	{name: "its home hangs at the end", report: func(since time.Duration, _ int) (httpclient.Response, error) {
		if since > 6*time.Second {
			return httpclient.Response{}, errHangs
		}
		return said("StateReport", "c1", lockState("UNLOCKED")), nil
	}, want: "UNLOCKED", questions: 8, took: 7250 * time.Millisecond},
	{name: "its home is slow, as it was with the command", delay: 1500 * time.Millisecond, report: func(time.Duration, int) (httpclient.Response, error) {
		time.Sleep(2500 * time.Millisecond)
		return said("StateReport", "c1", lockState("LOCKED")), nil
	}, want: "LOCKED", questions: 1, took: 4300 * time.Millisecond},
	{name: "its home refuses the token now", report: func(time.Duration, int) (httpclient.Response, error) { return httpclient.Response{Status: 401}, nil },
		cause: core.CauseUnauthorized, questions: 1, took: 300 * time.Millisecond},
	{name: "its home answers everything alike", report: func(time.Duration, int) (httpclient.Response, error) {
		return said("Response", "c1", lockState("UNLOCKED")), nil
	}, want: "LOCKED", questions: 1, took: 300 * time.Millisecond},
	{name: "the report is of another directive", report: func(time.Duration, int) (httpclient.Response, error) {
		return said("StateReport", "c2", lockState("LOCKED")), nil
	}, cause: core.CauseMixedUp, questions: 2, took: 700 * time.Millisecond},
	{name: "the report is of another device", report: func(time.Duration, int) (httpclient.Response, error) {
		return edited(said("StateReport", "c1", lockState("LOCKED")), `"lock#a"`, `"lock#b"`), nil
	}, cause: core.CauseMixedUp, questions: 2, took: 700 * time.Millisecond},
	{name: "the report is of no device", report: func(time.Duration, int) (httpclient.Response, error) {
		return edited(said("StateReport", "c1", lockState("LOCKED")), `"endpoint":{"endpointId":"lock#a"},`, ``), nil
	}, want: "LOCKED", questions: 1, took: 300 * time.Millisecond},
	{name: "the reported state is a number", report: func(time.Duration, int) (httpclient.Response, error) {
		return edited(said("StateReport", "c1", lockState("UNLOCKED")), `"UNLOCKED"`, `7`), nil
	}, cause: core.CauseMalformed, questions: 2, took: 700 * time.Millisecond},
	{name: "the report's context is spelled otherwise", report: func(time.Duration, int) (httpclient.Response, error) {
		return edited(said("StateReport", "c1", lockState("UNLOCKED")), `"context"`, `"Context"`), nil
	}, want: "LOCKED", questions: 8, took: 6500 * time.Millisecond},
	{name: "the deadline is near", deadline: 2 * time.Second, report: states(map[time.Duration]string{0: lockState("UNLOCKED"), 2 * time.Second: lockState("LOCKED")}),
		want: "UNLOCKED", questions: 3, took: time.Second},
	{name: "the deadline is too near", deadline: 1250 * time.Millisecond, report: states(map[time.Duration]string{0: lockState("UNLOCKED")}),
		want: "LOCKED", questions: 0},
}
