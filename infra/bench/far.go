package bench

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/localrun/broker"
	"github.com/hearthgate/hearthgate/infra/internal/localrun/relayagent"
	network "github.com/hearthgate/hearthgate/infra/testkit/link"
)

// The distances of the comparison of https with a relay: round trips take twice as long.
const (
	toHome = 20 * time.Millisecond // from AWS
	inAWS  = time.Millisecond      // to the parameter store and to the broker
)

// A way is how the function reaches a home that is far away.
type way struct {
	name string
	env  []string // on top of the benchmark's
}

// The names of the ways.
const overHTTPS, overRelay = "https", "relay"

// placeFar puts distances between the function and a home, and a relay beside it. The
// broker's chain of certificates is like those of AWS.
func (b *bench) placeFar(ctx context.Context, home http.Handler, token, homeURL, storeURL string) (end func(), err error) {
	var ends []func()
	end = func() {
		for _, e := range ends {
			e()
		}
	}
	defer func() {
		if err != nil {
			end()
		}
	}()
	through := func(to string, delay time.Duration) (port string) {
		l, failed := network.New(to, delay)
		if failed != nil {
			err = failed
			return ""
		}
		ends = append(ends, l.Close)
		return l.Port()
	}
	root, door, err := amazon()
	if err != nil {
		return nil, err
	}
	b.roots = append(b.roots, root)
	relay, err := broker.Start(broker.Options{Door: door})
	if err != nil {
		return nil, err
	}
	ends = append(ends, relay.Close)
	stage, err := relay.Stage("bench")
	if err != nil {
		return nil, err
	}
	_, port, _ := strings.Cut(relay.Endpoint(), ":")
	b.ways = []way{
		{overHTTPS, []string{
			config.EnvURL + "=https://127.0.0.1:" + through(strings.TrimPrefix(homeURL, "https://"), toHome),
			"AWS_ENDPOINT_URL=https://127.0.0.1:" + through(strings.TrimPrefix(storeURL, "https://"), inAWS),
		}},
		{overRelay, append(stage.Environment, config.EnvURL+"=", config.EnvTokenParameter+"=", config.EnvCA+"=",
			config.EnvRelayEndpoint+"=127.0.0.1:"+through("127.0.0.1:"+port, inAWS))},
	}
	host, number := relay.MQTT()
	away := through(fmt.Sprintf("%s:%d", host, number), toHome)
	if err != nil {
		return nil, err
	}
	if _, err := fmt.Sscan(away, &stage.Pairing.Port); err != nil {
		return nil, err
	}
	agent, err := relayagent.Start(ctx, relayagent.Options{Pairing: stage.Pairing, Key: stage.Key, Home: relayagent.Behind{Handler: home, Token: token}})
	if err != nil {
		return nil, err
	}
	ends = append([]func(){agent.Cut}, ends...)
	return end, nil
}

// measureFar runs the function by each way in turn.
func (b *bench) measureFar(ctx context.Context, p Program) ([]Row, error) {
	rows := make([]Row, len(b.ways))
	for i := range b.Starts {
		if i%10 == 0 {
			fmt.Fprintf(b.Log, "a home %v away, start %d of %d ...\n", 2*toHome, i+1, b.Starts)
		}
		for j, w := range b.ways {
			rows[j].Name = w.name
			m, err := b.once(ctx, p, nil, w.env...)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", w.name, err)
			}
			rows[j].add(fullSpeed, m)
		}
	}
	return rows, nil
}
