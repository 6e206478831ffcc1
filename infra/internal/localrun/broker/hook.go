package broker

import (
	"time"

	mqtt "github.com/mochi-mqtt/server/v2"
	"github.com/mochi-mqtt/server/v2/packets"

	"github.com/hearthgate/hearthgate/config/relay"
)

// capabilities are what IoT Core can do of MQTT 5.
func capabilities() *mqtt.Capabilities {
	c := mqtt.NewDefaultServerCapabilities()
	c.MaximumPacketSize = 2 * relay.MaxMessage // the payload is limited below
	c.MaximumQos = 1
	c.SubIDAvailable = 0
	c.TopicAliasMaximum = 8
	c.ReceiveMaximum = 100
	c.MaximumClientWritesPending = 1024 // 8 KB of a client
	return c
}

// maxFilters is how many filters a SUBSCRIBE may have.
const maxFilters = 8

// A hook makes a broker behave as IoT Core.
type hook struct {
	mqtt.HookBase
	broker *Broker
	server *mqtt.Server
}

// ID names the hook.
func (h *hook) ID() string { return "iot-core" }

// Provides returns which of its methods are called.
func (h *hook) Provides(b byte) bool {
	switch b {
	case mqtt.OnConnect, mqtt.OnConnectAuthenticate, mqtt.OnACLCheck, mqtt.OnPacketRead, mqtt.OnSubscribe, mqtt.OnSubscribed, mqtt.OnWill:
		return true
	}
	return false
}

// principalOf returns who has connected.
func principalOf(cl *mqtt.Client) principal {
	if v, ok := cl.Net.Conn.(*visitor); ok {
		return v.principal
	}
	return nil
}

// OnConnect rejects a client id that the policies do not allow, and limits the time
// between two packets.
func (h *hook) OnConnect(cl *mqtt.Client, pk packets.Packet) error {
	if cl.ID == "" || len(cl.ID) > 128 || !h.broker.allow(principalOf(cl), "Connect", "client/"+cl.ID) {
		_ = h.server.SendConnack(cl, packets.ErrNotAuthorized, false, nil)
		return packets.ErrNotAuthorized
	}
	h.takeOver(cl.ID)
	const least, most = 30, uint16(relay.MaxKeepAlive / time.Second)
	if k := pk.Connect.Keepalive; k < least || k > most {
		cl.State.Keepalive, cl.State.ServerKeepalive = most, true
		if k > 0 && k < least {
			cl.State.Keepalive = least
		}
	}
	return nil
}

// takeOver ends the connection of a client whose id another one connects with, and waits
// until it is gone: the server itself may then remove the subscriptions of the new one.
func (h *hook) takeOver(id string) {
	before, ok := h.server.Clients.Get(id)
	if !ok {
		return
	}
	_ = h.server.DisconnectClient(before, packets.ErrSessionTakenOver)
	if v, ok := before.Net.Conn.(*visitor); ok {
		<-v.ended
	}
}

// OnConnectAuthenticate accepts every client: the policies have.
func (h *hook) OnConnectAuthenticate(*mqtt.Client, packets.Packet) bool { return true }

// OnPacketRead ends the connection of a client that does what it may not.
func (h *hook) OnPacketRead(cl *mqtt.Client, pk packets.Packet) (packets.Packet, error) {
	var code packets.Code
	switch pk.FixedHeader.Type {
	case packets.Publish:
		who := principalOf(cl)
		switch {
		case pk.FixedHeader.Qos == 2:
			code = packets.ErrQosNotSupported
		case len(pk.Payload) > relay.MaxMessage:
			code = packets.ErrPacketTooLarge
		case !h.broker.allow(who, "Publish", "topic/"+pk.TopicName),
			pk.FixedHeader.Retain && !h.broker.allow(who, "RetainPublish", "topic/"+pk.TopicName):
			code = packets.ErrNotAuthorized
		}
	case packets.Subscribe:
		if len(pk.Filters) > maxFilters {
			code = packets.ErrQuotaExceeded
		}
	}
	if code.Code == 0 {
		if h.broker.options.Seen != nil && pk.FixedHeader.Type == packets.Publish {
			h.broker.options.Seen(pk.TopicName, pk.Payload)
		}
		return pk, nil
	}
	_ = h.server.DisconnectClient(cl, code)
	return pk, packets.ErrRejectPacket
}

// refused stands in for a filter that the policies do not allow: no client can subscribe
// to it.
const refused = "refused/#/#"

// OnSubscribe replaces the filters that the policies do not allow.
func (h *hook) OnSubscribe(cl *mqtt.Client, pk packets.Packet) packets.Packet {
	for i, f := range pk.Filters {
		if !h.broker.allow(principalOf(cl), "Subscribe", "topicfilter/"+f.Filter) {
			pk.Filters[i].Filter = refused
		}
	}
	if v, ok := cl.Net.Conn.(*visitor); ok {
		v.subscribing.Store(true)
	}
	return pk
}

// OnSubscribed says why they were refused.
func (h *hook) OnSubscribed(cl *mqtt.Client, pk packets.Packet, codes []byte) {
	if v, ok := cl.Net.Conn.(*visitor); ok {
		v.subscribing.Store(false)
	}
	for i, f := range pk.Filters {
		if f.Filter == refused {
			codes[i] = packets.ErrNotAuthorized.Code
		}
	}
}

// OnACLCheck reports whether a client may receive messages of a topic. It is asked about
// filters too, which OnSubscribe has answered, and about publishing, which OnPacketRead
// has.
func (h *hook) OnACLCheck(cl *mqtt.Client, topic string, write bool) bool {
	if v, ok := cl.Net.Conn.(*visitor); write || ok && v.subscribing.Load() {
		return true
	}
	return h.broker.allow(principalOf(cl), "Receive", "topic/"+topic)
}

// OnWill drops a last will that the policies do not allow.
func (h *hook) OnWill(cl *mqtt.Client, will mqtt.Will) (mqtt.Will, error) {
	who := principalOf(cl)
	if !h.broker.allow(who, "Publish", "topic/"+will.TopicName) || will.Retain && !h.broker.allow(who, "RetainPublish", "topic/"+will.TopicName) {
		return mqtt.Will{TopicName: "refused"}, nil
	}
	return will, nil
}
