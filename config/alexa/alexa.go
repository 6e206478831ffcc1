// Package alexa holds Amazon's facts about Alexa and its skills, each once. It has
// no behaviour and imports the standard library only.
package alexa

import "time"

// How long Alexa waits.
const (
	ReplyTimeout  = 8 * time.Second // for a reply to a directive or a skill request
	WebRTCTimeout = 6 * time.Second // for the reply to InitiateSessionWithOffer
)

// Amazon warns the owner of a skill when, over WarningPeriod, a tenth of the replies
// takes SlowReply or longer, or less than MinSuccessRate of them succeed.
const (
	WarningPeriod  = 15 * time.Minute
	SlowReply      = 5 * time.Second
	MinSuccessRate = 0.85
)

// Limits of a discovery. One endpoint that exceeds a limit can make Alexa discard all.
const (
	MaxEndpoints    = 300 // of a customer
	MaxCapabilities = 100 // of an endpoint
	MaxEndpointID   = 256 // characters
	MaxText         = 128 // characters of a name and of a description
	MaxMessageID    = 127 // characters
)

// APIHosts are the hosts of Alexa's API, one of which a request of a custom skill names
// for progressive responses.
var APIHosts = []string{"api.amazonalexa.com", "api.eu.amazonalexa.com", "api.fe.amazonalexa.com"}

// MaxPayload is the longest event that Lambda takes, and the longest reply that it
// passes on, in bytes.
const MaxPayload = 6 << 20

// Principals that invoke a skill's function.
const (
	SmartHomePrincipal   = "alexa-connectedhome.amazon.com"
	CustomSkillPrincipal = "alexa-appkit.amazon.com"
)
