package e2e_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// kinds are the directives of the matrix: one of each namespace that Home
// Assistant has a handler for, and of each that must not be sent twice.
var kinds = []struct{ command, endpoint, payload string }{
	{"Discovery.Discover", "", ""},
	{"Authorization.AcceptGrant", "", ""},
	{"ReportState", "light#kitchen_light", ""},
	{"PowerController.TurnOn", "light#kitchen_light", ""},
	{"PowerController.TurnOff", "light#kitchen_light", ""},
	{"BrightnessController.SetBrightness", "light#kitchen_light", `{"brightness":40}`},
	{"BrightnessController.AdjustBrightness", "light#kitchen_light", `{"brightnessDelta":-20}`},
	{"ColorController.SetColor", "light#kitchen_light", `{"color":{"hue":120,"saturation":1,"brightness":1}}`},
	{"ColorTemperatureController.IncreaseColorTemperature", "light#kitchen_light", ""},
	{"LockController.Lock", "lock#front_door", ""},
	{"LockController.Unlock", "lock#front_door", ""},
	{"SceneController.Activate", "scene#movie", ""},
	{"ThermostatController.SetTargetTemperature", "climate#thermostat", `{"targetSetpoint":{"value":22,"scale":"CELSIUS"}}`},
	{"ThermostatController.AdjustTargetTemperature", "climate#thermostat", `{"targetSetpointDelta":{"value":-1,"scale":"CELSIUS"}}`},
	{"RangeController.AdjustRangeValue/cover.position", "cover#blind", `{"rangeValueDelta":-20,"rangeValueDeltaDefault":false}`},
	{"ModeController.SetMode/fan.direction", "fan#fan", `{"mode":"direction.reverse"}`},
	{"ToggleController.TurnOn/fan.oscillating", "fan#fan", ""},
	{"Speaker.AdjustVolume", "media_player#player", `{"volume":10,"volumeDefault":false}`},
	{"StepSpeaker.AdjustVolume", "media_player#radio", `{"volumeSteps":2,"volumeStepsDefault":false}`},
	{"PlaybackController.Next", "media_player#player", ""},
	{"SeekController.AdjustSeekPosition", "media_player#player", `{"deltaPositionMilliseconds":1000}`},
	{"ChannelController.SkipChannels", "media_player#player", `{"channelCount":1}`},
	{"InputController.SelectInput", "media_player#player", `{"input":"TV"}`},
	{"EqualizerController.SetMode", "media_player#player", `{"mode":"MOVIE"}`},
	{"TimeHoldController.Hold", "timer#kettle", ""},
	{"SecurityPanelController.Arm", "alarm_control_panel#alarm", `{"armState":"ARMED_AWAY"}`},
	{"SecurityPanelController.Disarm", "alarm_control_panel#alarm", ""},
	{"CameraStreamController.InitializeCameraStreams", "camera#door", `{"cameraStreams":[]}`},
	{"RTCSessionController.InitiateSessionWithOffer", "camera#door", `{"sessionId":"s","offer":{"format":"SDP","value":"v=0\r\na=candidate:1 1 UDP 1 sdp-canary 49203 typ host\r\n"}}`},
	{"RTCSessionController.SessionConnected", "camera#door", `{"sessionId":"s"}`},
	{"RTCSessionController.SessionDisconnected", "camera#door", `{"sessionId":"s"}`},
}

// TestFaultMatrix sends every kind of directive under every fault, each to a fresh
// function, and writes the table to .build/faults.txt.
func TestFaultMatrix(t *testing.T) { playMatrix(t, faults(), 40, "faults.txt") }

// playMatrix sends every kind of directive under every fault, each to a fresh function,
// and writes the table to a file in .build. So many that wait for the most part run at a
// time.
func playMatrix(t *testing.T, all []fault, patient int, name string) {
	binary := binary(t)
	if len(all) < 40 {
		t.Errorf("%d faults, want 40 and more", len(all))
	}
	rows := make([][]*cell, len(all))
	var quick, slow []*cell
	for i, f := range all {
		for _, k := range kinds {
			c := &cell{fault: f, directive: command(k.command, k.endpoint, k.payload)}
			rows[i] = append(rows[i], c)
			if f.slow {
				slow = append(slow, c)
			} else {
				quick = append(quick, c)
			}
		}
	}
	begin := time.Now()
	work(4, quick, func(c *cell) { c.play(t.Context(), binary) })
	work(patient, slow, func(c *cell) { c.play(t.Context(), binary) })

	table := tabulate(all, rows, time.Since(begin))
	t.Log("\n" + table)
	file := filepath.Join(root(t), ".build", name)
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(table), 0o644); err != nil {
		t.Error(err)
	}
	for i, f := range all {
		t.Run(f.name, func(t *testing.T) {
			for _, c := range rows[i] {
				for _, wrong := range c.wrong {
					t.Errorf("%v: %.1500s", c.directive, wrong)
				}
			}
		})
	}
}

// work does all cells, so many at a time.
func work(workers int, cells []*cell, do func(*cell)) {
	queue := make(chan *cell)
	var g sync.WaitGroup
	for range workers {
		g.Go(func() {
			for c := range queue {
				do(c)
			}
		})
	}
	for _, c := range cells {
		queue <- c
	}
	close(queue)
	g.Wait()
}

// tabulate returns the matrix as text: a row a fault, a column a directive.
func tabulate(all []fault, rows [][]*cell, took time.Duration) string {
	var b strings.Builder
	cells, bad := 0, 0
	fmt.Fprintf(&b, "Faults x directives, through the built function. A cell is + when the reply is valid by\n"+
		"Amazon's rules, in time, of the right type, with one line that names the cause and holds no\n"+
		"secret, and when the home has read a command at most once; else it is the number of what is wrong.\n\n")
	fmt.Fprintf(&b, "%-36s %-18s %-33s %9s %4s  ", "fault", "cause in the log", "told to a command", "slowest", "read")
	for i := range kinds {
		fmt.Fprintf(&b, "%c", 'a'+i%26-32*(i/26))
	}
	b.WriteByte('\n')
	for i, f := range all {
		slowest, read, marks := time.Duration(0), 0, ""
		for _, c := range rows[i] {
			cells++
			slowest, read = max(slowest, c.took), max(read, c.sent)
			if n := len(c.wrong); n > 0 {
				bad++
				marks += fmt.Sprint(min(n, 9))
			} else {
				marks += "+"
			}
		}
		told, cause := f.told, f.cause
		if told == "" {
			told, cause = "(the home's own answer)", "-"
		}
		fmt.Fprintf(&b, "%-36s %-18s %-33s %6d ms %4d  %s\n", f.name, cause, told, slowest.Milliseconds(), read, marks)
	}
	b.WriteByte('\n')
	for i, k := range kinds {
		fmt.Fprintf(&b, "%c  Alexa.%s\n", 'a'+i%26-32*(i/26), k.command)
	}
	fmt.Fprintf(&b, "\n%d faults x %d directives = %d cells in %.0f s; %d not as they should be.\n", len(all), len(kinds), cells, took.Seconds(), bad)
	return b.String()
}
