package e2e_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hearthgate/hearthgate/infra/internal/localrun"
	"github.com/hearthgate/hearthgate/infra/testkit/alexacheck"
	"github.com/hearthgate/hearthgate/infra/testkit/realhome"
)

var update = flag.Bool("update", false, "write the golden answers of the samples")

// handled are the directives that Home Assistant has handlers for, by namespace.
var handled = map[string][]string{
	"Alexa":                            {"ReportState"},
	"Alexa.Authorization":              {"AcceptGrant"},
	"Alexa.BrightnessController":       {"AdjustBrightness", "SetBrightness"},
	"Alexa.CameraStreamController":     {"InitializeCameraStreams"},
	"Alexa.ChannelController":          {"ChangeChannel", "SkipChannels"},
	"Alexa.ColorController":            {"SetColor"},
	"Alexa.ColorTemperatureController": {"DecreaseColorTemperature", "IncreaseColorTemperature", "SetColorTemperature"},
	"Alexa.Discovery":                  {"Discover"},
	"Alexa.EqualizerController":        {"AdjustBands", "ResetBands", "SetBands", "SetMode"},
	"Alexa.InputController":            {"SelectInput"},
	"Alexa.LockController":             {"Lock", "Unlock"},
	"Alexa.ModeController":             {"AdjustMode", "SetMode"},
	"Alexa.PlaybackController":         {"Next", "Pause", "Play", "Previous", "Stop"},
	"Alexa.PowerController":            {"TurnOff", "TurnOn"},
	"Alexa.RangeController":            {"AdjustRangeValue", "SetRangeValue"},
	"Alexa.RTCSessionController":       {"InitiateSessionWithOffer", "SessionConnected", "SessionDisconnected"},
	"Alexa.SceneController":            {"Activate", "Deactivate"},
	"Alexa.SecurityPanelController":    {"Arm", "Disarm"},
	"Alexa.SeekController":             {"AdjustSeekPosition"},
	"Alexa.Speaker":                    {"AdjustVolume", "SetMute", "SetVolume"},
	"Alexa.StepSpeaker":                {"AdjustVolume", "SetMute"},
	"Alexa.ThermostatController":       {"AdjustTargetTemperature", "SetTargetTemperature", "SetThermostatMode"},
	"Alexa.TimeHoldController":         {"Hold", "Resume"},
	"Alexa.ToggleController":           {"TurnOff", "TurnOn"},
}

// A sample is a directive as it came from somewhere, and the answer to it.
type sample struct {
	name      string
	directive []byte
	kind      string // "Alexa.PowerController.TurnOn"
}

func samples(t *testing.T) (all []sample) {
	t.Helper()
	files, err := filepath.Glob("testdata/samples/*.json")
	if err != nil || len(files) < 36 {
		t.Fatalf("%d samples, %v: want three dozen and more", len(files), err)
	}
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var d struct {
			Directive struct {
				Header struct{ Namespace, Name string }
			}
		}
		if err := json.Unmarshal(b, &d); err != nil {
			t.Fatal(err)
		}
		all = append(all, sample{strings.TrimSuffix(filepath.Base(file), ".json"), b, d.Directive.Header.Namespace + "." + d.Directive.Header.Name})
	}
	return all
}

// TestSamples sends each sample to Home Assistant itself and through the
// function, from the same state: the two answers are the same, byte for byte,
// save for what differs from one moment to the next. The answer is as recorded.
func TestSamples(t *testing.T) { eachHome(t, sampled) }

func sampled(t *testing.T, v realhome.Version) {
	h := ownHome(t, realhome.Options{Version: v})
	f := start(t, localrun.Options{}, at(h.URL, h.Token)...)
	// A fan that stands still cannot be put back into another direction.
	if err := h.Call(t.Context(), "fan", "turn_on", map[string]any{"entity_id": "fan.living_room_fan", "percentage": 33}); err != nil {
		t.Fatal(err)
	}
	begin, err := snapshot(t.Context(), h)
	if err != nil {
		t.Fatal(err)
	}
	var seen []string
	for _, s := range samples(t) {
		seen = append(seen, s.kind)
		s.directive = []byte(spelled(v, string(s.directive)))
		t.Run(s.name, func(t *testing.T) {
			// Home Assistant carries a command out after its answer: what one
			// sending does may meet the next one, and then the sample is sent again.
			var wrong error
			for try := range 8 {
				time.Sleep(time.Duration(try) * 100 * time.Millisecond) // on a busy machine it takes longer
				var both answers
				both.status, both.direct, both.through = twice(t, h, f, begin, s.directive)
				if wrong = both.check(t, v, s); wrong == nil {
					return
				}
			}
			t.Error(wrong)
		})
	}
	for namespace, names := range handled {
		for _, n := range names {
			if !slices.Contains(seen, namespace+"."+n) {
				t.Errorf("there is no sample of %s.%s", namespace, n)
			}
		}
	}
}

var moments = regexp.MustCompile(`("(?:messageId|timeOfSample|timestamp)": ?)"[^"]*"`)

// still returns an answer without its messageId and its times.
func still(answer []byte) []byte { return moments.ReplaceAll(answer, []byte(`$1"*"`)) }

// answers are those to one sample.
type answers struct {
	status          int // of the direct one
	direct, through []byte
}

// twice sends a directive to the home and through the function, each time from
// the same state.
func twice(t *testing.T, h *realhome.Home, f *function, begin state, directive []byte) (status int, direct, through []byte) {
	t.Helper()
	begin.restore(t, h)
	status, direct, err := h.Direct(t.Context(), directive)
	if err != nil {
		t.Fatal(err)
	}
	begin.restore(t, h)
	v, err := f.Invoke(t.Context(), directive)
	if err != nil || v.FunctionError != "" {
		t.Fatal(v.FunctionError, err)
	}
	return status, direct, v.Payload
}

func (a answers) check(t *testing.T, v realhome.Version, s sample) error {
	t.Helper()
	if a.status == 200 {
		if err := same(a.direct, a.through); err != nil {
			return fmt.Errorf("the answer through the function differs: %w\ndirect:  %s\nthrough: %s", err, a.direct, a.through)
		}
	}
	if err := alexacheck.Reply(s.directive, a.through); err != nil {
		return fmt.Errorf("the answer is not valid: %w\n%s", err, a.through)
	}
	got := a.golden(t, s.name)
	if *update {
		return record(v, s.name, got)
	}
	want, err := recorded(v, s.name)
	if err != nil {
		return fmt.Errorf("%w: record it with `go test ./infra/e2e -run TestSamples -update`", err)
	}
	if !bytes.Equal(got, want) {
		return fmt.Errorf("the answer is not the recorded one\ngot:  %s\nwant: %s", got, want)
	}
	return nil
}

// golden returns what is recorded of an answer.
func (a answers) golden(t *testing.T, name string) []byte {
	t.Helper()
	var text bytes.Buffer
	fmt.Fprintf(&text, "// Home Assistant answers %d.\n", a.status)
	if name == "discover" {
		text.WriteString(sorted(t, a.through))
	} else if err := json.Indent(&text, still(a.through), "", "  "); err != nil {
		t.Fatal(err)
	}
	text.WriteByte('\n')
	return text.Bytes()
}

// sorted returns the endpoints of a discovery, a line each: which of them is first
// depends on which part of Home Assistant is up first.
func sorted(t *testing.T, answer []byte) string {
	t.Helper()
	var r reply
	if err := json.Unmarshal(answer, &r); err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, e := range r.Event.Payload.Endpoints {
		lines = append(lines, string(e))
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}
