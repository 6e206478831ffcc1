package homeassistant_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/function/gateway/httpclient"
)

// property returns a property of a reply's context.
func property(namespace, name, instance, value string) string {
	return fmt.Sprintf(`{"namespace":"Alexa.%s","name":%q,"instance":%q,"value":%s}`, namespace, name, instance, value)
}

// TestWhatIsConfirmed sends commands of every kind, with each kind alone switched on.
// One that is confirmed is followed by one question, since the device has done it.
func TestWhatIsConfirmed(t *testing.T) {
	position := func(v string) string { return property("ModeController", "mode", "cover.position", v) }
	for _, tt := range []struct {
		directive, instance, endpoint string
		reply                         string // its context
		report                        string // default: the same
		kinds                         string
	}{
		{"LockController.Lock", "", "lock#a", lockState("LOCKED"), "", "lock"},
		{"LockController.Unlock", "", "lock#a", lockState("UNLOCKED"), "", "lock"},
		{"LockController.Lock", "", "lock#a", "", lockState("LOCKED"), "lock"}, // the claim needs no reply
		{"LockController.Lock", "", "lock#a", `{"namespace":"Alexa.LockController","name":"lockState","value":7}`, lockState("LOCKED"), "lock"},
		{"LockController.Open", "", "lock#a", lockState("UNLOCKED"), "", ""},
		{"ModeController.SetMode", "cover.position", "cover#garage", position(`"position.open"`), "", "garage"},
		{"ModeController.SetMode", "cover.position", "cover#blind", position(`"position.closed"`), "", "cover"},
		{"ModeController.SetMode", "cover.position", "cover#new", position(`"position.open"`), "", "garage cover"}, // of no discovery yet
		{"ModeController.SetMode", "cover.position", "cover#blind", position(`"position.custom"`), "", ""},
		{"ModeController.SetMode", "cover.position", "cover#blind", "", position(`"position.open"`), ""}, // nothing is claimed
		{"ModeController.SetMode", "fan.direction", "fan#a", property("ModeController", "mode", "fan.direction", `"direction.reverse"`), "", ""},
		{"RangeController.SetRangeValue", "cover.position", "cover#blind", property("RangeController", "rangeValue", "cover.position", "70"), property("RangeController", "rangeValue", "cover.position", "70.0"), "cover"},
		{"RangeController.AdjustRangeValue", "cover.position", "cover#blind", property("RangeController", "rangeValue", "cover.position", "50"), "", "cover"},
		{"RangeController.SetRangeValue", "cover.position", "cover#blind", property("RangeController", "rangeValue", "cover.position", `"70"`), property("RangeController", "rangeValue", "cover.position", "70"), ""}, // nothing is claimed
		{"RangeController.SetRangeValue", "fan.percentage", "fan#a", property("RangeController", "rangeValue", "fan.percentage", "50"), "", ""},
		{"SecurityPanelController.Arm", "", "alarm_control_panel#a", property("SecurityPanelController", "armState", "", `"ARMED_NIGHT"`), "", "alarm"},
		{"SecurityPanelController.Disarm", "", "alarm_control_panel#a", property("SecurityPanelController", "armState", "", `"DISARMED"`), "", "alarm"},
		{"ModeController.SetMode", "valve.state", "valve#a", property("ModeController", "mode", "valve.state", `"state.closed"`), "", "valve"},
		{"RangeController.SetRangeValue", "valve.position", "valve#a", property("RangeController", "rangeValue", "valve.position", "10"), "", "valve"},
		{"PowerController.TurnOn", "", "light#a", property("PowerController", "powerState", "", `"ON"`), "", ""},
		{"ReportState", "", "lock#a", lockState("LOCKED"), "", ""},
	} {
		for _, kind := range append(config.ConfirmKinds(), "") {
			t.Run(strings.Join([]string{tt.directive, tt.instance, tt.endpoint, kind}, " "), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					h := newHome(t)
					h.Names = kept{}
					if kind != "" {
						h.settings.Confirm = []string{kind}
					}
					h.responds(200, "application/json", found(garage("cover#garage", "GARAGE_DOOR")+","+garage("cover#blind", "INTERIOR_BLIND")))
					if _, err := h.send(directive("Discover", "")); err != nil {
						t.Fatal(err)
					}
					requests := 0
					h.request = func(_ context.Context, r httpclient.Request) (httpclient.Response, error) {
						if requests++; requests == 1 {
							return edited(said("Response", "c1", tt.reply), "lock#a", tt.endpoint), nil
						}
						if tt.report == "" {
							tt.report = tt.reply
						}
						return edited(said("StateReport", "c1", tt.report), "lock#a", tt.endpoint), nil
					}
					want := 1
					if kind != "" && strings.Contains(tt.kinds, kind) {
						want = 2
					}
					reply, err := h.within(usual, event(tt.directive, tt.instance, tt.endpoint))
					if err != nil || requests != want || string(reply) != string(edited(said("Response", "c1", tt.reply), "lock#a", tt.endpoint).Body) {
						t.Errorf("%d requests, %s, %v; want %d and the reply as it came", requests, reply, err, want)
					}
				})
			})
		}
	}
}

// A kept is a cache in memory that forgets nothing.
type kept map[string]any

func (k kept) Load(key string) (any, bool) { v, ok := k[key]; return v, ok }

func (k kept) Keep(key string, v any, _ time.Duration) { k[key] = v }

// event returns a directive: event("ModeController.SetMode", "cover.position", "cover#a").
func event(directive, instance, endpoint string) string {
	full := "Alexa." + directive
	dot := strings.LastIndexByte(full, '.')
	namespace, name := full[:dot], full[dot+1:]
	header, _ := json.Marshal(map[string]string{
		"namespace": namespace, "name": name, "instance": instance, "messageId": "m1", "correlationToken": "c1", "payloadVersion": "3",
	})
	return fmt.Sprintf(`{"directive":{"header":%s,"endpoint":{"endpointId":%q},"payload":{}}}`, header, endpoint)
}

// garage returns a discovered endpoint of a category.
func garage(id, category string) string {
	return fmt.Sprintf(`{"endpointId":%q,"friendlyName":"A","displayCategories":[%q],"capabilities":[{}]}`, id, category)
}
