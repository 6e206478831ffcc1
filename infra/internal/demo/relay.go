package demo

import (
	"context"
	"sync"

	"github.com/hearthgate/hearthgate/infra/internal/localrun/broker"
	"github.com/hearthgate/hearthgate/infra/internal/localrun/demohome"
	"github.com/hearthgate/hearthgate/infra/internal/localrun/relayagent"
)

// A relayedHome is a demo home behind a relay on this machine: a broker in place of AWS IoT
// Core, to which the home holds a connection.
type relayedHome struct {
	broker *broker.Broker
	stage  broker.Stage
	home   relayagent.Home

	mu    sync.Mutex
	agent *relayagent.Agent // guarded by mu; nil while the home is offline
}

// relayed puts a relay in front of a demo home, and returns the environment of a function
// that uses it.
func relayed(o Options) (h *relayedHome, env []string, err error) {
	h = &relayedHome{home: relayagent.Behind{Handler: o.Home, Token: o.Token}}
	if h.broker, err = broker.Start(broker.Options{}); err != nil {
		return nil, nil, err
	}
	if h.stage, err = h.broker.Stage("demo"); err == nil {
		err = h.Start()
	}
	if err != nil {
		h.broker.Close()
		return nil, nil, err
	}
	return h, h.stage.Environment, nil
}

// Start connects the home.
func (h *relayedHome) Start() (err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.agent, err = relayagent.Start(context.Background(), relayagent.Options{Pairing: h.stage.Pairing, Key: h.stage.Key, Home: h.home})
	return err
}

// Stop disconnects the home.
func (h *relayedHome) Stop() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.agent != nil {
		_ = h.agent.Stop() // the last will says the same
	}
	h.agent = nil
}

// Close ends both.
func (h *relayedHome) Close() {
	h.Stop()
	h.broker.Close()
}

// A breakable home can be taken away and put back.
type breakable interface {
	Stop()
	Start() error
}

var _ breakable = (*demohome.Server)(nil)
