package relay

import "time"

// Ports are the ports of AWS IoT Core that a home tries, one after the other. At the second
// the home names [ALPN] in its TLS handshake. Many networks let only that port out.
var Ports = [2]int{8883, ALPNPort}

const (
	ALPNPort = 443
	ALPN     = "x-amzn-mqtt-ca" // MQTT with a client certificate, for IoT Core
)

// MaxConnects is how many connects a second AWS IoT Core accepts of an account in a region,
// unless it was raised.
const MaxConnects = 500

// What a home does when its connection has ended; see [BackOffLimit].
const (
	BackOffBase = time.Second
	BackOffMost = 2 * time.Minute
	StableAfter = time.Minute // a connection that lasted longer was a good one: the next attempt counts as the first
)

// BackOffLimit returns the longest that a home waits before it connects again, after so
// many attempts before. It waits a random time up to that, so that homes that lost their
// connection in one moment do not come back in one (exponential back-off with full jitter).
func BackOffLimit(attempts int) time.Duration {
	const most = 16 // doublings
	return min(BackOffMost, BackOffBase<<min(attempts, most))
}
