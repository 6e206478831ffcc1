package e2e_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"sync/atomic"
)

// A directive is what Alexa sends. Its token, its correlation token and
// its code are canaries.
type directive struct {
	namespace, name string
	instance        string
	endpoint        string // "" for none
	payload         string // JSON; default: {}
	id              string
	token           string
	correlation     string
	code            string // of an AcceptGrant
	twice           bool   // the header is there twice, first that of another directive
}

var directives atomic.Int64

// command returns a directive for an endpoint: command("PowerController.TurnOn",
// "light#kitchen_light", `{}`). An instance stands behind a slash:
// "RangeController.SetRangeValue/fan.percentage".
func command(name, endpoint, payload string) directive {
	name, instance, _ := strings.Cut(name, "/")
	interfaceName, name, found := strings.Cut(name, ".")
	namespace := "Alexa." + interfaceName
	if !found {
		namespace, name = "Alexa", interfaceName
	}
	return directive{
		namespace: namespace, name: name, instance: instance, endpoint: endpoint, payload: payload,
		id: fmt.Sprintf("message-%d", directives.Add(1)), token: canaries.make("Atza|"),
		correlation: canaries.make("correlation-"), code: canaries.make("code-"),
	}
}

func discover() directive { return command("Discovery.Discover", "", "") }

func acceptGrant() directive { return command("Authorization.AcceptGrant", "", "") }

func reportState(endpoint string) directive { return command("ReportState", endpoint, "{}") }

// with returns the directive with another token.
func (d directive) with(token string) directive {
	d.token = token
	return d
}

// String returns which directive it is.
func (d directive) String() string {
	return strings.TrimSpace(strings.TrimPrefix(d.namespace+"."+d.name, "Alexa.") + " " + d.endpoint)
}

// event returns the directive as Alexa would send it.
func (d directive) event() []byte {
	type object = map[string]any
	scope := object{"type": "BearerToken", "token": d.token}
	header := object{"namespace": d.namespace, "name": d.name, "messageId": d.id, "payloadVersion": "3"}
	if d.instance != "" {
		header["instance"] = d.instance
	}
	body := object{"header": header}
	switch {
	case d.name == "Discover":
		body["payload"] = object{"scope": scope}
	case d.name == "AcceptGrant":
		body["payload"] = object{"grant": object{"type": "OAuth2.AuthorizationCode", "code": d.code}, "grantee": scope}
	default:
		header["correlationToken"] = d.correlation
		payload := json.RawMessage(d.payload)
		if d.payload == "" {
			payload = json.RawMessage("{}")
		}
		body["payload"] = payload
		body["endpoint"] = object{"endpointId": d.endpoint, "scope": scope, "cookie": object{"key": canaries.make("cookie-")}}
	}
	b, err := json.Marshal(object{"directive": body})
	if err != nil {
		panic(err) // of a test's own making
	}
	if d.twice {
		b = bytes.Replace(b, []byte(`{"directive":{`), []byte(`{"directive":{"header":{"namespace":"Alexa","name":"ReportState"},`), 1)
	}
	return b
}

// forOther returns a directive to another device, for the same service of the home.
func (d directive) forOther() directive {
	switch d.namespace {
	case "Alexa.CameraStreamController", "Alexa.RTCSessionController":
		return command(strings.TrimPrefix(d.namespace, "Alexa.")+"."+d.name, "camera#other", d.payload)
	}
	return command("PowerController.TurnOn", "light#other", "")
}
