package mqtt

import (
	"encoding/binary"
	"time"
)

// Types of packets.
const (
	connect    = 1
	connAck    = 2
	publish    = 3
	subscribe  = 8
	subAck     = 9
	pingReq    = 12
	pingResp   = 13
	disconnect = 14
)

// Properties that this client uses.
const (
	messageExpiry   = 0x02
	responseTopic   = 0x08
	correlationData = 0x09
	reasonString    = 0x1f
	maxPacketSize   = 0x27
)

func connectPacket(o Options) []byte {
	const clean = 0x02 // and no session afterwards, which is the default of its expiry
	b := appendText(nil, "MQTT")
	b = append(b, 5, clean)
	b = binary.BigEndian.AppendUint16(b, uint16(o.KeepAlive/time.Second))
	b = append(b, 5, maxPacketSize) // 5 bytes of properties
	b = binary.BigEndian.AppendUint32(b, uint32(o.MaxPacket))
	return packet(connect<<4, appendText(b, o.ClientID))
}

func subscribePacket(id uint16, topics []string) []byte {
	const reserved = 0x02
	b := binary.BigEndian.AppendUint16(nil, id)
	b = append(b, 0) // no properties
	for _, topic := range topics {
		b = append(appendText(b, topic), 0) // quality of service 0; retained messages are sent
	}
	return packet(subscribe<<4|reserved, b)
}

func publishPacket(m Message) []byte {
	var p []byte
	if m.Expiry > 0 {
		p = binary.BigEndian.AppendUint32(append(p, messageExpiry), uint32((m.Expiry+time.Second-1)/time.Second))
	}
	if m.ResponseTopic != "" {
		p = appendText(append(p, responseTopic), m.ResponseTopic)
	}
	if len(m.Correlation) > 0 {
		p = appendText(append(p, correlationData), string(m.Correlation))
	}
	b := appendText(nil, m.Topic)
	b = append(binary.AppendUvarint(b, uint64(len(p))), p...)
	return packet(publish<<4, append(b, m.Payload...))
}

// packet returns a packet with the first byte head and the body b. MQTT's lengths are
// encoded like those of protocol buffers.
func packet(head byte, b []byte) []byte {
	p := make([]byte, 1, len(b)+5)
	p[0] = head
	return append(binary.AppendUvarint(p, uint64(len(b))), b...)
}

// appendText appends a text of at most 64 KiB, or binary data, with its length.
func appendText(b []byte, text string) []byte {
	return append(binary.BigEndian.AppendUint16(b, uint16(len(text))), text...)
}
