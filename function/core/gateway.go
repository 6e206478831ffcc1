package core

import "fmt"

// A Gateway is one of the ten gateways.
type Gateway uint8

// The gateways, in the order of the matrix.
const (
	Cache Gateway = iota
	Singleton
	Security
	Logging
	Metrics
	HTTPClient
	Utility
	Initialization
	Lambda
	CircuitBreaker

	NumGateways = iota
)

var gatewayNames = [NumGateways]string{
	"cache", "singleton", "security", "logging", "metrics",
	"http_client", "utility", "initialization", "lambda", "circuit_breaker",
}

// String returns the name of g as operations spell it: "http_client".
func (g Gateway) String() string {
	if int(g) < len(gatewayNames) {
		return gatewayNames[g]
	}
	return fmt.Sprintf("gateway(%d)", uint8(g))
}
