package broker

import (
	"encoding/json"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/config/relay"
)

// A Stage is both ends of a stage's relay, with the least that each needs.
type Stage struct {
	Environment []string      // of the function, "NAME=value"
	Pairing     relay.Pairing // of the home
	Key         []byte        // of the home's certificate, PKCS #8 in DER
	Certificate *Certificate
}

// Stage makes both ends of the relay of a stage.
func (b *Broker) Stage(name string) (s Stage, err error) {
	function, err := b.Role(b.FunctionPolicy(name))
	if err != nil {
		return s, err
	}
	var request []byte
	if s.Key, request, err = Request("hearthgate"); err != nil {
		return s, err
	}
	if s.Certificate, err = b.Sign(request, b.HomePolicy(name)); err != nil {
		return s, err
	}
	host, port := b.MQTT()
	s.Pairing = relay.Pairing{Stage: name, Endpoint: host, Port: port, Certificate: s.Certificate.PEM, Authority: b.Authority()}
	s.Environment = append(function.Environment(b.options.Region),
		config.EnvStage+"="+name, config.EnvConnection+"="+string(config.Relay),
		config.EnvRelayEndpoint+"="+b.Endpoint(), config.EnvCA+"="+b.Authority())
	return s, nil
}

// FunctionPolicy returns the least that the function of a stage needs; see [Options.FunctionPolicy].
func (b *Broker) FunctionPolicy(stage string) []byte { return b.options.FunctionPolicy(stage) }

// HomePolicy returns the least that the home of a stage needs; see [Options.HomePolicy].
func (b *Broker) HomePolicy(stage string) []byte { return b.options.HomePolicy(stage) }

// FunctionPolicy returns the least that the function of a stage needs, a statement a right.
func (o Options) FunctionPolicy(stage string) []byte {
	return o.policy(
		allow{"iot:Connect", "client/" + relay.FunctionClient(stage, relay.AnyProcess)},
		allow{"iot:Publish", "topic/" + relay.RequestTopic(stage)},
		allow{"iot:Subscribe", "topicfilter/" + relay.ReplyTopic(stage, relay.AnyProcess)},
		allow{"iot:Subscribe", "topicfilter/" + relay.PresenceTopic(stage)},
		allow{"iot:Receive", "topic/" + relay.ReplyTopic(stage, relay.AnyProcess)},
		allow{"iot:Receive", "topic/" + relay.PresenceTopic(stage)},
	)
}

// HomePolicy returns the least that the home of a stage needs, a statement a right.
func (o Options) HomePolicy(stage string) []byte {
	return o.policy(
		allow{"iot:Connect", "client/" + relay.HomeClient(stage)},
		allow{"iot:Subscribe", "topicfilter/" + relay.RequestTopic(stage)},
		allow{"iot:Receive", "topic/" + relay.RequestTopic(stage)},
		allow{"iot:Publish", "topic/" + relay.ReplyTopic(stage, relay.AnyProcess)},
		allow{"iot:Publish", "topic/" + relay.PresenceTopic(stage)},
		allow{"iot:RetainPublish", "topic/" + relay.PresenceTopic(stage)},
	)
}

// allow is an action on a resource of IoT Core.
type allow struct{ action, resource string }

// policy returns the document of a policy.
func (o Options) policy(rights ...allow) []byte {
	o = o.withDefaults()
	type statement struct{ Effect, Action, Resource string }
	var all []statement
	for _, r := range rights {
		all = append(all, statement{"Allow", r.action, "arn:aws:iot:" + o.Region + ":" + o.Account + ":" + r.resource})
	}
	document, _ := json.Marshal(map[string]any{"Version": "2012-10-17", "Statement": all}) // text: cannot fail
	return document
}
