package fakeaws

import "testing"

func TestFilter(t *testing.T) {
	const line = `{"outcome":"failed","Success":0,"device":"Kitchen Light","error":"Task timed out","ok":false}`
	for pattern, want := range map[string]bool{
		``:                          true,
		`?"timed out" ?"exited"`:    true,
		`?"killed"`:                 false,
		`{ $.outcome = "failed" }`:  true,
		`{ $.outcome = "FAILED" }`:  false,
		`{ $.device = "Kitchen*" }`: true,
		`{ $.outcome = * }`:         true,
		`{ $.Success >= 0 }`:        true,
		`{ $.Success > 0 }`:         false,
		`{ $.outcome >= 0 }`:        false,
		`{ $.ok IS FALSE }`:         true,
		`{ $.ok IS TRUE }`:          false,
		`{ $.nothing IS FALSE }`:    false,
		`{ $.nothing = * }`:         false,
		`{ $.nothing != "failed" }`: false,
		`{ $.outcome != "denied" }`: true,
		`{ ($.Success = 0) && ($.outcome = "denied" || $.outcome = "failed") }`: true,
		`{ ($.Success = 1) || ($.Success = 2) }`:                                false,
	} {
		matches, err := filter(pattern)
		if err != nil {
			t.Errorf("%s: %v", pattern, err)
			continue
		}
		if got := matches(line); got != want {
			t.Errorf("%s: %t, want %t", pattern, got, want)
		}
		if pattern != "" && matches("START RequestId: x") {
			t.Errorf("%s matches a line of Lambda", pattern)
		}
	}
	for _, pattern := range []string{`failed`, `{ $.a = 1`, `{ $.a }`, `{ $.a = 1 } more`, `{ $.a ~ 1 }`} {
		if _, err := filter(pattern); err == nil {
			t.Errorf("%s: no error", pattern)
		}
	}
}
