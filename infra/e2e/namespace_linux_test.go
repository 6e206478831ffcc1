package e2e_test

import (
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/hearthgate/hearthgate/config/relay"
	"github.com/hearthgate/hearthgate/infra/testkit/realhome"
)

// TestIntegrationWithoutAddress runs Home Assistant in a network of its own, which has a
// way out to the broker and none in. The test opens one, to pair and to read states, and
// closes it while the function sends directives.
func TestIntegrationWithoutAddress(t *testing.T) {
	name := fmt.Sprintf("hearthgate-%d", os.Getpid())
	for _, args := range [][]string{{"netns", "add", name}, {"netns", "exec", name, "ip", "link", "set", "lo", "up"}} {
		if said, err := exec.Command("ip", args...).CombinedOutput(); err != nil {
			t.Skipf("skipped: this machine allows no network namespace (it needs root and iproute2): %v %s", err, said)
		}
		if args[1] == "add" {
			t.Cleanup(func() { _ = exec.Command("ip", "netns", "delete", name).Run() })
		}
	}
	i := unpaired(t, realhome.Options{Namespace: name})
	_, port := i.broker.MQTT()
	broker := fmt.Sprintf("127.0.0.1:%d", port)
	wayOut := forward(t, listenIn(t, name, broker), func() (net.Conn, error) { return net.Dial("tcp", broker) })
	defer wayOut()

	address := strings.TrimPrefix(i.URL, "http://")
	wayIn := func() (closeIt func()) {
		l, err := net.Listen("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		return forward(t, l, func() (net.Conn, error) { return dialIn(name, address) })
	}
	shut := wayIn()
	if err := i.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	i.line, i.id = i.pair(t, false)
	i.await(t, relay.Online)
	i.expose(t, true, "switch.outlet")
	shut()

	r := &relayed{Broker: i.broker}
	r.Environment = i.env
	f := r.start(t)
	for _, state := range []string{"On", "Off"} {
		if conn, err := net.Dial("tcp", address); err == nil {
			conn.Close()
			t.Fatal("Home Assistant can be reached from outside")
		}
		f.ask(command("PowerController.Turn"+state, "switch#outlet", "{}")).done(t)
		shut := wayIn()
		if e, err := i.Await(t.Context(), "switch.outlet", func(e realhome.Entity) bool { return e.State == strings.ToLower(state) }); err != nil {
			t.Errorf("%v: %v", e, err)
		}
		shut()
	}
}

// inside runs f in a network namespace.
func inside(name string, f func() error) error {
	done := make(chan error)
	go func() {
		runtime.LockOSThread() // the thread ends with the goroutine, as it is not unlocked
		ns, err := os.Open("/var/run/netns/" + name)
		if err == nil {
			err = unix.Setns(int(ns.Fd()), unix.CLONE_NEWNET)
			ns.Close()
		}
		if err == nil {
			err = f()
		}
		done <- err
	}()
	return <-done
}

func listenIn(t *testing.T, name, address string) (l net.Listener) {
	t.Helper()
	if err := inside(name, func() (err error) { l, err = net.Listen("tcp", address); return err }); err != nil {
		t.Fatal(err)
	}
	return l
}

func dialIn(name, address string) (conn net.Conn, err error) {
	err = inside(name, func() (err error) { conn, err = net.Dial("tcp", address); return err })
	return conn, err
}

// forward forwards what comes to a listener, until it is closed with all connections.
func forward(t *testing.T, l net.Listener, dial func() (net.Conn, error)) (closeIt func()) {
	var mu sync.Mutex
	var all []net.Conn
	go func() {
		for {
			from, err := l.Accept()
			if err != nil {
				return
			}
			to, err := dial()
			if err != nil {
				from.Close()
				continue
			}
			mu.Lock()
			all = append(all, from, to)
			mu.Unlock()
			for _, pair := range [][2]net.Conn{{from, to}, {to, from}} {
				go func() {
					_, _ = io.Copy(pair[1], pair[0])
					pair[1].Close()
				}()
			}
		}
	}()
	return func() {
		l.Close()
		mu.Lock()
		defer mu.Unlock()
		for _, conn := range all {
			conn.Close()
		}
	}
}
